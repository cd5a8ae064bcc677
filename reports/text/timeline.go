package text

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/lane"
)

// Most lanes of each sort; a page cannot hold more.
const (
	membersMax   = 12
	addressesMax = 8
	clientsMax   = 8
)

// step is a fault on the lane of the faults, or its end.
type step struct {
	at    time.Duration
	state lane.State
}

// timeline is the lanes that fit on a page.
type timeline struct {
	total     time.Duration // of the run
	from, to  time.Duration // the part that is drawn
	members   []*lane.Lane
	addresses []*lane.Lane
	clients   []*lane.Lane
	faults    []step
	omitted   []string // such as "42 more clients"
}

// newTimeline chooses the lanes of a run. A view of some nodes still has all
// virtual IPs and faults: what became of the nodes cannot be read without them.
func newTimeline(r *reports.Result, v View) *timeline {
	all := lane.New(r)
	t := &timeline{total: all.Total, from: v.From, to: all.Total}
	if v.To > 0 {
		t.to = min(v.To, all.Total)
	}
	others := func(l *lane.Lane) bool { return !v.shows(l.Node) }
	t.members = t.choose(slices.DeleteFunc(all.Members, others), membersMax, "members")
	t.addresses = t.choose(all.Addresses, addressesMax, "virtual IPs")
	t.clients = t.choose(slices.DeleteFunc(all.Clients, others), clientsMax, "clients")
	for _, f := range all.Faults {
		t.faults = append(t.faults, step{f.At, lane.Applied})
		if f.Healed {
			t.faults = append(t.faults, step{f.Until, lane.Healed})
		}
	}
	slices.SortStableFunc(t.faults, func(a, b step) int { return cmp.Compare(a.at, b.at) })
	return t
}

// zoomed reports whether a part of the run is drawn.
func (t *timeline) zoomed() bool { return t.from > 0 || t.to < t.total }

// within reports whether an instant is in the part that is drawn.
func (t *timeline) within(at time.Duration) bool { return t.from <= at && at <= t.to }

// choose returns the lanes to which most happened, and notes how many others
// there are.
func (t *timeline) choose(lanes []*lane.Lane, most int, noun string) []*lane.Lane {
	chosen, omitted := lane.Most(lanes, most)
	if omitted > 0 {
		t.omitted = append(t.omitted, fmt.Sprintf("%d more %s", omitted, noun))
	}
	return chosen
}
