package trial

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/figure"
	"github.com/cablepull/cablepull/sim/oracle"
)

// played returns trials of a scenario, and results whose outages of c1 are 1s,
// 2s and so on, of which the last violate an invariant.
func played(t *testing.T, conditions string, runs, violated int) ([]Trial, []Result) {
	t.Helper()
	word := func(text string) scenarios.OverSeed {
		c, err := figure.ParseCondition(text)
		if err != nil {
			t.Fatal(err)
		}
		return scenarios.OverSeed{Condition: c}
	}
	s := &scenarios.Scenario{Name: "x"}
	for text := range strings.FieldsSeq(conditions) {
		s.OverSeeds = append(s.OverSeeds, word(text))
	}
	var trials []Trial
	var results []Result
	for i := range runs {
		trials = append(trials, Trial{Source: Source{Scenario: s}, Seed: uint64(i + 1), World: Virtual})
		r := reports.Result{Scenario: "x", Passed: true, Simulated: time.Minute}
		r.Measures.Outages = []oracle.Outage{{Client: "c1", Duration: time.Duration(i+1) * time.Second}}
		if i >= runs-violated {
			r.Passed, r.Violations = false, []oracle.Violation{{Invariant: "one-active"}}
		}
		results = append(results, Result{Report: r})
	}
	return trials, results
}

func outcomes(all []reports.OverSeeds) string {
	var words []string
	for _, o := range all {
		for _, c := range o.Conditions {
			words = append(words, fmt.Sprintf("%s of %d: %s", c.Figure, o.Runs, c.Outcome))
		}
	}
	return strings.Join(words, ", ")
}

func TestOverSeeds(t *testing.T) {
	trials, results := played(t, "outage.max..20s outage..15s violated..1%", 20, 2)
	got := OverSeeds(trials, results)
	want := "outage.max of 20: holds, outage.p50 of 20: holds, violated.any of 20: fails"
	if outcomes(got) != want || got[0].Passed() {
		t.Errorf("got %s, want %s", outcomes(got), want)
	}
	if c := got[0].Conditions[2]; c.Got != "2 of 20: 10 % (1.81 %..)" || c.Want != "..1%" {
		t.Errorf("got %q, want %q", c.Got, c.Want)
	}
}

// TestOverSeedsOfOneRun: one run judges nothing, which is no success and no
// failure, and says how many it takes.
func TestOverSeedsOfOneRun(t *testing.T) {
	trials, results := played(t, "outage.p99..20s", 1, 1)
	got := OverSeeds(trials, results)
	if outcomes(got) != "outage.p99 of 1: not judged" || !got[0].Passed() {
		t.Errorf("got %s", outcomes(got))
	}
	if why, not := got[0].NotJudged(); !not || why != "it takes several seeds: --seeds 1..300" {
		t.Errorf("got %q", why)
	}
}

// TestOverSeedsApart: variants, worlds and scenarios are judged on their own;
// what was skipped counts nowhere, what has no verdict counts as unjudged.
func TestOverSeedsApart(t *testing.T) {
	trials, results := played(t, "outage.max..20s unjudged.max..0", 6, 0)
	for i := range 2 {
		trials[i].World = Netns
		trials[2+i].Variant = "hold=6s"
	}
	results[4].Report.Error, results[4].Report.Passed = "broken", false
	results[3].Report.Skipped = "no time"
	got := OverSeeds(trials, results)
	want := "outage.max of 2: holds, unjudged.max of 2: holds, outage.max of 1: not judged, unjudged.max of 1: not judged, outage.max of 2: holds, unjudged.max of 2: fails"
	if outcomes(got) != want {
		t.Errorf("got %s, want %s", outcomes(got), want)
	}
	if got[0].World != "netns" || got[1].Variant != "hold=6s" || got[2].Variant != "" {
		t.Errorf("got %+v", got)
	}
	plain, _ := played(t, "", 2, 0)
	if got := OverSeeds(plain, results[:2]); got != nil {
		t.Errorf("a scenario without conditions: %+v", got)
	}
}
