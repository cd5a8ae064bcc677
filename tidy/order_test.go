package tidy

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// orderMark starts the comment that says why the order of an iteration over a
// map cannot reach the output of a run or a report.
const orderMark = "order:"

// unordered are the functions that return the content of a map in random order.
var unordered = []string{
	"maps.Keys", "maps.Values", "maps.All", "(reflect.Value).MapKeys", "(reflect.Value).MapRange", "(*sync.Map).Range",
}

// sorters sort their argument; for the keys of a map the order is total.
var sorters = []string{"slices.Sorted", "slices.SortedFunc"}

// checkOrder reports iterations over maps without a comment on why their order
// does not matter. Sorted keys need no comment.
func checkOrder(p *pkg, report reporter) {
	if !under(p.dir, "sim", "netfab", "node", "reports", "scenarios") {
		return
	}
	for _, f := range p.files {
		if !f.typed || f.test {
			continue
		}
		excused := excusedLines(p.fset, f.ast)
		sorted := make(map[ast.Expr]bool)
		ast.Inspect(f.ast, func(n ast.Node) bool {
			what := ""
			switch n := n.(type) {
			case *ast.RangeStmt:
				if t := p.info.TypeOf(n.X); t != nil && isMap(t) {
					what = "range over a map"
				}
			case *ast.CallExpr:
				name := p.callee(n)
				if slices.Contains(sorters, name) && len(n.Args) > 0 {
					sorted[n.Args[0]] = true
				}
				if slices.Contains(unordered, name) && !(sorted[n] && name == "maps.Keys") {
					what = name
				}
			}
			if what != "" && !excused[p.fset.Position(n.Pos()).Line] {
				report(n.Pos(), "%s: iterate over slices.Sorted(maps.Keys(m)), or say in a comment `// order: …` why order cannot reach the output", what)
			}
			return true
		})
	}
}

// callee returns the full name of the function that a call calls, or "".
func (p *pkg) callee(call *ast.CallExpr) string {
	fun := ast.Unparen(call.Fun)
	if index, ok := fun.(*ast.IndexExpr); ok { // an instantiated generic function
		fun = index.X
	}
	if sel, ok := fun.(*ast.SelectorExpr); ok {
		if f, ok := p.info.Uses[sel.Sel].(*types.Func); ok {
			return f.FullName()
		}
	}
	return ""
}

// excusedLines returns the lines that an order comment covers: its own and the
// next.
func excusedLines(fset *token.FileSet, f *ast.File) map[int]bool {
	lines := make(map[int]bool)
	for _, group := range f.Comments {
		if excuse(group) {
			end := fset.Position(group.End()).Line
			lines[end], lines[end+1] = true, true
		}
	}
	return lines
}

// excuse reports whether a comment gives a reason after the mark.
func excuse(group *ast.CommentGroup) bool {
	for line := range strings.Lines(group.Text()) {
		if reason, ok := strings.CutPrefix(line, orderMark); ok && len(strings.Fields(reason)) >= 2 {
			return true
		}
	}
	return false
}
