package tidy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// modulePath is the prefix of the project's own imports.
const modulePath = "github.com/cablepull/cablepull"

// modules are folders that are modules of their own, so that what they need is
// no dependency of the project. The rules apply to them as well.
var modules = []string{"reports/page/browser", "cmd/realclient"}

// tree is the whole project as source.
type tree struct {
	root     string // absolute path of the project
	fset     *token.FileSet
	importer types.Importer
	pkgs     []*pkg
	stray    []string // Go files that belong to no package of the module
}

// pkg is one folder of Go files.
type pkg struct {
	dir    string // from the root, with slashes: sim/event
	fset   *token.FileSet
	files  []*file
	info   *types.Info // of the files that are compiled here, without tests
	broken []error     // errors of the compiler
}

// file is one Go file.
type file struct {
	path  string // from the root, with slashes: sim/event/log.go
	test  bool
	typed bool // the package's info covers it
	lines int
	ast   *ast.File
}

// listed is the go command's description of a package.
type listed struct {
	ImportPath, Dir, Export string
	Module                  *struct{ Main bool }

	GoFiles, IgnoredGoFiles, TestGoFiles, XTestGoFiles []string
}

// snippetImports are packages that snippets import in addition to those that
// the project imports.
var snippetImports = []string{
	"context", "crypto/rand", "fmt", "hash/maphash", "log", "maps", "math/rand", "math/rand/v2",
	"net", "net/http", "os", "reflect", "slices", "sync", "time",
}

// load reads and type-checks the project at root.
func load(root string) (*tree, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	list, err := goList(root)
	if err != nil {
		return nil, err
	}
	t := &tree{root: root, fset: token.NewFileSet()}
	t.importer = t.importerOf(list)
	if err := t.addModule(list, t.importer); err != nil {
		return nil, err
	}
	for _, module := range modules {
		list, err := listIn(filepath.Join(root, filepath.FromSlash(module)), "-export", "-deps", "./...")
		if err != nil {
			return nil, err
		}
		if err := t.addModule(list, t.importerOf(list)); err != nil {
			return nil, err
		}
	}
	return t, t.findStray()
}

// importerOf reads what the packages of a list export.
func (t *tree) importerOf(list []listed) types.Importer {
	exports := make(map[string]string)
	for _, l := range list {
		exports[l.ImportPath] = l.Export
	}
	return importer.ForCompiler(t.fset, "gc", func(path string) (io.ReadCloser, error) {
		if exports[path] == "" {
			return nil, fmt.Errorf("package %s: no export data: it does not compile or is not listed", path)
		}
		return os.Open(exports[path])
	})
}

// addModule adds the packages of one module, whose libraries are its own.
func (t *tree) addModule(list []listed, imp types.Importer) error {
	for _, l := range list {
		if l.Module == nil || !l.Module.Main {
			continue
		}
		p, err := t.parse(l, imp)
		if err != nil {
			return err
		}
		t.pkgs = append(t.pkgs, p)
	}
	return nil
}

// goList lists every package of the module and all their imports, with the
// compiler's export data.
func goList(root string) ([]listed, error) {
	args := []string{"-export", "-deps", "-pgo=off", "./..."} // with a profile, packages have two names
	return listIn(root, append(args, snippetImports...)...)
}

// listIn calls go list in a folder.
func listIn(folder string, args ...string) ([]listed, error) {
	args = append([]string{"list", "-e", "-buildvcs=false", "-json=ImportPath,Dir,Export,Module,GoFiles,IgnoredGoFiles,TestGoFiles,XTestGoFiles"}, args...)
	cmd := exec.Command("go", args...)
	cmd.Dir = folder
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, &stderr)
	}
	var list []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var l listed
		switch err := dec.Decode(&l); {
		case errors.Is(err, io.EOF):
			return list, nil
		case err != nil:
			return nil, fmt.Errorf("go list: %w", err)
		}
		list = append(list, l)
	}
}

// parse reads the files of one listed package and type-checks those that are
// compiled on this platform.
func (t *tree) parse(l listed, imp types.Importer) (*pkg, error) {
	dir, err := filepath.Rel(t.root, l.Dir)
	if err != nil {
		return nil, err
	}
	p := &pkg{dir: filepath.ToSlash(dir), fset: t.fset}
	for _, names := range [][]string{l.GoFiles, l.IgnoredGoFiles, l.TestGoFiles, l.XTestGoFiles} {
		for _, name := range names {
			text, err := os.ReadFile(filepath.Join(l.Dir, name))
			if err != nil {
				return nil, err
			}
			compiled := slices.Contains(l.GoFiles, name)
			if err := p.add(path.Join(p.dir, name), text, compiled); err != nil {
				p.broken = append(p.broken, err)
			}
		}
	}
	p.check(l.ImportPath, imp)
	return p, nil
}

// add parses one file into the package.
func (p *pkg) add(path string, text []byte, compiled bool) error {
	parsed, err := parser.ParseFile(p.fset, path, text, parser.ParseComments)
	if err != nil {
		return err
	}
	p.files = append(p.files, &file{
		path:  path,
		test:  strings.HasSuffix(path, "_test.go"),
		typed: compiled,
		lines: bytes.Count(text, []byte("\n")),
		ast:   parsed,
	})
	return nil
}

// check fills in the types of the package's compiled files.
func (p *pkg) check(importPath string, imp types.Importer) {
	p.info = &types.Info{
		Types: make(map[ast.Expr]types.TypeAndValue),
		Uses:  make(map[*ast.Ident]types.Object),
	}
	var files []*ast.File
	for _, f := range p.files {
		if f.typed {
			files = append(files, f.ast)
		}
	}
	conf := types.Config{Importer: imp, Error: func(err error) { p.broken = append(p.broken, err) }}
	conf.Check(importPath, p.fset, files, p.info) // its error is the first collected one
}

// findStray looks for Go files that the go command did not list, so that no
// file escapes the rules by being in another module.
func (t *tree) findStray() error {
	known := make(map[string]bool)
	for _, p := range t.pkgs {
		for _, f := range p.files {
			known[f.path] = true
		}
	}
	return filepath.WalkDir(t.root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := strings.HasPrefix(d.Name(), ".") && name != t.root
		if d.IsDir() && (hidden || d.Name() == "testdata") {
			return fs.SkipDir
		}
		rel, err := filepath.Rel(t.root, name)
		if err == nil && !d.IsDir() && strings.HasSuffix(name, ".go") && !known[filepath.ToSlash(rel)] {
			t.stray = append(t.stray, filepath.ToSlash(rel))
		}
		return err
	})
}

// under reports whether the folder dir is one of the roots or inside one.
func under(dir string, roots ...string) bool {
	return slices.ContainsFunc(roots, func(root string) bool {
		return dir == root || strings.HasPrefix(dir, root+"/")
	})
}
