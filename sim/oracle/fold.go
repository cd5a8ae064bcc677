package oracle

import (
	"cmp"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// fold receives each event of a run in order, then the end.
type fold interface {
	Observe(event.Event)
	Finish(end time.Duration)
}

// scene is the state that several folds share. It sees each event before they
// do.
type scene struct {
	facts   Facts
	roster  *Roster
	network *network
	lines   *lines
}

func newScene(f Facts) *scene {
	l := newLines()
	return &scene{facts: f, roster: NewRoster(f), network: newNetwork(f, l), lines: l}
}

// Observe implements fold.
func (s *scene) Observe(e event.Event) {
	s.roster.Observe(e)
	s.network.Observe(e)
}

// Finish implements fold.
func (s *scene) Finish(time.Duration) {}

// run passes all events to the folds. The run ends at its duration, or with its
// last event if that is later.
func run(events []event.Event, f Facts, folds ...fold) {
	end := f.Duration
	for _, e := range events {
		end = max(end, e.At)
		for _, fold := range folds {
			fold.Observe(e)
		}
	}
	for _, fold := range folds {
		fold.Finish(end)
	}
}

// recorder is a fold that adds to the measures at the end.
type recorder interface {
	fold
	record(*Measures)
}

// Own is a measure that is not built in: a Go team's, or a test's.
type Own interface {
	Observe(event.Event)      // each event of the run, in order
	Finish(end time.Duration) // when there are no more
	Table() Table             // what it measured; without rows it is left out
}

// Measure folds the events of a run into its measures, and into measures of the
// caller's own, which are listed after them.
func Measure(events []event.Event, f Facts, own ...Own) Measures {
	s := newScene(f)
	folds := []fold{s}
	for _, o := range own {
		folds = append(folds, o)
	}
	var recorders []recorder
	for _, m := range measures {
		r := m.fold(s)
		recorders = append(recorders, r)
		folds = append(folds, r)
	}
	run(events, f, folds...)
	var all Measures
	for _, r := range recorders {
		r.record(&all)
	}
	for _, o := range own {
		all.Own = append(all.Own, o.Table())
	}
	return all
}

// Check returns the invariants that did not hold, by instant.
func Check(events []event.Event, f Facts) []Violation {
	s := newScene(f)
	folds := []fold{s}
	var watches []*watch
	for _, i := range Invariants {
		w := &watch{invariant: i.Name}
		watches = append(watches, w)
		folds = append(folds, i.fold(s, w))
	}
	run(events, f, folds...)
	all := []Violation{}
	for _, w := range watches {
		all = append(all, w.found...)
	}
	slices.SortStableFunc(all, func(a, b Violation) int { return cmp.Compare(a.At, b.At) })
	return all
}

// version changes whenever anything in the scene does.
func (s *scene) version() int { return s.roster.Version() + s.network.version }
