package oracle

import (
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// active is the state in which a member owns the virtual IP.
const active = "Active"

// member is what the events have said of one member so far.
type member struct {
	Member
	state  string
	since  time.Duration // instant at which it came into its state, or was thawed in it
	frozen bool
	ready  time.Duration // its port forwards from this instant on
	down   bool          // no carrier
}

// acting reports whether the member does what an Active one does. A frozen
// machine believes that it is Active, and does nothing.
func (m *member) acting() bool { return m.state == active && !m.frozen }

// roster is who is in which state. The state of a machine that has lost its
// power is empty.
type roster struct {
	members []*member // in the order of the facts
	delay   map[string]time.Duration
	version int // changes with anything here
}

func newRoster(f Facts) *roster {
	r := &roster{delay: map[string]time.Duration{}}
	for _, m := range f.Members {
		r.members = append(r.members, &member{Member: m})
	}
	for _, s := range f.Segments {
		r.delay[s.Name] = s.ForwardDelay
	}
	return r
}

// find returns the member on an interface, or nil.
func (r *roster) find(node, iface string) *member {
	for _, m := range r.members {
		if m.Node == node && m.Interface == iface {
			return m
		}
	}
	return nil
}

// group returns the members whose primary virtual IP is vip.
func (r *roster) group(vip string) []*member {
	var all []*member
	for _, m := range r.members {
		if m.VIP == vip {
			all = append(all, m)
		}
	}
	return all
}

// Observe follows states, power and carriers.
func (r *roster) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.StandbyChanged:
		if m := r.find(e.Node, b.Interface); m != nil {
			r.enter(m, b.To, e.At)
		}
	case event.VIPGained:
		r.holds(e.Node, b.Interface, b.VIP, active, e.At)
	case event.VIPLost:
		r.holds(e.Node, b.Interface, b.VIP, "", e.At)
	case event.LinkChanged:
		if m := r.find(e.Node, b.Interface); m != nil {
			m.down, m.ready = !b.Up, e.At+r.delay[m.Segment]
			r.version++
		}
	case event.PowerChanged:
		for _, m := range r.members {
			if m.Node == e.Node {
				r.power(m, b.State, e.At)
			}
		}
	}
}

// holds follows the members that are Active because they have the address.
func (r *roster) holds(node, iface, vip, state string, at time.Duration) {
	if m := r.find(node, iface); m != nil && m.Real && m.VIP == vip {
		r.enter(m, state, at)
	}
}

func (r *roster) enter(m *member, state string, at time.Duration) {
	m.state, m.since = state, at
	r.version++
}

func (r *roster) power(m *member, change event.Power, at time.Duration) {
	switch change {
	case event.PowerFrozen:
		m.frozen = true
		r.version++
	case event.PowerThawed:
		m.frozen = false
		r.enter(m, m.state, at)
	case event.PowerOff, event.PowerCrashed:
		m.frozen = false
		r.enter(m, "", at)
	}
}
