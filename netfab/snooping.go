package netfab

import (
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// Snooping is how a switch handles frames to multicast groups.
type Snooping uint8

// The modes of IGMP snooping.
const (
	// SnoopingOff floods multicast.
	SnoopingOff Snooping = iota
	// SnoopingOn sends a group only to ports that reported membership by IGMP,
	// and to routers, but floods 224.0.0.x (RFC 4541 §2.1.2).
	SnoopingOn
	// SnoopingPrune is SnoopingOn with the bug that prunes 224.0.0.x too:
	// hellos vanish while unicast works (spec/failover.md F28).
	SnoopingPrune
)

// How long a report or a query is valid (RFC 3376 §8.4 and §8.5, defaults). No
// querier is built in: without one, memberships expire, as in the field.
const (
	membershipTime = 260 * time.Second
	querierTime    = 255 * time.Second
)

// Prune makes the switch lose all multicast to 224.0.0.x until undo is called.
func (s *Segment) Prune() (undo func()) {
	s.pruned++
	done := false
	return func() {
		if !done {
			done = true
			s.pruned--
		}
	}
}

// admit reads what a frame to a group says about membership and reports whether
// to forward it.
func (s *Segment) admit(now time.Duration, from *Port, frame []byte, dst address) bool {
	if s.cfg.Snooping != SnoopingOff {
		s.groups.snoop(now, from, frame)
	}
	if (s.pruned > 0 || s.cfg.Snooping == SnoopingPrune) && dst.isLocalMulticast() {
		s.fabric.lose(now, from, nil, frame, s.fabric.reason("prune multicast ", s.name))
		return false
	}
	return true
}

// wants reports whether the switch sends a flooded frame out of port p.
func (s *Segment) wants(now time.Duration, dst address, p *Port) bool {
	if s.cfg.Snooping == SnoopingOff || !dst.isGroup() || dst == broadcast || dst.isLocalMulticast() {
		return true
	}
	return s.groups.wants(now, dst, p)
}

// groups is the state of a snooping switch: until when a port is a member of a
// group, and until when a port leads to a router.
type groups struct {
	members map[membership]time.Duration
	routers map[*Port]time.Duration
}

type membership struct {
	group address
	port  *Port
}

func (g *groups) wants(now time.Duration, dst address, p *Port) bool {
	return now < g.members[membership{dst, p}] || now < g.routers[p]
}

func (g *groups) forget(p *Port) {
	delete(g.routers, p)
	for m := range g.members { // order: each entry is treated by itself
		if m.port == p {
			delete(g.members, m)
		}
	}
}

// snoop reads IGMP messages and ignores other frames.
func (g *groups) snoop(now time.Duration, from *Port, frame []byte) {
	igmp, records := wire.IGMPOf(frame)
	if igmp == nil {
		return
	}
	if g.members == nil {
		g.members, g.routers = map[membership]time.Duration{}, map[*Port]time.Duration{}
	}
	switch igmp.Type() {
	case wire.IGMPQuery:
		g.routers[from] = now + querierTime
	case wire.IGMPReportV1, wire.IGMPReportV2:
		g.report(now, from, igmp.Group(), true)
	case wire.IGMPLeave:
		g.report(now, from, igmp.Group(), false)
	case wire.IGMPReportV3:
		g.snoopV3(now, from, igmp.Records(), records)
	}
}

// snoopV3 reads the group records of a report of version 3, up to count.
func (g *groups) snoopV3(now time.Duration, from *Port, count int, records []byte) {
	for ; count > 0; count-- {
		record, rest := wire.NextIGMPRecord(records)
		if record == nil {
			return
		}
		switch some := record.Sources() > 0; record.Mode() {
		case wire.IGMPIsExclude, wire.IGMPToExclude:
			g.report(now, from, record.Group(), true)
		case wire.IGMPIsInclude, wire.IGMPAllowNew:
			if some {
				g.report(now, from, record.Group(), true)
			}
		case wire.IGMPToInclude:
			g.report(now, from, record.Group(), some)
		}
		records = rest
	}
}

func (g *groups) report(now time.Duration, from *Port, group [4]byte, member bool) {
	key := membership{addressOf(wire.MulticastMAC(group)), from}
	if member {
		g.members[key] = now + membershipTime
	} else {
		delete(g.members, key)
	}
}
