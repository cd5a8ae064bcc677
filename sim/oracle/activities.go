package oracle

import (
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// Activities is what became of the activities that the members of a cluster
// shall do once: one line for all members of the run, which should have one
// cluster with activities. They are numbered by their instant.
type Activities struct {
	Executed int `json:"executed"` // different ones
	Twice    int `json:"twice"`    // of them, those that more than one member did
	Missed   int `json:"missed"`   // between the first and the last one, those that nobody did
	// Split is how long more than one running member took itself for the
	// coordinator.
	Split time.Duration `json:"split"`
}

// clusterMember is a member of a cluster: on a node, and which of several.
type clusterMember struct{ node, instance string }

// activities follows them.
type activities struct {
	by           map[uint64]clusterMember // who did each first
	twice        map[uint64]bool
	first, last  uint64
	coordinators map[clusterMember]bool
	since        time.Duration // more than one coordinator
	split        time.Duration
	seen         bool
}

func newActivities(*scene) recorder {
	return &activities{by: map[uint64]clusterMember{}, twice: map[uint64]bool{}, coordinators: map[clusterMember]bool{}}
}

var activityReads = event.SetOf(
	event.ClusterActivityExecuted{}, event.ClusterCoordinatorChanged{}, event.PowerChanged{},
)

// reads implements fold.
func (*activities) reads() event.Set { return activityReads }

// Observe implements fold.
func (f *activities) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.ClusterActivityExecuted:
		f.execute(clusterMember{e.Node, b.Instance}, b.Activity)
	case event.ClusterCoordinatorChanged:
		f.seen = true
		f.change(e.At, clusterMember{e.Node, b.Instance}, b.Coordinator)
	case event.PowerChanged:
		if b.State.Lost() {
			for _, m := range f.coordinatorsOf(e.Node) {
				f.change(e.At, m, false)
			}
		}
	}
}

func (f *activities) execute(m clusterMember, n uint64) {
	if len(f.by) == 0 {
		f.first = n
	}
	f.first, f.last = min(f.first, n), max(f.last, n)
	if by, done := f.by[n]; !done {
		f.by[n] = m
	} else if by != m {
		f.twice[n] = true
	}
}

// coordinatorsOf lists those of a node that take themselves for one.
func (f *activities) coordinatorsOf(node string) (all []clusterMember) {
	for m := range f.coordinators { // order: each is handled in the same instant
		if m.node == node {
			all = append(all, m)
		}
	}
	return all
}

// change accounts for a coordinator that comes or goes.
func (f *activities) change(now time.Duration, m clusterMember, coordinator bool) {
	if len(f.coordinators) > 1 {
		f.split += now - f.since
	}
	if f.since = now; coordinator {
		f.coordinators[m] = true
	} else {
		delete(f.coordinators, m)
	}
}

// Finish implements fold.
func (f *activities) Finish(end time.Duration) { f.change(end, clusterMember{}, false) }

func (f *activities) record(to *Measures) {
	to.Activities = []Activities{}
	if !f.seen {
		return
	}
	a := Activities{Executed: len(f.by), Twice: len(f.twice), Split: f.split}
	if a.Executed > 0 {
		a.Missed = int(f.last-f.first) + 1 - a.Executed
	}
	to.Activities = append(to.Activities, a)
}

var (
	activitiesExecuted = &Column{"activities-executed", "coordinated activities", "executed", Count, Freely}
	activitiesTwice    = &Column{"activities-twice", "activities done by two members", "twice", Count, Freely}
	activitiesMissed   = &Column{"activities-missed", "activities done by nobody", "missed", Count, Freely}
	activitiesSplit    = &Column{"activities-split", "time with several coordinators", "several coordinators", Span, Freely}
)

func activityTable(m *Measures) Table {
	t := Table{
		Title: "Coordinated activities", Names: []string{"of"},
		Columns: []*Column{activitiesExecuted, activitiesTwice, activitiesMissed, activitiesSplit},
	}
	for _, a := range m.Activities {
		r := Row{Of: "cluster", Names: []string{"cluster"}}
		r.count(activitiesExecuted, a.Executed)
		r.count(activitiesTwice, a.Twice).bad()
		r.count(activitiesMissed, a.Missed).bad()
		r.span(activitiesSplit, a.Split)
		t.Rows = append(t.Rows, r)
	}
	return t
}
