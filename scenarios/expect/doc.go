// Package expect owns what can be expected of a run: one file for each kind of
// expectation, and one row for each in the table of kinds.
//
// An expectation sees a [Plan] before the run, to check that what it names exists,
// and the [Evidence] after it: events, measures, violations and how far instants
// may be off. It never sees the scenario it stands in, nor a machine.
//
// Read expectation.go first, then kind.go and moves.go, the shortest kind;
// window.go and member.go hold what many kinds share, tolerance.go what real time
// may change.
package expect
