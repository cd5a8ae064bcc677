package parity

import (
	"regexp"
	"strconv"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
)

// saidRow holds a count that a program wrote against one that was measured. A
// count that one of them lacks differs, even from zero: a program that has not
// come to its end would pass otherwise.
func saidRow(s *scenarios.Scenario, o *scenarios.Outcome, x scenarios.Saying, other Other) reports.TwinRow {
	row := reports.TwinRow{ID: x.Figure, Unit: oracle.Count, Of: x.Of, With: x.With, In: reports.InBoth, Allowed: float64(x.Within), Why: s.Twin.Reason(x.Of, x.Figure)}
	here, hasHere := said(o, x)
	there, hasThere := 0.0, false
	for _, f := range figuresFor(other.Outcome, x.With) {
		if f.ID == x.Figure {
			there, hasThere = f.Value, true
		}
	}
	for _, c := range oracle.Columns() {
		if c.ID == x.Figure {
			row.Measure = c.Name
		}
	}
	row.Here, row.There, row.Difference = here, there, here-there
	switch {
	case !hasHere:
		row.In, row.Differs = reports.InTwin, true
	case !hasThere:
		row.In, row.Differs = reports.InReal, true
	default:
		row.Differs = max(row.Difference, -row.Difference) > row.Allowed
	}
	return withoutReason(row)
}

// said is the largest count that a program wrote.
func said(o *scenarios.Outcome, x scenarios.Saying) (count float64, has bool) {
	line := regexp.MustCompile(x.Line) // which was checked when the scenario was read
	for e, words := range event.From[event.ProgramSaid](o.Events) {
		match := line.FindStringSubmatch(words.Line)
		if e.Node != x.Of || match == nil {
			continue
		}
		if n, err := strconv.ParseFloat(match[1], 64); err == nil {
			count, has = max(count, n), true
		}
	}
	return count, has
}
