package oracle

import (
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
)

// ears follow who can hear whom as an owner, for each member of a group and
// each other one. Members with one group number hear each other, whatever their
// virtual IPs.
type ears struct {
	scene  *scene
	seen   int // version of the scene
	all    map[[2]*Entry]*ear
	order  []*ear
	listen map[*Entry]*hearing // whether a member listens at all
}

// ear is what one member hears of another.
type ear struct {
	listener, speaker *Entry
	maybe             hearing // not certainly silent
	surely            hearing // nothing makes its hellos late or rare
}

// hearing is since when something is heard, or is not.
type hearing struct {
	from time.Duration // heard from this instant on; never: not heard
	lost time.Duration // not heard from this instant on, if it is not heard
}

func newEars(s *scene) *ears {
	e := &ears{scene: s, seen: -1, all: map[[2]*Entry]*ear{}, listen: map[*Entry]*hearing{}}
	for _, a := range s.roster.Entries() {
		e.listen[a] = &hearing{from: never}
		for _, b := range s.roster.Entries() {
			if a != b && a.Segment == b.Segment && (a.VIP == b.VIP || !a.Real && !b.Real && a.Group == b.Group) {
				one := &ear{a, b, hearing{from: never}, hearing{from: never}}
				e.all[[2]*Entry{a, b}] = one
				e.order = append(e.order, one)
			}
		}
	}
	e.observe(0) // real programs take part from the start
	return e
}

// observe reads the scene if it has changed.
func (e *ears) observe(now time.Duration) {
	if version := e.scene.version(); version != e.seen {
		e.seen = version
		for _, m := range e.scene.roster.Entries() {
			if h := e.listen[m]; h != nil {
				h.look(now, m.Up() && (m.Real || m.State != "" && m.State != event.StateInitial), 0)
			}
		}
		for _, one := range e.order {
			one.look(e.scene.network, now)
		}
	}
}

func (e *ear) look(n *network, now time.Duration) {
	a, b := e.listener, e.speaker
	ready := max(a.ready, b.ready)
	can := b.Owns() && !a.down && !b.down && !n.separated(a, b)
	e.maybe.look(now, can && n.silence(a, b) != fault.HellosLost, ready)
	e.surely.look(now, can && a.Up() && n.hears(a, b) && !n.starves(a) && !n.starves(b), ready)
}

// look notes whether something can be heard now, or once it is ready.
func (h *hearing) look(now time.Duration, can bool, ready time.Duration) {
	heard := h.from <= now
	if heard && (!can || ready > now) {
		h.lost = now
	}
	switch {
	case !can:
		h.from = never
	case !heard || ready > now:
		h.from = max(now, ready)
	}
}

// listened returns since when a member has taken part.
func (e *ears) listened(m *Entry, now time.Duration) (since time.Duration, listens bool) {
	if h := e.listen[m]; h != nil && h.from <= now {
		return h.from, true
	}
	return now, false
}

// waiting returns since when a member has been listening without hearing
// another one as an owner, or false if it heard it or did not listen.
func (e *ears) waiting(listener, speaker *Entry, now time.Duration) (since time.Duration, deaf bool) {
	one, listen := e.all[[2]*Entry{listener, speaker}], e.listen[listener]
	if one == nil || listen.from > now || one.maybe.from <= now {
		return 0, false
	}
	return max(one.maybe.lost, listen.from), true
}

// heard reports whether a member can hear another one as an owner.
func (e *ears) heard(listener, speaker *Entry, now time.Duration) bool {
	one := e.all[[2]*Entry{listener, speaker}]
	return one != nil && one.maybe.from <= now
}

// met reports whether a member has ever been able to hear another one as an
// owner.
func (e *ears) met(listener, speaker *Entry) bool {
	one := e.all[[2]*Entry{listener, speaker}]
	return one != nil && (one.maybe.from != never || one.maybe.lost > 0)
}

// lastHeard returns the owner that a member heard last and no longer hears, or
// nil if it hears one.
func (e *ears) lastHeard(listener *Entry, now time.Duration) *Entry {
	var last *ear
	for _, one := range e.order {
		switch {
		case one.listener != listener:
		case one.maybe.from <= now:
			return nil
		case one.maybe.lost > 0 && (last == nil || one.maybe.lost > last.maybe.lost):
			last = one
		}
	}
	if last == nil {
		return nil
	}
	return last.speaker
}

// hearing returns since when a member has surely heard another one as an owner.
func (e *ears) hearing(listener, speaker *Entry, now time.Duration) (since time.Duration, hears bool) {
	one := e.all[[2]*Entry{listener, speaker}]
	if one == nil || one.surely.from > now {
		return 0, false
	}
	return one.surely.from, true
}

// why says in words why a member does not hear another one.
func (n *network) why(listener, m *Entry) string {
	switch {
	case !m.Up():
		return m.Node + " was not up"
	case !m.Owner:
		return m.Node + " was not the owner"
	case m.down:
		return m.Node + " had no carrier"
	case listener.down:
		return listener.Node + " had no carrier"
	case n.silence(listener, m) != fault.HellosPass:
		return "its hellos were lost"
	}
	return "a switch port was blocked"
}

// silence returns what the faults do to the hellos of m on their way to the
// listener.
func (n *network) silence(listener, m *Entry) fault.Silence {
	worst := fault.HellosPass
	if slices.Contains(n.facts.Noise.Unsure, m.Segment) {
		worst = fault.HellosUnsure
	}
	if len(m.Peers) > 0 && !m.sendsTo(listener) {
		return fault.HellosLost
	}
	for _, f := range n.faults {
		worst = max(worst, fault.SilenceOf(f, wayTo(listener, m)))
	}
	return worst
}

// separated reports whether the segment keeps two members apart from the start.
func (n *network) separated(a, b *Entry) bool {
	for _, s := range n.facts.Segments {
		isolated := slices.Contains(s.Isolated, a.Node) && slices.Contains(s.Isolated, b.Node)
		if s.Name == a.Segment && (s.Pruned && !(a.sendsTo(b) && b.sendsTo(a)) || isolated) {
			return true
		}
	}
	return a.Segment != b.Segment
}

// reaches reports whether any other member or any client can receive a frame
// that claims a virtual IP for the member.
func (n *network) reaches(m *Entry, all []*Entry, frame string) bool {
	if m.down {
		return false
	}
	everyone := fault.Way{From: port(m), Segment: m.Segment, VirtualMAC: m.VirtualMAC}
	if n.stops(everyone) {
		return false
	}
	others := 0
	for _, o := range all {
		if o == m || o.Segment != m.Segment {
			continue
		}
		others++
		if way := wayTo(o, m); frame == frameGratuitousARP && !n.stops(way) || frame != frameGratuitousARP && n.silence(o, m) != fault.HellosLost {
			return true
		}
	}
	for _, c := range n.facts.Clients {
		others++
		if way := everyone; frame == frameGratuitousARP {
			if way.To = (fault.Port{Node: c.Node}); !n.stops(way) {
				return true
			}
		}
	}
	return others == 0
}

// frameGratuitousARP is the claim that everybody hears, not only members.
const frameGratuitousARP = "gratuitous-arp"

func (n *network) stops(w fault.Way) bool {
	for _, f := range n.faults {
		if fault.Stops(f, w) {
			return true
		}
	}
	return false
}

// wayTo is how the frames of m reach the listener.
func wayTo(listener, m *Entry) fault.Way {
	return fault.Way{
		From: port(m), To: port(listener), Segment: m.Segment, VirtualMAC: m.VirtualMAC && len(m.Peers) == 0, Unicast: m.sendsTo(listener),
	}
}
