package oracle

import (
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// Roster is who is up and who owns what according to the events so far. It is
// the one place that follows power, states and addresses: measures, invariants,
// expectations, timelines and the journal of a testbed read it.
//
// Each word has one meaning. A state is the member's state in its protocol,
// such as Active. The owner is the member that, by its own account, answers for
// the virtual IPs. A machine that is up may act. So a frozen Active is in the
// state Active, is the owner, and is not up: it does nothing, without knowing
// that.
type Roster struct {
	entries []*Entry // those in the facts in their order, then the others as they came
	power   map[string]event.Power
	holders map[string][]*Entry // by virtual IP, in the order in which they took it
	version int
}

// Entry is what is known of one member. If it is not in the facts, only Node,
// Interface and Group of Member are set.
type Entry struct {
	Member
	State string        // in its protocol; empty: none yet, or none since it lost its power
	Owner bool          // it answers for its virtual IPs, as it says
	Since time.Duration // instant at which it entered its state, or was thawed in it
	Held  []string      // virtual IPs on its interface, in the order in which it took them

	power event.Power
	down  bool          // no carrier
	ready time.Duration // the switch blocks its port until then
}

// Up reports whether the member's machine may act. If nothing is known of it,
// it may.
func (m *Entry) Up() bool { return !m.power.Lost() && m.power != event.PowerFrozen }

// Owns reports whether the member is an owner and may act as one.
func (m *Entry) Owns() bool { return m.Owner && m.Up() }

// NewRoster returns the roster of the members in the facts, before any event.
// Others enter it with the first event that names them, so it is useful without
// facts too.
func NewRoster(f Facts) *Roster {
	r := &Roster{power: map[string]event.Power{}, holders: map[string][]*Entry{}}
	for _, m := range f.Members {
		r.entries = append(r.entries, &Entry{Member: m})
	}
	return r
}

// RosterReads is the kinds of events that a roster follows.
var RosterReads = event.SetOf(
	event.StandbyChanged{}, event.VIPGained{}, event.VIPLost{}, event.LinkChanged{}, event.PortBlocked{}, event.PowerChanged{},
)

// Version changes whenever anything in the roster does.
func (r *Roster) Version() int { return r.version }

// Entries returns all members: those in the facts in their order, then the
// others in the order in which they came. The caller must not change them.
func (r *Roster) Entries() []*Entry { return r.entries }

// Find returns the member on an interface, or nil.
func (r *Roster) Find(node, iface string) *Entry {
	for _, m := range r.entries {
		if m.Node == node && m.Interface == iface {
			return m
		}
	}
	return nil
}

// Group returns the members whose primary virtual IP is vip, according to the
// facts.
func (r *Roster) Group(vip string) []*Entry {
	var all []*Entry
	for _, m := range r.entries {
		if m.VIP == vip {
			all = append(all, m)
		}
	}
	return all
}

// Holders returns the members that have a virtual IP on their interface, in the
// order in which they took it. The caller must not change them.
func (r *Roster) Holders(vip string) []*Entry { return r.holders[vip] }

// Power returns the last change of a machine's power, empty if there was none.
func (r *Roster) Power(node string) event.Power { return r.power[node] }

// Observe processes the next event. It follows states, addresses, power,
// carriers and blocked ports: the kinds of RosterReads, and no others.
func (r *Roster) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.StandbyChanged:
		m := r.enter(e.Node, b.Interface)
		m.Group = b.Group
		r.become(m, b.To, b.Owner, e.At)
	case event.VIPGained:
		r.take(r.enter(e.Node, b.Interface), b.VIP, e.At)
	case event.VIPLost:
		if m := r.Find(e.Node, b.Interface); m != nil {
			r.give(m, b.VIP, e.At)
		}
	case event.LinkChanged:
		if m := r.Find(e.Node, b.Interface); m != nil {
			m.down = !b.Up
			r.version++
		}
	case event.PortBlocked:
		if m := r.Find(e.Node, b.Interface); m != nil {
			m.ready = b.Until
			r.version++
		}
	case event.PowerChanged:
		if b.State == event.PowerUp && r.power[e.Node] == event.PowerFrozen {
			return // in real time, what it did last before it was frozen
		}
		r.power[e.Node] = b.State
		r.version++
		for _, m := range r.entries {
			if m.Node == e.Node {
				r.powered(m, b.State, e.At)
			}
		}
	}
}

// enter returns the member on an interface, and adds it if it is new.
func (r *Roster) enter(node, iface string) *Entry {
	m := r.Find(node, iface)
	if m == nil {
		m = &Entry{Member: Member{Node: node, Interface: iface}, power: r.power[node]}
		r.entries = append(r.entries, m)
	}
	return m
}

func (r *Roster) become(m *Entry, state string, owner bool, at time.Duration) {
	m.State, m.Owner, m.Since = state, owner, at
	r.version++
}

// take puts an address on a member's interface. The primary one makes a real
// program the owner.
func (r *Roster) take(m *Entry, vip string, at time.Duration) {
	if slices.Contains(m.Held, vip) {
		return
	}
	m.Held = append(m.Held, vip)
	r.holders[vip] = append(r.holders[vip], m)
	r.version++
	if m.Real && m.VIP == vip {
		r.become(m, "", true, at)
	}
}

// give removes an address.
func (r *Roster) give(m *Entry, vip string, at time.Duration) {
	i := slices.Index(m.Held, vip)
	if i < 0 {
		return
	}
	m.Held = slices.Delete(m.Held, i, i+1)
	r.holders[vip] = slices.DeleteFunc(r.holders[vip], func(o *Entry) bool { return o == m })
	r.version++
	if m.Real && m.VIP == vip {
		r.become(m, "", false, at)
	}
}

func (r *Roster) powered(m *Entry, power event.Power, at time.Duration) {
	m.power = power
	switch {
	case power.Lost():
		for len(m.Held) > 0 {
			r.give(m, m.Held[0], at)
		}
		m.down = m.down && m.Real // others find out when they boot
		r.become(m, "", false, at)
	case power == event.PowerThawed:
		m.Since = at
	}
}
