package scenarios

import (
	"strings"
	"testing"
)

// Said can only expect what a run can know: lines of a program that exists, on
// a host that watches for them.
func TestSaidProblems(t *testing.T) {
	const real = small + `  - said: {node: web, program: nginx, line: "upstream (x)", figure: 1..}
`
	fine := strings.Replace(real, "{backend: {},", "{exec: {run: [nginx], watch: upstream},", 1)
	if _, err := Parse("x", []byte(fine)); err != nil {
		t.Fatalf("got %v of a scenario that is fine", err)
	}
	for _, slip := range []struct{ old, new, want string }{
		{"node: web", "node: wbe", `there is no node "wbe", want a, b, c1 or web (did you mean "web"?)`},
		{"node: web", "node: a", `node a runs no real programs, so it writes no lines`},
		{"program: nginx", "program: ngnix", `there is no program "ngnix" on web, want nginx (did you mean "nginx"?)`},
		{", watch: upstream", "", `the output of web is not recorded, want watch under its exec`},
		{"upstream (x)", "upstream (x", `want a regular expression: error parsing regexp: missing closing )`},
		{"upstream (x)", "upstream x", `want parentheses around the figure`},
		{"line: ", "lines: ", `unknown key, want node, program, line,`},
		{"figure: 1..", "figure: few", `got "few", want an interval such as 1.5..3`},
		{"figure: 1..", "after: heal", `"heal" is not in the timeline, want pull a.lan`},
	} {
		_, err := Parse("x", []byte(strings.Replace(fine, slip.old, slip.new, 1)))
		if err == nil || !strings.Contains(err.Error(), slip.want) {
			t.Errorf("%s: want %s, got\n%v", slip.new, slip.want, err)
		}
	}
}
