package tidy

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strings"
)

// vagueNames are names that say nothing about the content.
var vagueNames = []string{"util", "utils", "common", "helper", "helpers", "types", "misc", "base", "shared", "lib"}

func checkPackageName(p *pkg, report reporter) {
	for _, f := range p.files {
		name := strings.TrimSuffix(f.ast.Name.Name, "_test")
		if slices.Contains(vagueNames, name) || slices.Contains(vagueNames, path.Base(p.dir)) {
			report(f.ast.Package, "package %s in folder %s", name, p.dir)
			return
		}
	}
}

// checkPackageDoc requires one doc per package that begins as Go's tools
// expect.
func checkPackageDoc(p *pkg, report reporter) {
	var docs []*file
	code := 0
	for _, f := range p.files {
		if f.test {
			continue
		}
		code++
		if f.ast.Doc != nil {
			docs = append(docs, f)
		}
	}
	name := p.files[0].ast.Name.Name
	want := "Package " + name + " "
	if name == "main" {
		want = "Command " + path.Base(p.dir) + " "
	}
	switch {
	case code == 0: // nothing but tests, such as a suite
		for _, f := range p.files {
			if f.ast.Doc != nil {
				return
			}
		}
		report(p.files[0].ast.Package, "no test file says what is tested here")
	case len(docs) == 0:
		report(p.files[0].ast.Package, "package %s has no doc; it begins %q", name, want)
	case len(docs) > 1:
		report(docs[1].ast.Package, "package %s has a second doc; one file holds it", name)
	case !strings.HasPrefix(strings.Join(strings.Fields(docs[0].ast.Doc.Text()), " ")+" ", want):
		report(docs[0].ast.Package, "the doc of package %s does not begin %q", name, want)
	}
}

// wellKnown are methods whose meaning is defined by their interface.
var wellKnown = []string{"Error", "Is", "Len", "Less", "Read", "String", "Swap", "Unwrap", "Write"}

func checkExportedDoc(p *pkg, report reporter) {
	for _, f := range p.files {
		if f.test || f.ast.Name.Name == "main" {
			continue
		}
		for _, decl := range f.ast.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				checkFuncDoc(d, report)
			case *ast.GenDecl:
				checkDeclDoc(d, report)
			}
		}
	}
}

func checkFuncDoc(d *ast.FuncDecl, report reporter) {
	name := d.Name.Name
	if !d.Name.IsExported() || d.Recv != nil && !exportedReceiver(d.Recv) {
		return
	}
	switch {
	case d.Doc == nil && d.Recv != nil && slices.Contains(wellKnown, name):
	case d.Doc == nil:
		report(d.Pos(), "%s has no doc", name)
	case !strings.HasPrefix(d.Doc.Text(), name+" "):
		report(d.Pos(), "the doc of %s does not begin with its name", name)
	}
}

// checkDeclDoc requires a doc for every exported type, and for every exported
// constant and variable or its group.
func checkDeclDoc(d *ast.GenDecl, report reporter) {
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			if s.Name.IsExported() && s.Doc == nil && (d.Doc == nil || d.Lparen.IsValid()) {
				report(s.Pos(), "type %s has no doc", s.Name.Name)
			}
		case *ast.ValueSpec:
			for _, name := range s.Names {
				if name.IsExported() && s.Doc == nil && s.Comment == nil && d.Doc == nil {
					report(name.Pos(), "%s has no doc", name.Name)
				}
			}
		}
	}
}

// exportedReceiver reports whether a method belongs to an exported type.
func exportedReceiver(recv *ast.FieldList) bool {
	exported := false
	ast.Inspect(recv.List[0].Type, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if ok {
			exported = id.IsExported()
		}
		_, index := n.(*ast.IndexExpr)
		if index { // for a generic type, use the type and not its parameter
			exported = exportedReceiver(&ast.FieldList{List: []*ast.Field{{Type: n.(*ast.IndexExpr).X}}})
			return false
		}
		return !ok
	})
	return exported
}

// mark is a word that postpones work.
var mark = regexp.MustCompile(`\b(` + strings.Join([]string{"TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"}, "|") + `)\b`)

func checkMarks(p *pkg, report reporter) {
	for _, f := range p.files {
		for _, group := range f.ast.Comments {
			for _, c := range group.List {
				if at := mark.FindStringIndex(c.Text); at != nil {
					report(c.Pos()+token.Pos(at[0]), "%s in a comment", c.Text[at[0]:at[1]])
				}
			}
		}
	}
}
