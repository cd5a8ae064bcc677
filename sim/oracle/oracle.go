package oracle

import (
	"cmp"
	"context"
	"math/bits"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// Oracle folds the events of a run into its measures, and checks the
// invariants, while the run goes on. No event need be kept for it.
type Oracle struct {
	scene     *scene
	own       []Own
	recorders []recorder
	watches   []*watch
	folds     []fold                // recorders, then invariants
	readers   event.PerKind[uint64] // a bit for each of folds that reads the kind
	end       time.Duration
}

// New returns an oracle that has seen nothing. Measures of the caller's own are
// listed after those that are built in.
func New(f Facts, own ...Own) *Oracle {
	o := &Oracle{scene: newScene(f), own: own, end: f.Duration}
	for _, m := range measures {
		r := m.fold(o.scene)
		o.recorders = append(o.recorders, r)
		o.add(r)
	}
	for _, i := range Invariants {
		w := &watch{invariant: i.Name}
		o.watches = append(o.watches, w)
		o.add(i.fold(o.scene, w))
	}
	return o
}

// add adds a fold after those that there are.
func (o *Oracle) add(f fold) {
	bit := uint64(1) << len(o.folds)
	if bit == 0 {
		panic("oracle: there are more folds than readers has bits")
	}
	o.folds = append(o.folds, f)
	for readers := range o.readers.In(f.reads()) {
		*readers |= bit
	}
}

// Observe takes in the next event. Their instants must not decrease.
func (o *Oracle) Observe(e event.Event) {
	o.end = max(o.end, e.At)
	if sceneReads.Has(e.What) {
		o.scene.Observe(e)
	}
	for _, m := range o.own {
		m.Observe(e)
	}
	for left := *o.readers.Of(e.What); left != 0; left &= left - 1 {
		o.folds[bits.TrailingZeros64(left)].Observe(e)
	}
}

// Finish ends the run at the duration in the facts, or with its last event if
// that is later. It returns the measures, and the invariants that did not hold,
// by instant. The oracle is of no use afterwards.
//
// To judge may take long. If the context ends before that has been done, there
// are measures and no verdict: the error is the context's.
func (o *Oracle) Finish(ctx context.Context) (Measures, []Violation, error) {
	o.scene.unwanted = func() bool { return ctx.Err() != nil }
	for _, m := range o.own {
		m.Finish(o.end)
	}
	for _, f := range o.folds {
		f.Finish(o.end)
	}
	var m Measures
	for _, r := range o.recorders {
		r.record(&m)
	}
	for _, own := range o.own {
		m.Own = append(m.Own, own.Table())
	}
	if err := ctx.Err(); err != nil {
		return m, nil, err
	}
	violations := []Violation{}
	for _, w := range o.watches {
		violations = append(violations, w.found...)
	}
	slices.SortStableFunc(violations, func(a, b Violation) int { return cmp.Compare(a.At, b.At) })
	return m, violations, nil
}

// EndAt says that the run has ended before its time: what is open then counts
// up to that instant.
func (o *Oracle) EndAt(at time.Duration) { o.end = at }

// Fold passes all events of a run to a new oracle, and finishes it.
func Fold(events []event.Event, f Facts, own ...Own) (Measures, []Violation) {
	o := New(f, own...)
	for _, e := range events {
		o.Observe(e)
	}
	m, violations, _ := o.Finish(context.Background()) // which does not end
	return m, violations
}

// Measure returns the measures of a run.
func Measure(events []event.Event, f Facts, own ...Own) Measures {
	m, _ := Fold(events, f, own...)
	return m
}

// Check returns the invariants that did not hold in a run, by instant.
func Check(events []event.Event, f Facts) []Violation {
	_, violations := Fold(events, f)
	return violations
}
