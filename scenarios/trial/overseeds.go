package trial

import (
	"fmt"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios/figure"
)

// Figures returns the figures of a run, for words to pick from. A run without a
// verdict has none.
func Figures(r *reports.Result) figure.Values {
	v := figure.Verdict{Failed: !r.Passed, Unjudged: r.Error != "", Simulated: r.Simulated}
	for _, x := range r.Violations {
		v.Violated = append(v.Violated, x.Invariant)
	}
	return figure.Of(&r.Measures, v)
}

// OverSeeds judges the conditions that scenarios set for several seeds: those
// of each scenario, variant and world by all its runs. Runs that were not
// played count nowhere. With one run, nothing is judged, and the conditions say
// so.
func OverSeeds(trials []Trial, results []Result) []reports.OverSeeds {
	type set struct{ label, point, world string }
	var order []*Trial
	runs := map[set][]figure.Values{}
	for i := range trials {
		t := &trials[i]
		if t.Scenario == nil || len(t.Scenario.OverSeeds) == 0 {
			continue
		}
		key := set{t.Label(), t.Point(), string(t.World)}
		if _, known := runs[key]; !known {
			order, runs[key] = append(order, t), nil
		}
		if results[i].Report.Skipped == "" {
			runs[key] = append(runs[key], Figures(&results[i].Report))
		}
	}
	var all []reports.OverSeeds
	for _, t := range order {
		all = append(all, t.overSeeds(runs[set{t.Label(), t.Point(), string(t.World)}]))
	}
	return all
}

// overSeeds judges the conditions of a trial's scenario by runs that differ
// from it in their seeds at most.
func (t *Trial) overSeeds(runs []figure.Values) reports.OverSeeds {
	over := reports.OverSeeds{Scenario: t.Scenario.Name, File: t.Scenario.File(), Variant: t.Point(), World: string(t.World), Runs: len(runs)}
	for _, x := range t.Scenario.OverSeeds {
		c := reports.Condition{Figure: x.Word.String(), Want: x.Limits.String(), Line: x.Place.Line}
		if len(runs) < 2 {
			c.Outcome, c.Why = reports.NotJudged, fmt.Sprintf("it takes several seeds: --seeds 1..%d", roundUp(t.Scenario.OverSeeds.Runs()))
		} else {
			j := figure.Judge(runs, x.Condition)
			c.Outcome, c.Got, c.Why, c.More = reports.SeedsOutcome(j.Outcome), j.Got, j.Why(), j.More
		}
		over.Conditions = append(over.Conditions, c)
	}
	return over
}

// roundUp rounds a number of runs up to one that is easy to remember.
func roundUp(runs int) int {
	step := 10
	for step*100 <= runs {
		step *= 10
	}
	return (runs + step - 1) / step * step
}
