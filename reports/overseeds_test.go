package reports

import (
	"bytes"
	"strings"
	"testing"
)

func overSeeds(outcomes ...SeedsOutcome) OverSeeds {
	o := OverSeeds{Scenario: "x", File: "x.yaml", World: "virtual", Runs: 20}
	for _, outcome := range outcomes {
		o.Conditions = append(o.Conditions, Condition{Figure: "outage.p99", Want: "..10s", Got: "8s", Outcome: outcome, Line: 7})
	}
	return o
}

func TestOverSeedsInJUnit(t *testing.T) {
	var out bytes.Buffer
	if err := WriteJUnit(&out, "x", nil, overSeeds(Holds, Fails, Undecided, NotJudged)); err != nil {
		t.Fatal(err)
	}
	for text, count := range map[string]int{
		`tests="4" failures="2" errors="0" skipped="1"`:   2,
		`name="x over 20 seeds: outage.p99"`:              4,
		`type="over-seeds"`:                               2,
		`message="outage.p99: fails: got 8s, want ..10s"`: 1,
		`file="x.yaml" line="7"`:                          4,
	} {
		if got := strings.Count(out.String(), text); got != count {
			t.Errorf("%q comes %d times, want %d, in\n%s", text, got, count, out.String())
		}
	}
}

func TestOverSeedsPassed(t *testing.T) {
	for outcome, want := range map[SeedsOutcome]bool{Holds: true, NotJudged: true, Fails: false, Undecided: false} {
		if got := overSeeds(Holds, outcome).Passed(); got != want {
			t.Errorf("%s passes: %v", outcome, got)
		}
	}
	one := overSeeds(Holds)
	one.Runs, one.Variant = 1, "hold=6s"
	if one.Name() != "x hold=6s over 1 seed" {
		t.Errorf("name %q", one.Name())
	}
}
