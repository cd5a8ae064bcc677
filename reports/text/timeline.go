package text

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

// outageMin is the shortest outage that the lanes and the list show.
const outageMin = 5 * time.Millisecond

// Most lanes of each sort; a page cannot hold more.
const (
	membersMax   = 12
	addressesMax = 8
	clientsMax   = 8
)

// lane is what became of one member, virtual IP or client.
type lane struct {
	label   string
	steps   []step          // in order of instants
	outages []oracle.Outage // of a client
}

// step is a change of a lane.
type step struct {
	at     time.Duration
	mark   mark
	holder string // who has a virtual IP
}

// timeline is the lanes of a run.
type timeline struct {
	total     time.Duration
	members   []*lane
	addresses []*lane
	clients   []*lane
	faults    []step
	omitted   []string // such as "42 more clients"
}

// memberKey names one member of one standby group.
type memberKey struct {
	node, iface string
	group       uint8
}

// newTimeline folds the events and outages of a run into lanes.
func newTimeline(r *reports.Result) *timeline {
	f := newFold(r.Events)
	for _, e := range r.Events {
		f.step(e)
	}
	t := &timeline{total: r.Simulated, faults: f.faults}
	if n := len(r.Events); n > 0 {
		t.total = max(t.total, r.Events[n-1].At)
	}
	for _, o := range slices.Concat(r.Measures.Gaps, r.Measures.Outages) { // the longest may be in both
		lane := f.clients[o.Client]
		if lane == nil || o.Duration < outageMin || slices.Contains(lane.outages, o) {
			continue
		}
		lane.outages = append(lane.outages, o)
	}
	byKey := func(a, b memberKey) int {
		return cmp.Or(cmp.Compare(a.node, b.node), cmp.Compare(a.iface, b.iface), cmp.Compare(a.group, b.group))
	}
	t.members = choose(t, f.members, slices.SortedFunc(maps.Keys(f.members), byKey), membersMax, "members")
	t.addresses = choose(t, f.addresses, slices.Sorted(maps.Keys(f.addresses)), addressesMax, "virtual IPs")
	t.clients = choose(t, f.clients, slices.Sorted(maps.Keys(f.clients)), clientsMax, "clients")
	return t
}

// choose takes the lanes of the keys, and notes how many are too many.
func choose[K comparable](t *timeline, lanes map[K]*lane, keys []K, most int, noun string) []*lane {
	if len(keys) > most {
		t.omitted = append(t.omitted, fmt.Sprintf("%d more %s", len(keys)-most, noun))
		keys = keys[:most]
	}
	var chosen []*lane
	for _, k := range keys {
		chosen = append(chosen, lanes[k])
	}
	return chosen
}

// at returns the mark of the lane at an instant.
func (l *lane) at(now time.Duration) mark {
	for _, o := range l.outages {
		if o.From <= now && now < o.To {
			return dark
		}
	}
	i, _ := slices.BinarySearchFunc(l.steps, now+1, func(s step, at time.Duration) int { return cmp.Compare(s.at, at) })
	if i == 0 {
		return blank
	}
	return l.steps[i-1].mark
}

// add appends a step. What changes again at the same instant never was.
func (l *lane) add(s step) {
	if n := len(l.steps); n > 0 && l.steps[n-1].at == s.at {
		l.steps[n-1] = s
		return
	}
	l.steps = append(l.steps, s)
}

// fold is the state while the events are folded.
type fold struct {
	members   map[memberKey]*lane
	ofNode    map[string][]*lane // members of a node
	addresses map[string]*lane
	holders   map[string][]string // by virtual IP, sorted
	clients   map[string]*lane
	faults    []step
}

// newFold finds out who takes part.
func newFold(events []event.Event) *fold {
	f := &fold{
		members: map[memberKey]*lane{}, ofNode: map[string][]*lane{},
		addresses: map[string]*lane{}, holders: map[string][]string{}, clients: map[string]*lane{},
	}
	for _, e := range events {
		switch b := e.What.(type) {
		case event.StandbyChanged:
			key := memberKey{e.Node, b.Interface, b.Group}
			if f.members[key] == nil {
				f.members[key] = &lane{}
				f.ofNode[e.Node] = append(f.ofNode[e.Node], f.members[key])
			}
		case event.VIPGained:
			f.addresses[b.VIP] = &lane{label: b.VIP}
		case event.ConnOpened, event.RequestSent:
			if f.clients[e.Node] == nil {
				f.clients[e.Node] = &lane{label: e.Node}
			}
		}
	}
	for key, l := range f.members { // order: each lane gets its own label
		l.label = key.node
		if len(f.ofNode[key.node]) > 1 {
			l.label = fmt.Sprintf("%s.%s/%d", key.node, key.iface, key.group)
		}
	}
	return f
}

// step takes in one event.
func (f *fold) step(e event.Event) {
	switch b := e.What.(type) {
	case event.StandbyChanged:
		f.members[memberKey{e.Node, b.Interface, b.Group}].add(step{at: e.At, mark: stateMarks[b.To]})
	case event.PowerChanged:
		f.power(e.At, e.Node, b.State)
	case event.VIPGained:
		f.hold(e.At, b.VIP, e.Node, true)
	case event.VIPLost:
		f.hold(e.At, b.VIP, e.Node, false)
	case event.RequestAnswered:
		f.client(e, answered)
	case event.RequestFailed:
		f.client(e, failing)
	case event.ConnClosed:
		if b.How != "client" && b.How != "server" {
			f.client(e, failing)
		}
	case event.FaultApplied:
		f.faults = append(f.faults, step{at: e.At, mark: applied})
	case event.FaultHealed:
		f.faults = append(f.faults, step{at: e.At, mark: healed})
	}
}

func (f *fold) power(at time.Duration, node string, state event.Power) {
	for _, l := range f.ofNode[node] {
		switch state {
		case event.PowerOff, event.PowerCrashed:
			l.add(step{at: at, mark: off})
		case event.PowerBooting:
			l.add(step{at: at, mark: booting})
		case event.PowerUp:
			l.add(step{at: at, mark: initial})
		case event.PowerFrozen:
			l.add(step{at: at, mark: frozen})
		case event.PowerThawed:
			l.add(step{at: at, mark: l.beforeFreeze()})
		}
	}
	if !state.Lost() {
		return
	}
	for vip := range f.holders { // order: each address by itself
		f.hold(at, vip, node, false) // a machine without power has no addresses
	}
}

func (l *lane) beforeFreeze() mark {
	for _, s := range slices.Backward(l.steps) {
		if s.mark != frozen {
			return s.mark
		}
	}
	return initial
}

// hold notes that a node has a virtual IP, or has it no longer.
func (f *fold) hold(at time.Duration, vip, node string, has bool) {
	holders := f.holders[vip]
	i, had := slices.BinarySearch(holders, node)
	lane := f.addresses[vip]
	if has == had || lane == nil {
		return
	}
	if has {
		holders = slices.Insert(slices.Clone(holders), i, node)
	} else {
		holders = slices.Delete(slices.Clone(holders), i, i+1)
	}
	f.holders[vip] = holders
	s := step{at: at, mark: nobody, holder: strings.Join(holders, "+")}
	if len(holders) > 0 {
		s.mark = held
	}
	if len(holders) > 1 {
		s.mark = contested
	}
	lane.add(s)
}

func (f *fold) client(e event.Event, m mark) {
	if l := f.clients[e.Node]; l != nil {
		l.steps = append(l.steps, step{at: e.At, mark: m})
	}
}
