package tidy

import (
	"go/ast"
	"go/constant"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// stateWords are the states of HSRP.
var stateWords = []string{"Initial", "Learn", "Listen", "Speak", "Standby", "Active"}

// stateHomes are the packages that may spell them: the protocol, its messages,
// and the vocabulary of events, which all others use.
var stateHomes = []string{"node/standby", "node/wire", "sim/event"}

// checkStateWords reports quoted state words outside of these packages. Tests
// may spell them, so that they do not share the code's.
func checkStateWords(p *pkg, report reporter) {
	if slices.Contains(stateHomes, p.dir) || slices.Contains(testsOnly, p.dir) {
		return
	}
	for _, f := range p.files {
		if f.test {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if word, err := strconv.Unquote(lit.Value); err == nil && slices.Contains(stateWords, word) {
					report(lit.Pos(), "%s in quotes, want event.State%s", word, word)
				}
			}
			return true
		})
	}
}

// completed are the folders whose code takes complete configuration.
var completed = []string{"node", "netfab", "sim/world", "sim/sighting", "sim/oracle", "sim/testbed"}

// checkDefaults reports what looks like a default value below the topology: a
// constant or variable named after one, and cmp.Or that ends in a number.
// Strings are usually text for people.
func checkDefaults(p *pkg, report reporter) {
	if slices.Contains(testsOnly, p.dir) || !slices.ContainsFunc(completed, func(c string) bool { return p.dir == c || strings.HasPrefix(p.dir, c+"/") }) {
		return
	}
	for _, f := range p.files {
		if f.test {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				for _, name := range n.Names {
					if strings.HasPrefix(strings.ToLower(name.Name), "default") {
						report(name.Pos(), "%s", name.Name)
					}
				}
			case *ast.CallExpr:
				of, isSelector := n.Fun.(*ast.SelectorExpr)
				if !isSelector || of.Sel.Name != "Or" || len(n.Args) == 0 {
					return true
				}
				last := p.info.Types[n.Args[len(n.Args)-1]].Value
				if pkg, isName := of.X.(*ast.Ident); isName && pkg.Name == "cmp" && last != nil && last.Kind() != constant.String {
					report(n.Pos(), "cmp.Or that ends in a number")
				}
			}
			return true
		})
	}
}

func wordSnippets() []snippet {
	const or = "package p\nimport \"cmp\"\nconst size = 3\nfunc f(n, m int) int { return cmp.Or(n, "
	return []snippet{
		{"state words", "reports/text", false, "package p\nvar x = \"Active\"\n", "want event.StateActive"},
		{"state words", "scenarios/expect", false, "package p\nfunc f(s string) bool { return s == `Listen` }\n", "want event.StateListen"},
		{"state words", "scenarios/expect", false, "package p\nvar x = \"is Active\"\n", ""},
		{"state words", "node/standby", false, "package p\nvar x = \"Active\"\n", ""},
		{"state words", "sim/oracle", true, "package p\nvar x = \"Active\"\n", ""},

		{"defaults", "netfab", false, "package p\nconst DefaultLatency = 1\n", "DefaultLatency"},
		{"defaults", "node/host", false, "package p\nvar defaultPolicy = \"linux\"\n", "defaultPolicy"},
		{"defaults", "node/client", false, or + "10) }\n", "cmp.Or that ends in a number"},
		{"defaults", "sim/world", false, or + "m, size) }\n", "cmp.Or that ends in a number"},
		{"defaults", "sim/world", false, or + "m) }\n", ""},
		{"defaults", "sim/topology", false, "package p\nconst DefaultLatency = 1\n", ""},
		{"defaults", "netfab", true, "package p\nconst DefaultLatency = 1\n", ""},
	}
}
