// Package expect owns the expectations of a run: each kind has one file, and
// one row in the table of kinds.
//
// An expectation sees a [Plan] before the run, to check that everything it
// names exists, and the [Evidence] after it: events, measures, violations and
// how far off instants may be. It never sees its scenario, nor a machine.
//
// Read expectation.go first, then kind.go and moves.go, the shortest kind;
// window.go and member.go hold what many kinds share, tolerance.go what real
// time may change.
package expect
