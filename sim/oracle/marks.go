package oracle

import (
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// marks are the events that can explain an outage, in the order of the log.
type marks struct {
	all    []mark
	macs   map[[2]string]string // by node and virtual IP: the MAC address it announced last
	server map[string]string    // by virtual IP: the node that served last
}

type mark struct {
	what markKind
	at   time.Duration
	node string
	vip  string // for a detection: the primary one of the group
	mac  string
}

type markKind int

const (
	noticing markKind = iota
	announcing
	neighbour
	serving
)

func newMarks() *marks {
	return &marks{macs: map[[2]string]string{}, server: map[string]string{}}
}

func (m *marks) observe(e event.Event, r *Roster) {
	switch b := e.What.(type) {
	case event.StandbyChanged:
		if member := r.Find(e.Node, b.Interface); member != nil && b.ActiveLost {
			m.add(mark{what: noticing, at: e.At, node: e.Node, vip: member.VIP})
		}
	case event.VIPGained:
		if member := r.Find(e.Node, b.Interface); member != nil && member.Real {
			m.add(mark{what: noticing, at: e.At, node: e.Node, vip: member.VIP})
		}
	case event.VIPAnnounced:
		m.macs[[2]string{e.Node, b.VIP}] = b.MAC
		m.add(mark{what: announcing, at: e.At, node: e.Node, vip: b.VIP})
	case event.VIPClaimed:
		if b.Frame == "gratuitous-arp" {
			m.add(mark{what: announcing, at: e.At, node: e.Node, vip: b.VIP})
		}
	case event.NeighbourChanged:
		if b.MAC != "" {
			m.add(mark{what: neighbour, at: e.At, node: e.Node, vip: b.IP, mac: b.MAC})
		}
	case event.VIPServed:
		m.server[b.VIP] = e.Node
		m.add(mark{what: serving, at: e.At, node: e.Node, vip: b.VIP})
	}
}

func (m *marks) add(a mark) { m.all = append(m.all, a) }

// timetable is when each stage of an outage ended. Instants may lie outside the
// outage.
type timetable struct{ noticed, elected, announced, reached time.Duration }

// timetable finds the marks of an outage that ends at the instant to. The
// members are those of the client's group, in their state at that instant.
func (m *marks) timetable(c *client, to time.Duration, members []*Entry) timetable {
	since := m.all[c.seen:]
	for len(since) > 0 && since[0].at < c.last { // before its start, if it never had an answer
		since = since[1:]
	}
	owner := m.owner(c.Target, members)
	if owner == nil { // nobody owns it
		noticed := first(since, to, func(a mark) bool { return a.what == noticing && a.vip == c.primary })
		return timetable{noticed, to, to, to}
	}
	elected := max(owner.Since, c.last)
	t := timetable{elected: elected}
	t.noticed = first(since, elected, func(a mark) bool {
		return a.what == noticing && a.vip == c.primary && a.at <= elected
	})
	t.announced = first(since, elected, func(a mark) bool {
		return a.what == announcing && a.vip == c.Target && a.node == owner.Node && a.at >= elected
	})
	reached, moved := m.reached(c, since, owner, elected)
	t.reached = max(reached, t.announced)
	if owner.Since <= c.last && !moved {
		noticedAnyway := first(since, -1, func(a mark) bool { return a.what == noticing && a.vip == c.primary })
		if noticedAnyway < 0 {
			return timetable{to, to, to, to}
		}
		t.announced, t.reached = elected, elected
	}
	return t
}

// reached returns when the client's frames began to go to the owner, and
// whether the log shows that they went elsewhere before.
func (m *marks) reached(c *client, since []mark, owner *Entry, elected time.Duration) (at time.Duration, moved bool) {
	mac := m.macs[[2]string{owner.Node, c.Target}]
	at = first(since, -1, func(a mark) bool {
		return a.what == neighbour && a.node == c.Node && a.vip == c.Target && (mac == "" || a.mac == mac) && a.at >= elected
	})
	if at < 0 {
		at = first(since, -1, func(a mark) bool {
			return a.what == serving && a.vip == c.Target && a.node == owner.Node && a.at >= elected
		})
	}
	return max(at, elected), at >= 0
}

// owner is the member that should serve the virtual IP's clients: the one that
// served last if it owns the address, else its most recent owner.
func (m *marks) owner(vip string, members []*Entry) *Entry {
	var owner *Entry
	for _, o := range members {
		if !o.Owns() {
			continue
		}
		if o.Node == m.server[vip] {
			return o
		}
		if owner == nil || o.Since > owner.Since {
			owner = o
		}
	}
	return owner
}

// first returns the instant of the first mark that matches, or the fallback
// otherwise.
func first(all []mark, otherwise time.Duration, match func(mark) bool) time.Duration {
	if i := slices.IndexFunc(all, match); i >= 0 {
		return all[i].at
	}
	return otherwise
}
