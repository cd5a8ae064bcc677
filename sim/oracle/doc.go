// Package oracle folds the events of a run into measures and checks the
// invariants of every run. It reads events and what is known on paper; nothing
// measures by looking inside a machine, so it must not know of one.
//
// Measure and Check take one pass each over the events. Every measure and every
// invariant is a fold of its own: it is told of each event in order, keeps what
// it needs, and is asked for its result at the end. What several folds need, who
// is up and owns what (Roster, which others may use too) and who can hear whom
// (network), is a fold that sees each event before the others do.
//
// Each measure lists itself in tables of figures (figure.go), which are all that
// pages, comparisons and parity know of measures.
//
// Start reading at measures.go, which defines what is measured, then fold.go;
// invariants.go lists what must always hold, and why.
package oracle
