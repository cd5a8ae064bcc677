package trial

import (
	"context"
	"fmt"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/incidents"
	"github.com/cablepull/cablepull/scenarios/parity"
)

// Twin holds the outcome of a scenario against its twin, which it plays in
// virtual time if it is a scenario of its own; nil if it has none.
func Twin(ctx context.Context, s *scenarios.Scenario, o *scenarios.Outcome) (*reports.Twin, error) {
	switch {
	case s.Twin == nil:
		return nil, nil
	case s.Twin.Scenario == "":
		return parity.Twin(s, o, parity.Other{Scenario: s, Outcome: o}), nil
	}
	twin, err := incidents.Find(s.Twin.Scenario)
	if err != nil {
		return nil, fmt.Errorf("%s: twin: %w", s.Name, err)
	}
	outcome, err := twin.Run(ctx, scenarios.RunOptions{Seed: o.Seed})
	if err != nil {
		return nil, fmt.Errorf("%s: twin %s: %w", s.Name, twin.Name, err)
	}
	return parity.Twin(s, o, parity.Other{Scenario: twin, Outcome: outcome}), nil
}

// compare adds the twin to a report. A figure that differs without a reason is
// an expectation that was not met.
func compare(r *reports.Result, twin *reports.Twin) {
	if twin == nil {
		return
	}
	r.Twin = *twin
	for _, e := range twin.Judgement() {
		e.File = r.File
		r.Expectations = append(r.Expectations, e)
		r.Passed = r.Passed && e.Passed
	}
}
