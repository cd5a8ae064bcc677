package oracle

import (
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// fold receives the events of a run that it reads in order, then the end.
type fold interface {
	// reads returns the kinds of the events that the fold needs. Most events of
	// many runs are of few kinds, and most folds need none of these.
	//
	// Whatever depends on the version of the scene reads what changes it.
	reads() event.Set
	Observe(event.Event)
	Finish(end time.Duration)
}

// scene is the state that several folds share. It sees each event before they
// do.
type scene struct {
	facts   Facts
	roster  *Roster
	network *network
	history *history
	lines   *lines
	// unwanted reports, during Finish, whether nobody waits for a verdict any more.
	// Whatever may take long asks it now and then.
	unwanted func() bool
}

func newScene(f Facts) *scene {
	l := newLines()
	return &scene{facts: f, roster: NewRoster(f), network: newNetwork(f, l), history: newHistory(f, l), lines: l}
}

// What a scene reads, and which of that changes its version.
var (
	versionReads = RosterReads.Or(networkReads)
	sceneReads   = versionReads.Or(historyReads)
)

// Observe takes in an event of the kinds of sceneReads, and ignores others.
func (s *scene) Observe(e event.Event) {
	s.roster.Observe(e)
	s.network.Observe(e)
	s.history.Observe(e)
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

// version changes whenever anything in the scene does.
func (s *scene) version() int { return s.roster.Version() + s.network.version }
