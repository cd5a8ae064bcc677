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

type fragmented struct {
	packet wire.PacketKey
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
		if f.recent[i].packet == id {
			at = i // held, and decided once more
		}
	}
	if at == f.next {
		f.next = (f.next + 1) % fragmentsMax
	}
	f.recent[at] = fragmented{id, d, now + fragmentTime}
	f.recent[at].to.Assigned = false
	return d
}

// RouteLater decides about a later fragment: it follows the first. Without that
// it is dropped, and the sender repeats the whole packet.
func (m *Machine) RouteLater(now time.Duration, id wire.PacketKey) Decision {
	for i := range m.flight.recent {
		if f := &m.flight.recent[i]; f.packet == id && now < f.until {
			return f.to
		}
	}
	return m.drop()
}

// RouteError decides about an ICMP error that concerns a connection: who
// terminates it must know, of a smaller path MTU say. It prolongs no entry.
func (m *Machine) RouteError(now time.Duration, p *Packet) Decision {
	switch {
	case p.Hops > 0 || !m.owner:
		return m.here()
	case m.cfg.Recovery == RecoverBySecondChance:
		p.Segment = OtherSegment
		return m.byHash(p)
	}
	e := m.table.Find(now, p.Flow)
	if e == nil || e.Slot() != Self && !m.peers[e.Slot()].alive {
		return m.here()
	}
	return m.to(e.Slot(), false)
}
