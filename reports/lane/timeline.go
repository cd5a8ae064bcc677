package lane

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
)

// OutageMin is the shortest outage that lanes show.
const OutageMin = oracle.OutageMin

// Timeline is the lanes of a run, each sort in the order of the nodes.
type Timeline struct {
	Total     time.Duration // how long the run took, by its own clock
	Members   []*Lane
	Addresses []*Lane
	Clients   []*Lane
	Faults    []Fault
}

// New folds the events and outages of a run. The highlights are enough.
func New(r *reports.Result) *Timeline {
	f := newFold(r.Events)
	for _, e := range r.Events {
		f.roster.Observe(e)
		f.step(e)
	}
	t := &Timeline{Total: r.Simulated, Faults: f.faults}
	if n := len(r.Events); n > 0 {
		t.Total = max(t.Total, r.Events[n-1].At)
	}
	for i := range t.Faults {
		if f := &t.Faults[i]; f.lasting {
			f.Until = t.Total
		}
	}
	for _, o := range slices.Concat(r.Measures.Gaps, r.Measures.Outages) { // the longest may be in both
		lane := f.clients[o.Client]
		if lane == nil || o.Duration < OutageMin || slices.Contains(lane.Outages, o) {
			continue
		}
		lane.Outages = append(lane.Outages, o)
	}
	place := placesOf(r.Nodes)
	byKey := func(a, b memberKey) int {
		return cmp.Or(place(a.node, b.node), cmp.Compare(a.iface, b.iface), cmp.Compare(a.group, b.group))
	}
	t.Members = values(f.members, slices.SortedFunc(maps.Keys(f.members), byKey))
	t.Addresses = values(f.addresses, slices.SortedFunc(maps.Keys(f.addresses), func(a, b string) int {
		return cmp.Or(place(f.addresses[a].Node, f.addresses[b].Node), cmp.Compare(a, b))
	}))
	t.Clients = values(f.clients, slices.SortedFunc(maps.Keys(f.clients), place))
	return t
}

// placesOf compares nodes by their order; those that it does not name come
// last, by name.
func placesOf(order []string) func(a, b string) int {
	places := make(map[string]int, len(order))
	for i, node := range order {
		places[node] = i - len(order)
	}
	return func(a, b string) int { return cmp.Or(cmp.Compare(places[a], places[b]), cmp.Compare(a, b)) }
}

func values[K comparable](lanes map[K]*Lane, keys []K) []*Lane {
	var all []*Lane
	for _, k := range keys {
		all = append(all, lanes[k])
	}
	return all
}

// Most returns the lanes to which most happened, in their order, if there are
// more than that, and how many it leaves out.
func Most(lanes []*Lane, most int) (chosen []*Lane, omitted int) {
	if len(lanes) <= most {
		return lanes, 0
	}
	eventful := slices.Clone(lanes)
	slices.SortStableFunc(eventful, func(a, b *Lane) int { return slices.Compare(b.weight(), a.weight()) })
	chosen = slices.DeleteFunc(slices.Clone(lanes), func(l *Lane) bool { return !slices.Contains(eventful[:most], l) })
	return chosen, len(lanes) - most
}

// memberKey names one member of one standby group.
type memberKey struct {
	node, iface string
	group       uint8
}

// fold is the state while the events are folded.
type fold struct {
	roster    *oracle.Roster
	version   int // of the roster
	members   map[memberKey]*Lane
	addresses map[string]*Lane
	clients   map[string]*Lane
	faults    []Fault
}

// newFold finds out who takes part.
func newFold(events []event.Event) *fold {
	f := &fold{
		roster:  oracle.NewRoster(oracle.Facts{}),
		members: map[memberKey]*Lane{}, addresses: map[string]*Lane{}, clients: map[string]*Lane{},
	}
	count := map[string]int{} // of members of a node
	for _, e := range events {
		switch b := e.What.(type) {
		case event.StandbyChanged:
			key := memberKey{e.Node, b.Interface, b.Group}
			if f.members[key] == nil {
				f.members[key] = &Lane{}
				count[e.Node]++
			}
		case event.VIPGained:
			if f.addresses[b.VIP] == nil {
				f.addresses[b.VIP] = &Lane{Label: b.VIP, Node: e.Node}
			}
		case event.ConnOpened, event.RequestSent:
			if f.clients[e.Node] == nil {
				f.clients[e.Node] = &Lane{Label: e.Node, Node: e.Node}
			}
		}
	}
	for key, l := range f.members { // order: each lane gets its own label
		l.Label, l.Node = key.node, key.node
		if count[key.node] > 1 {
			l.Label = fmt.Sprintf("%s.%s/%d", key.node, key.iface, key.group)
		}
	}
	return f
}

// step takes in one event, which the roster has seen.
func (f *fold) step(e event.Event) {
	if version := f.roster.Version(); version != f.version {
		f.version = version
		for key, l := range f.members { // order: each lane by itself
			l.turn(Step{At: e.At, State: f.stands(key)})
		}
		for vip, l := range f.addresses { // order: each lane by itself
			if s := f.held(e.At, vip); s.State != Nobody || len(l.Steps) > 0 { // blank before its first holder
				l.turn(s)
			}
		}
	}
	switch b := e.What.(type) {
	case event.RequestAnswered:
		f.client(e, Answered)
	case event.RequestFailed:
		f.client(e, Failing)
	case event.ConnClosed:
		if b.How != "client" && b.How != "server" {
			f.client(e, Failing)
		}
	case event.FaultApplied:
		f.apply(e.At, b.Fault)
	case event.FaultHealed:
		f.heal(e.At, b.Fault)
	}
}

// stands is the state of a member now.
func (f *fold) stands(key memberKey) State {
	power, m := f.roster.Power(key.node), f.roster.Find(key.node, key.iface)
	switch {
	case power.Lost():
		return Off
	case power == event.PowerBooting:
		return Booting
	case power == event.PowerFrozen:
		return Frozen
	case m == nil && power == "":
		return Blank
	case m == nil || m.Group != key.group || m.State == "":
		return Initial
	}
	return standbyStates[m.State]
}

// held says who has a virtual IP now.
func (f *fold) held(at time.Duration, vip string) Step {
	var holders []string
	for _, m := range f.roster.Holders(vip) {
		holders = append(holders, m.Node)
	}
	slices.Sort(holders)
	holders = slices.Compact(holders)
	s := Step{At: at, State: Nobody, Holder: strings.Join(holders, "+")}
	if len(holders) > 0 {
		s.State = Held
	}
	if len(holders) > 1 {
		s.State = Contested
	}
	return s
}

func (f *fold) client(e event.Event, s State) {
	if l := f.clients[e.Node]; l != nil {
		l.Steps = append(l.Steps, Step{At: e.At, State: s})
	}
}
