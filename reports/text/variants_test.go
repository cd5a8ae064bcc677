package text

import (
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

// TestVariants: a column for each variant, a row for each figure that any of
// them has, and failures with their replay.
func TestVariants(t *testing.T) {
	var b strings.Builder
	if err := WriteVariants(&b, variantResults("profile=ios", "profile=datapower", "profile=rfc2281"), Options{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"reboot  3 variants, seed 7, virtual world",
		"Variants of profile\n",
		"  measure               of              ios  datapower    rfc2281\n",
		"  verdict                              PASS       FAIL       PASS\n",
		"  outage                c1           1.000s     2.000s  >= 3.000s\n",
		"  moves                 192.0.2.100       1          1          1\n",
		"  connections accepted  a                12          -          -\n",
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

// TestVariantsOfTwoKeys: whole names where the variants differ in more than one
// key.
func TestVariantsOfTwoKeys(t *testing.T) {
	var b strings.Builder
	if err := WriteVariants(&b, variantResults("hello=1s,hold=3s", "hello=1s,hold=6s", "hello=2s,hold=6s"), Options{}); err != nil {
		t.Fatal(err)
	}
	if want := "  measure               of           hello=1s,hold=3s  hello=1s,hold=6s  hello=2s,hold=6s\n"; !strings.Contains(b.String(), want) {
		t.Errorf("%q is missing in:\n%s", want, b.String())
	}
}

// TestManyVariants: more variants than there is room for stand below each
// other.
func TestManyVariants(t *testing.T) {
	var b strings.Builder
	if err := WriteVariants(&b, variantResults("hello=1s", "hello=2s", "hello=3s", "hello=4s", "hello=5s"), Options{}); err != nil {
		t.Fatal(err)
	}
	if got := b.String(); !strings.Contains(got, "scenario   variant  seed     outage") || !strings.Contains(got, "\nok   reboot    hello=5s     7     5.000s") {
		t.Errorf("got:\n%s", got)
	}
}
