package form

import (
	"fmt"
	"strings"
	"testing"
)

// TestDepth: what is nested too deep is refused, however it is nested. A long
// file whose lines end several levels at once is not nested deep.
func TestDepth(t *testing.T) {
	var deep, long strings.Builder
	for i := range depthMax + 1 {
		fmt.Fprintf(&deep, "%sk:\n", strings.Repeat(" ", i))
	}
	for i := range 3 * depthMax {
		fmt.Fprintf(&long, "n%d:\n  a:\n    b:\n      c: {d: 1}\n", i)
	}
	for _, c := range []struct {
		name, text string
		refused    bool
	}{
		{"indented", deep.String(), true},
		{"in braces", strings.Repeat("{a: ", depthMax+1) + "1" + strings.Repeat("}", depthMax+1), true},
		{"in brackets", "a: " + strings.Repeat("[", depthMax+1) + strings.Repeat("]", depthMax+1), true},
		{"just as deep as allowed", strings.TrimPrefix(deep.String(), "k:\n"), false},
		{"long", long.String(), false},
	} {
		_, wrong := parseYAML([]byte(c.text), "test")
		if refused := wrong != nil && strings.Contains(wrong.message, "nested deeper"); refused != c.refused {
			t.Errorf("%s: got %+v, want refused %v", c.name, wrong, c.refused)
		}
	}
}
