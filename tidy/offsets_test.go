package tidy

import (
	"go/ast"
	"go/constant"
	"go/types"
	"slices"
	"strings"
	"testing"
)

// format is a folder or file in which bytes are read and written at fixed
// offsets.
type format struct {
	path string
	what string
}

// formats are all such folders and files.
var formats = []format{
	{"node/wire", "the headers of frames: views and parsers"},
	{"netfab/netns", "rings, messages and VLAN tags of the kernel"},
	{"sim/event/jsonform/read.go", "JSON text"},
	{"node/web", "lines of HTTP bodies, and buffers of a fixed size"},
	{"reports/pcapng/block.go", "blocks of the capture format"},
	{"bench/same/values.go", "text that is shortened for a message"},
}

// checkOffsets reports bytes that are read, written or sliced at a constant
// offset, outside of the formats. Index 0 does not count. Tests may use literal
// offsets, so that they do not share the code's.
func checkOffsets(p *pkg, report reporter) {
	if slices.Contains(testsOnly, p.dir) {
		return
	}
	for _, f := range p.files {
		if f.test || !f.typed || formatOf(f.path) >= 0 {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if p.fixedPlace(n) {
				report(n.Pos(), "%s is bytes at a fixed place", types.ExprString(n.(ast.Expr)))
			}
			return true
		})
	}
}

// formatOf returns the format that a file belongs to, or -1.
func formatOf(path string) int {
	return slices.IndexFunc(formats, func(h format) bool { return path == h.path || strings.HasPrefix(path, h.path+"/") })
}

// fixedPlace reports whether an expression takes bytes at a constant index or
// bound above 0.
func (p *pkg) fixedPlace(n ast.Node) bool {
	var of ast.Expr
	var places []ast.Expr
	switch n := n.(type) {
	case *ast.IndexExpr:
		of, places = n.X, []ast.Expr{n.Index}
	case *ast.SliceExpr:
		of, places = n.X, []ast.Expr{n.Low, n.High, n.Max}
	default:
		return false
	}
	return isBytes(p.info.TypeOf(of)) && slices.ContainsFunc(places, func(e ast.Expr) bool {
		if e == nil || p.info.Types[e].Value == nil {
			return false
		}
		at, exact := constant.Int64Val(constant.ToInt(p.info.Types[e].Value))
		return exact && at > 0
	})
}

// isBytes reports whether a type is a slice or an array of bytes, or a pointer
// to an array.
func isBytes(t types.Type) bool {
	if t == nil {
		return false
	}
	under := t.Underlying()
	if to, ok := under.(*types.Pointer); ok {
		under = to.Elem().Underlying()
	}
	switch list := under.(type) {
	case *types.Slice:
		return types.Identical(list.Elem(), types.Typ[types.Byte])
	case *types.Array:
		return types.Identical(list.Elem(), types.Typ[types.Byte])
	}
	return false
}

// TestFormatsAreUsed: a row for files without fixed offsets is stale.
func TestFormatsAreUsed(t *testing.T) {
	tree, err := project()
	if err != nil {
		t.Fatal(err)
	}
	used := make([]bool, len(formats))
	for _, p := range tree.pkgs {
		for _, f := range p.files {
			i := formatOf(f.path)
			if f.test || !f.typed || i < 0 {
				continue
			}
			ast.Inspect(f.ast, func(n ast.Node) bool {
				used[i] = used[i] || p.fixedPlace(n)
				return true
			})
		}
	}
	for i, h := range formats {
		if !used[i] {
			t.Errorf("%s (%s) has no bytes at fixed places: take it out of the formats", h.path, h.what)
		}
	}
}

func offsetSnippets() []snippet {
	in := func(body string) string {
		return "package p\ntype mac [6]byte\nconst size = 14\nfunc f(frame []byte, view *mac, text string, all []string, n int) {\n" + body + "\n}\n"
	}
	bad := func(dir, body, want string) snippet { return snippet{"offsets", dir, false, in(body), want} }
	return []snippet{
		bad("netfab", "_ = frame[12]", "frame[12] is bytes at a fixed place"),
		bad("netfab", "_ = frame[6:12]", "frame[6:12] is bytes"),
		bad("node/host", "frame[13] = 0", "frame[13] is bytes"),
		bad("node/host", "_ = frame[size:]", "frame[size:] is bytes"),
		bad("sim/world", "_ = frame[:size]", "frame[:size] is bytes"),
		bad("bench", "_ = view[5]", "view[5] is bytes"),
		bad("bench", "copy(view[1:], frame)", "view[1:] is bytes"),

		bad("netfab", "_, _, _ = frame[0], frame[:0], frame[n:]", ""),
		bad("netfab", "_, _ = text[5], all[1:]", ""),
		bad("node/wire", "_ = frame[12]", ""),
		{"offsets", "netfab", true, in("_ = frame[12]"), ""},
	}
}
