package sweep

import (
	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios/figure"
)

// JudgeSeeds judges, at each point of a report, what its scenario expects of
// all seeds together. Runs that do not tell are no success. A search tries
// settings that need not hold.
func JudgeSeeds(r *reports.Sweep, all []*Runs) {
	if r.Search != nil {
		return
	}
	for i := range r.Points {
		for _, j := range figure.JudgeAll(all[i].values(), all[i].Point.Scenario.OverSeeds.Conditions()) {
			x := reports.Expectation{Text: "over-seeds: " + j.Condition.String(), Passed: j.Passed(), Got: string(j.Outcome) + ", " + j.Got}
			if why := j.Why(); why != "" {
				x.Got += "; " + why
			}
			r.Points[i].OverSeed = append(r.Points[i].OverSeed, x)
			r.Passed = r.Passed && x.Passed
		}
	}
}
