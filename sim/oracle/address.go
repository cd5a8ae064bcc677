package oracle

import (
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// address is what the log says of an address that clients ask, and of its
// group. It keeps what can still explain an outage.
type address struct {
	ip        string
	primary   string // the virtual IP that names the group; empty: the address is a server's
	server    string
	tenures   []*tenure       // in the order in which they began
	noticed   []time.Duration // a member acted on the loss of the active
	announced []sign
	learnt    []sign
	macs      map[string]string // by node: the MAC address it announced last
	inFlight  time.Duration     // how long a segment may be on its way
}

// queueing is how long a frame may wait at ports, besides its transit.
const queueing = 10 * time.Millisecond

// sign is something that a node did at an instant.
type sign struct {
	at   time.Duration
	node string
	mac  string
}

// observe notes what concerns the address, and reports whether its owners may
// have changed. The roster has already seen the event.
func (a *address) observe(e event.Event, r *Roster) bool {
	switch b := e.What.(type) {
	case event.StandbyChanged:
		if a.has(r.Find(e.Node, b.Interface)) {
			if b.ActiveLost {
				a.noticed = append(a.noticed, e.At)
			}
			return true
		}
	case event.VIPGained:
		if m := r.Find(e.Node, b.Interface); a.has(m) && m.Real {
			a.noticed = append(a.noticed, e.At)
			return true
		}
	case event.VIPLost:
		return a.has(r.Find(e.Node, b.Interface))
	case event.VIPAnnounced:
		if b.VIP == a.ip {
			a.macs[e.Node] = b.MAC
			a.announced = append(a.announced, sign{at: e.At, node: e.Node})
		}
	case event.VIPClaimed:
		if b.VIP == a.ip && b.Frame == "gratuitous-arp" {
			a.announced = append(a.announced, sign{at: e.At, node: e.Node})
		}
	case event.NeighbourChanged:
		if b.IP == a.ip && b.MAC != "" {
			a.learnt = append(a.learnt, sign{e.At, e.Node, b.MAC})
		}
	case event.PowerChanged:
		return true
	}
	return false
}

func (a *address) has(m *Entry) bool { return m != nil && a.primary != "" && m.VIP == a.primary }

// member reports whether a node may own the address besides others.
func (a *address) member(r *Roster, node string) bool {
	return a.primary != "" && slices.ContainsFunc(r.Group(a.primary), func(m *Entry) bool { return m.Node == node })
}

// update begins and ends tenures after the roster has changed.
func (a *address) update(at time.Duration, r *Roster) {
	if a.primary == "" {
		power := r.Power(a.server)
		a.account(at, a.server, nil, !power.Lost() && power != event.PowerBooting, power != event.PowerFrozen)
		return
	}
	for _, m := range r.Group(a.primary) {
		a.account(at, m.Node, m, m.Owner, m.Up())
	}
}

func (a *address) account(at time.Duration, node string, m *Entry, owns, up bool) {
	current := a.current(node, m)
	switch {
	case owns && current == nil:
		a.tenures = append(a.tenures, &tenure{node: node, entry: m, from: at, up: up})
	case current == nil:
	case owns:
		current.up = up
	default:
		current.ended, current.to, current.up = true, at, false
	}
}

func (a *address) current(node string, m *Entry) *tenure {
	for _, t := range a.tenures {
		if !t.ended && t.node == node && t.entry == m {
			return t
		}
	}
	return nil
}

// owner returns the tenure of a node that owns the address and may act.
func (a *address) owner(node string) *tenure {
	for _, t := range a.tenures {
		if !t.ended && t.up && t.node == node {
			return t
		}
	}
	return nil
}

// newest returns the tenure that began last of those that have not ended, or
// nil.
func (a *address) newest() *tenure {
	for _, t := range slices.Backward(a.tenures) {
		if !t.ended {
			return t
		}
	}
	return nil
}

// rival returns the tenure of another owner at an instant, or nil.
func (a *address) rival(at time.Duration, owner *tenure) *tenure {
	for _, t := range slices.Backward(a.tenures) {
		if t != owner && t.from <= at && (!t.ended || t.to > at) {
			return t
		}
	}
	return nil
}

// noticedIn returns the first instant of a span, both ends included, at which a
// member noticed that the active was gone.
func (a *address) noticedIn(from, to time.Duration) (time.Duration, bool) {
	for _, at := range a.noticed {
		if at >= from && at <= to {
			return at, true
		}
	}
	return 0, false
}

// announcedIn returns the first instant of a span at which a node announced the
// address.
func (a *address) announcedIn(from, to time.Duration, node string) (time.Duration, bool) {
	for _, s := range a.announced {
		if s.at >= from && s.at <= to && s.node == node {
			return s.at, true
		}
	}
	return 0, false
}

// learntIn returns the first instant at which a machine learned the MAC address
// of the owner, from when its segments last went elsewhere until to. What
// arrived elsewhere soon after the machine had learned better was on its way.
func (a *address) learntIn(elsewhere, to time.Duration, by, owner string) (time.Duration, bool) {
	mac := a.macs[owner]
	for _, s := range a.learnt {
		if s.at > elsewhere-a.inFlight && s.at <= to && s.node == by && (mac == "" || s.mac == mac) {
			return s.at, true
		}
	}
	return 0, false
}

// signs returns how many are kept.
func (a *address) signs() int {
	return len(a.tenures) + len(a.noticed) + len(a.announced) + len(a.learnt)
}

// forget drops what ended before an instant.
func (a *address) forget(before time.Duration) {
	a.tenures = slices.DeleteFunc(a.tenures, func(t *tenure) bool { return t.ended && t.to < before })
	a.noticed = slices.DeleteFunc(a.noticed, func(at time.Duration) bool { return at < before })
	past := func(s sign) bool { return s.at < before }
	a.announced = slices.DeleteFunc(a.announced, past)
	a.learnt = slices.DeleteFunc(a.learnt, past)
}
