package tidy

import (
	"go/ast"
	"slices"
)

const (
	fileLinesMax     = 400
	functionLinesMax = 70
)

func checkFileSize(p *pkg, report reporter) {
	for _, f := range p.files {
		if f.lines > fileLinesMax {
			report(f.ast.Package, "%d lines, at most %d", f.lines, fileLinesMax)
		}
	}
}

// containers are the Ginkgo calls whose function only groups specs: the specs
// inside are separate functions, and the file's limit applies to the group.
var containers = []string{"Describe", "DescribeTable", "Context", "When"}

func checkFunctionSize(p *pkg, report reporter) {
	for _, f := range p.files {
		lines := func(n ast.Node) int {
			return p.fset.Position(n.End()).Line - p.fset.Position(n.Pos()).Line + 1
		}
		grouping := make(map[ast.Expr]bool)
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if name, ok := n.Fun.(*ast.Ident); ok && slices.Contains(containers, name.Name) {
					for _, arg := range n.Args {
						grouping[arg] = true
					}
				}
			case *ast.FuncDecl:
				if size := lines(n); size > functionLinesMax {
					report(n.Pos(), "%s has %d lines, at most %d", n.Name.Name, size, functionLinesMax)
				}
				return false // functions inside are even shorter
			case *ast.FuncLit:
				if size := lines(n); size > functionLinesMax && !grouping[n] {
					report(n.Pos(), "function literal of %d lines, at most %d", size, functionLinesMax)
				}
			}
			return true
		})
	}
}
