package parity

import (
	"fmt"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// Other is a run that a scenario is held against.
type Other struct {
	Scenario *scenarios.Scenario
	Outcome  *scenarios.Outcome
}

// Twin holds the outcome of a scenario against that of its twin, which is the
// same run if the models are on other nodes. It compares what either of them
// measured of the names that the scenario compares, and what programs said.
func Twin(s *scenarios.Scenario, o *scenarios.Outcome, other Other) *reports.Twin {
	t := &reports.Twin{Scenario: s.Twin.Scenario}
	for _, here := range topology.Names(s.Twin.Compare) {
		there := s.Twin.Compare[here]
		ours, theirs := figuresFor(o, here), figuresFor(other.Outcome, there)
		var columns []*oracle.Column
		for _, figures := range [][]oracle.Figure{ours, theirs} {
			for _, f := range figures {
				if f.Varies != oracle.Freely && !known(columns, f.Column) {
					columns = append(columns, f.Column)
				}
			}
		}
		for _, column := range columns {
			t.Rows = append(t.Rows, twinRow(s, o, column, pairOf{here, there, ours, theirs}))
		}
	}
	for _, x := range s.Twin.Said {
		t.Rows = append(t.Rows, saidRow(s, o, x, other))
	}
	return t
}

// pairOf is whose figures are compared, and all of them.
type pairOf struct {
	here, there  string
	ours, theirs []oracle.Figure
}

// figuresFor are the figures of one name.
func figuresFor(o *scenarios.Outcome, name string) []oracle.Figure {
	var all []oracle.Figure
	for _, f := range o.Measures.Figures() {
		if f.Of == name {
			all = append(all, f)
		}
	}
	return all
}

func known(columns []*oracle.Column, c *oracle.Column) bool {
	for _, other := range columns {
		if other == c {
			return true
		}
	}
	return false
}

// valueOf finds the figure of a column.
func valueOf(figures []oracle.Figure, c *oracle.Column) (value float64, has bool) {
	for _, f := range figures {
		if f.Column == c {
			return f.Value, true
		}
	}
	return 0, false
}

func twinRow(s *scenarios.Scenario, o *scenarios.Outcome, c *oracle.Column, p pairOf) reports.TwinRow {
	row := reports.TwinRow{ID: c.ID, Measure: c.Name, Unit: c.Unit, Of: p.here, With: p.there, In: reports.InBoth, Why: s.Twin.Reason(p.here, c.ID)}
	here, hasHere := valueOf(p.ours, c)
	there, hasThere := valueOf(p.theirs, c)
	row.Here, row.There, row.Difference = here, there, here-there
	switch {
	case !hasHere:
		row.In, row.Differs = reports.InTwin, there != 0
	case !hasThere:
		row.In, row.Differs = reports.InReal, here != 0
	default:
		row.Allowed = float64(allowed(s, o, c, p.here))
		row.Differs = max(row.Difference, -row.Difference) > row.Allowed
	}
	return withoutReason(row)
}

// withoutReason adds what is wrong with a row that differs without a reason.
func withoutReason(row reports.TwinRow) reports.TwinRow {
	if row.Differs && row.Why == "" {
		row.Problem = fmt.Sprintf("twin.why has no reason for %s of %s", row.ID, row.Of)
	}
	return row
}

// allowed is by how much a figure may differ. A share has no tolerance of its
// own: it follows from counts.
func allowed(s *scenarios.Scenario, o *scenarios.Outcome, c *oracle.Column, of string) int64 {
	by, has := follows[c.Varies]
	if !has {
		return 0
	}
	return by(varying{s, o, of, s.RealTime()})
}
