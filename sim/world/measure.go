package world

import "github.com/cablepull/cablepull/sim/oracle"

// Measure folds the events so far into measures, and checks the invariants.
func (w *World) Measure() (oracle.Measures, []oracle.Violation) {
	facts := FactsOf(w.topology, w.Now())
	return oracle.Measure(w.Events(), facts), oracle.Check(w.Events(), facts)
}
