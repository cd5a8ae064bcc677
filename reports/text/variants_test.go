package text

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/sim/oracle"
)

// variantResults are runs of variants that measured a growing outage.
func variantResults(variants ...string) []reports.Result {
	var results []reports.Result
	for i, name := range variants {
		results = append(results, reports.Result{
			Scenario: "reboot", Variant: name, Seed: 7, World: "virtual", Passed: i != 1, Replay: "cablepull run reboot --variant " + name,
			Expectations: []reports.Expectation{{Text: "moves: 1", Passed: i != 1, Got: "2"}},
			Measures: oracle.Measures{
				Outages: []oracle.Outage{{Client: "c1", Duration: time.Duration(1+i) * time.Second, Open: i == 2}},
				Groups:  []oracle.Group{{VIP: "192.0.2.100", Moves: 1}},
			},
		})
	}
	results[0].Measures.Spread = []oracle.Spread{{Node: "a", Connections: 12}}
	return results
}

// TestVariants: a column for each variant, a row for each figure in which they
// differ, a table of those that are the same, and failures with their replay.
func TestVariants(t *testing.T) {
	var b strings.Builder
	if err := WriteVariants(&b, variantResults("profile=ios", "profile=datapower", "profile=rfc2281"), Options{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"reboot  3 variants, seed 7, virtual world",
		"Variants of profile\n",
		"  measure               of     ios  datapower    rfc2281\n",
		"  verdict                     PASS       FAIL       PASS\n",
		"  outage                c1  1.000s     2.000s  >= 3.000s\n",
		"  connections accepted  a       12          -          -\n\n",
		"Measures that are the same for all\n  measure  of           value\n  moves    192.0.2.100      1\n\n",
		"FAIL reboot profile=datapower seed 7: moves: 1, got 2 - replay: cablepull run reboot --variant profile=datapower\n",
		"3 runs: 2 passed, 1 failed",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "transitions") {
		t.Errorf("a figure that is zero for all:\n%s", b.String())
	}
}

// TestVariantsOfTwoKeys: variants that differ in more than one key are
// numbered, and a table with a column for each key says which is which. A key
// that has one value for all is left out.
func TestVariantsOfTwoKeys(t *testing.T) {
	var b strings.Builder
	if err := WriteVariants(&b, variantResults("hello=1s,hold=3s,mode=a,b", "hello=1s,hold=6s,mode=a,b", "hello=2s,hold=6s,mode=a,b"), Options{Width: 80}); err != nil {
		t.Fatal(err)
	}
	want := `Variants
  no.  hello  hold  verdict     outage  takeover  kept
    1  1s     3s    PASS        1.000s         -     -
    2  1s     6s    FAIL        2.000s         -     -
    3  2s     6s    PASS     >= 3.000s         -     -

Measures that differ
  measure               of       1       2          3
  outage                c1  1.000s  2.000s  >= 3.000s
  connections accepted  a       12       -          -

Measures that are the same for all
`
	if !strings.Contains(b.String(), want) {
		t.Errorf("want\n%s\ngot\n%s", want, b.String())
	}
}

// TestManyVariants: more variants than fit next to each other stand below each
// other only; no line is wider than the page.
func TestManyVariants(t *testing.T) {
	var names []string
	for i := range 20 {
		names = append(names, fmt.Sprintf("target=http://192.0.2.100:%d/", 8080+i))
	}
	for _, width := range []int{80, 100, 120} {
		var b strings.Builder
		if err := WriteVariants(&b, variantResults(names...), Options{Width: width}); err != nil {
			t.Fatal(err)
		}
		got := b.String()
		if !strings.Contains(got, "\n   20  http://192.0.2.100:8099/  PASS       20.000s         -     -\n") || strings.Contains(got, "Measures that differ") {
			t.Errorf("got:\n%s", got)
		}
		for line := range strings.Lines(got) {
			if len(line)-1 > width && !strings.HasPrefix(line, "FAIL ") {
				t.Errorf("%d columns, want %d: %s", len(line)-1, width, line)
			}
		}
	}
}

// TestIrregularVariants: names that are not keys and values stand as they are.
func TestIrregularVariants(t *testing.T) {
	var b strings.Builder
	if err := WriteVariants(&b, variantResults("hello=1s", "hello=2s,hold=6s"), Options{}); err != nil {
		t.Fatal(err)
	}
	if want := "Variants of variant"; strings.Contains(b.String(), want) || !strings.Contains(b.String(), "hello=2s,hold=6s") {
		t.Errorf("got:\n%s", b.String())
	}
}
