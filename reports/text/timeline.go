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
const outageMin = oracle.OutageMin

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
		f.roster.Observe(e)
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

// choose returns the lanes of the keys, in order. If there are too many, it
// leaves out those to which least happened, and notes how many.
func choose[K comparable](t *timeline, lanes map[K]*lane, keys []K, most int, noun string) []*lane {
	var chosen []*lane
	for _, k := range keys {
		chosen = append(chosen, lanes[k])
	}
	if len(chosen) <= most {
		return chosen
	}
	t.omitted = append(t.omitted, fmt.Sprintf("%d more %s", len(chosen)-most, noun))
	eventful := slices.Clone(chosen)
	slices.SortStableFunc(eventful, func(a, b *lane) int { return slices.Compare(b.weight(), a.weight()) })
	return slices.DeleteFunc(chosen, func(l *lane) bool { return !slices.Contains(eventful[:most], l) })
}

// weight says how much happened to a lane, what matters most first: whether it
// was ever active, held twice or without answers, for how long without answers,
// how often it failed or lost power, and how often it changed.
func (l *lane) weight() []int64 {
	var matters, outage, trouble, changes int64
	for _, s := range l.steps {
		switch s.mark {
		case active, contested:
			matters = 1
		case off, frozen, failing:
			trouble++
		}
		if s.mark != answered {
			changes++
		}
	}
	for _, o := range l.outages {
		matters, outage = 1, outage+int64(o.Duration)
	}
	return []int64{matters, outage, trouble, changes}
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

// share is a time in which several members had an address.
type share struct {
	from, to time.Duration
	holder   string
}

// shareMin is the shortest time that counts. Each takeover in which the new
// member acts before the old one hears it has some hundred microseconds.
const shareMin = 5 * time.Millisecond

// shared returns the times in which several members had an address.
func (l *lane) shared(end time.Duration) []share {
	var all []share
	for i, s := range l.steps {
		to := end
		if i+1 < len(l.steps) {
			to = l.steps[i+1].at
		}
		if s.mark == contested && to-s.at >= shareMin {
			all = append(all, share{s.at, to, s.holder})
		}
	}
	return all
}

// add appends a step. What changes again at the same instant never was.
func (l *lane) add(s step) {
	if n := len(l.steps); n > 0 && l.steps[n-1].at == s.at {
		l.steps[n-1] = s
		return
	}
	l.steps = append(l.steps, s)
}

// turn appends a step if it changes anything.
func (l *lane) turn(s step) {
	var now step
	if n := len(l.steps); n > 0 {
		now = l.steps[n-1]
	}
	if s.mark != now.mark || s.holder != now.holder {
		l.add(s)
	}
}

// fold is the state while the events are folded.
type fold struct {
	roster    *oracle.Roster
	version   int // of the roster
	members   map[memberKey]*lane
	addresses map[string]*lane
	clients   map[string]*lane
	faults    []step
}

// newFold finds out who takes part.
func newFold(events []event.Event) *fold {
	f := &fold{
		roster:  oracle.NewRoster(oracle.Facts{}),
		members: map[memberKey]*lane{}, addresses: map[string]*lane{}, clients: map[string]*lane{},
	}
	count := map[string]int{} // of members of a node
	for _, e := range events {
		switch b := e.What.(type) {
		case event.StandbyChanged:
			key := memberKey{e.Node, b.Interface, b.Group}
			if f.members[key] == nil {
				f.members[key] = &lane{}
				count[e.Node]++
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
		if count[key.node] > 1 {
			l.label = fmt.Sprintf("%s.%s/%d", key.node, key.iface, key.group)
		}
	}
	return f
}

// step takes in one event, which the roster has seen.
func (f *fold) step(e event.Event) {
	if version := f.roster.Version(); version != f.version {
		f.version = version
		for key, l := range f.members { // order: each lane by itself
			l.turn(step{at: e.At, mark: f.stands(key)})
		}
		for vip, l := range f.addresses { // order: each lane by itself
			if s := f.held(e.At, vip); s.mark != nobody || len(l.steps) > 0 { // blank before its first holder
				l.turn(s)
			}
		}
	}
	switch b := e.What.(type) {
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

// stands is the mark of a member now.
func (f *fold) stands(key memberKey) mark {
	power, m := f.roster.Power(key.node), f.roster.Find(key.node, key.iface)
	switch {
	case power.Lost():
		return off
	case power == event.PowerBooting:
		return booting
	case power == event.PowerFrozen:
		return frozen
	case m == nil && power == "":
		return blank
	case m == nil || m.Group != key.group || m.State == "":
		return initial
	}
	return stateMarks[m.State]
}

// held says who has a virtual IP now.
func (f *fold) held(at time.Duration, vip string) step {
	var holders []string
	for _, m := range f.roster.Holders(vip) {
		holders = append(holders, m.Node)
	}
	slices.Sort(holders)
	holders = slices.Compact(holders)
	s := step{at: at, mark: nobody, holder: strings.Join(holders, "+")}
	if len(holders) > 0 {
		s.mark = held
	}
	if len(holders) > 1 {
		s.mark = contested
	}
	return s
}

func (f *fold) client(e event.Event, m mark) {
	if l := f.clients[e.Node]; l != nil {
		l.steps = append(l.steps, step{at: e.At, mark: m})
	}
}
