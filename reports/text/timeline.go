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
	total     time.Duration
	members   []*lane.Lane
	addresses []*lane.Lane
	clients   []*lane.Lane
	faults    []step
	omitted   []string // such as "42 more clients"
}

// newTimeline chooses the lanes of a run.
func newTimeline(r *reports.Result) *timeline {
	all := lane.New(r)
	t := &timeline{total: all.Total}
	t.members = t.choose(all.Members, membersMax, "members")
	t.addresses = t.choose(all.Addresses, addressesMax, "virtual IPs")
	t.clients = t.choose(all.Clients, clientsMax, "clients")
	for _, f := range all.Faults {
		t.faults = append(t.faults, step{f.At, lane.Applied})
		if f.Healed {
			t.faults = append(t.faults, step{f.Until, lane.Healed})
		}
	}
	slices.SortStableFunc(t.faults, func(a, b step) int { return cmp.Compare(a.at, b.at) })
	return t
}

// choose returns the lanes to which most happened, and notes how many others
// there are.
func (t *timeline) choose(lanes []*lane.Lane, most int, noun string) []*lane.Lane {
	chosen, omitted := lane.Most(lanes, most)
	if omitted > 0 {
		t.omitted = append(t.omitted, fmt.Sprintf("%d more %s", omitted, noun))
	}
	return chosen
}
