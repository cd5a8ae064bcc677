package selfbalance

import (
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// fragments remembers where the first fragment of a packet went, which is the
// only one with ports.
type fragments struct {
	recent [fragmentsMax]fragmented
	next   int
}

// fragmentsMax is how many fragmented packets are remembered at once; a newer
// one replaces the oldest.
const fragmentsMax = 64

// fragmentTime is how long fragments are expected, as in Linux
// (ipfrag_time).
const fragmentTime = 30 * time.Second

// fragmented is where the first fragment of a packet went. The hops belong to
// it: what was decided about a frame of a client does not apply to one of a
// member, which must not be forwarded again.
type fragmented struct {
	packet wire.PacketKey
	hops   uint8
	to     Decision
	until  time.Duration
}

// RouteFirst decides about the first fragment of a packet, and remembers it for
// the others.
func (m *Machine) RouteFirst(now time.Duration, id wire.PacketKey, p *Packet) Decision {
	d := m.Route(now, p)
	f := &m.flight
	at := f.next
	for i := range f.recent {
		if f.recent[i].packet == id && f.recent[i].hops == p.Hops {
			at = i // held, and decided once more
		}
	}
	if at == f.next {
		f.next = (f.next + 1) % fragmentsMax
	}
	f.recent[at] = fragmented{id, p.Hops, d, now + fragmentTime}
	f.recent[at].to.Assigned = false
	return d
}

// RouteLater decides about a later fragment, which members have forwarded hops
// times: it follows the first. Without that it is dropped, and the sender
// repeats the whole packet.
func (m *Machine) RouteLater(now time.Duration, id wire.PacketKey, hops uint8) Decision {
	for i := range m.flight.recent {
		if f := &m.flight.recent[i]; f.packet == id && f.hops == hops && now < f.until {
			return f.to
		}
	}
	return m.drop()
}

// RouteError decides about an ICMP error that concerns a connection: who
// terminates it must know, of a smaller path MTU say. It prolongs no entry.
func (m *Machine) RouteError(now time.Duration, p *Packet) Decision {
	second := m.cfg.Recovery == RecoverBySecondChance
	p.Segment = OtherSegment
	switch {
	case second && p.Hops == 1:
		return m.forwarded(now, p)
	case p.Hops > 0:
		return m.here()
	case !m.owner:
		return m.misled(now, p)
	case second:
		return m.byHash(p)
	}
	e := m.table.Find(now, p.Flow)
	if e == nil || e.Slot() != Self && !m.peers[e.Slot()].alive {
		return m.here()
	}
	return m.to(e.Slot(), false)
}
