package world

import "github.com/cablepull/cablepull/sim/oracle"

// Measure folds the events so far into measures, and checks the invariants. The
// world must keep all events: see Options.Forget.
func (w *World) Measure() (oracle.Measures, []oracle.Violation) {
	return oracle.Fold(w.Events(), FactsOf(w.topology, w.Now()))
}
