// Package oracle folds the events of a run into measures and checks the
// invariants of every run. It reads events and facts from the topology; no
// measure looks inside a machine, so it must not know of one.
//
// Measure and Check take one pass each over the events. Every measure and every
// invariant is a fold of its own: it sees each event in order, keeps what it
// needs, and gives its result at the end. Two folds see each event first and
// serve the others: Roster (who is up and owns what; other packages may use it
// too) and network (who can hear whom).
//
// Each measure lists itself in tables of figures (figure.go). Pages,
// comparisons and parity read only those.
//
// Start reading at measures.go, which defines what is measured, then fold.go;
// invariants.go lists what must always hold, and why.
package oracle
