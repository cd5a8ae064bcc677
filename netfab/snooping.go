package netfab

import (
	"encoding/binary"
	"time"
)

// Snooping says what a switch does with frames to multicast groups.
type Snooping uint8

// The ways of IGMP snooping.
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

// How long a report or a query counts (RFC 3376 §8.4 and §8.5, defaults). No
// querier is built in: without one, groups fall silent, as in the field.
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

// admit listens to what a frame to a group says about membership and reports
// whether the frame goes on.
func (s *Segment) admit(now time.Duration, from *Port, frame []byte, dst address) bool {
	if s.cfg.Snooping != SnoopingOff {
		s.groups.snoop(now, from, frame)
	}
	if (s.pruned > 0 || s.cfg.Snooping == SnoopingPrune) && dst.isLocalMulticast() {
		s.fabric.lose(now, from, nil, frame, s.fabric.sentence("prune multicast ", s.name))
		return false
	}
	return true
}

// wants reports whether the switch sends a flooded frame out at port p.
func (s *Segment) wants(now time.Duration, dst address, p *Port) bool {
	if s.cfg.Snooping == SnoopingOff || !dst.isGroup() || dst == broadcast || dst.isLocalMulticast() {
		return true
	}
	return s.groups.wants(now, dst, p)
}

// groups is what a snooping switch knows: until when a port is a member of a
// group, and until when a router is known behind a port.
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

// The IGMP messages of RFC 2236 and RFC 3376.
const (
	protocolIGMP = 2

	igmpQuery    = 0x11
	igmpReportV1 = 0x12
	igmpReportV2 = 0x16
	igmpLeave    = 0x17
	igmpReportV3 = 0x22

	isInclude  = 1
	isExclude  = 2
	toInclude  = 3
	toExclude  = 4
	allowNew   = 5
	recordSize = 8
)

// snoop reads IGMP messages; other frames are none of its business.
func (g *groups) snoop(now time.Duration, from *Port, frame []byte) {
	protocol, igmp, ok := ipv4Payload(frame)
	if !ok || protocol != protocolIGMP || len(igmp) < 8 {
		return
	}
	if g.members == nil {
		g.members, g.routers = map[membership]time.Duration{}, map[*Port]time.Duration{}
	}
	switch igmp[0] {
	case igmpQuery:
		g.routers[from] = now + querierTime
	case igmpReportV1, igmpReportV2:
		g.report(now, from, igmp[4:8], true)
	case igmpLeave:
		g.report(now, from, igmp[4:8], false)
	case igmpReportV3:
		g.snoopV3(now, from, igmp)
	}
}

// snoopV3 reads the group records of RFC 3376 §4.2: type, length of auxiliary
// data in words, number of sources, group, sources, auxiliary data.
func (g *groups) snoopV3(now time.Duration, from *Port, igmp []byte) {
	records := int(binary.BigEndian.Uint16(igmp[6:]))
	rest := igmp[8:]
	for ; records > 0 && len(rest) >= recordSize; records-- {
		sources := int(binary.BigEndian.Uint16(rest[2:]))
		switch rest[0] {
		case isExclude, toExclude:
			g.report(now, from, rest[4:8], true)
		case isInclude, toInclude, allowNew:
			if sources > 0 || rest[0] == toInclude {
				g.report(now, from, rest[4:8], sources > 0)
			}
		}
		rest = rest[min(len(rest), recordSize+4*sources+4*int(rest[1])):]
	}
}

func (g *groups) report(now time.Duration, from *Port, group []byte, member bool) {
	key := membership{groupAddress(group), from}
	if member {
		g.members[key] = now + membershipTime
	} else {
		delete(g.members, key)
	}
}

// groupAddress maps an IPv4 group to its Ethernet address: 01:00:5e and the
// low 23 bits (RFC 1112 §6.4).
func groupAddress(ip []byte) address {
	return 0x01005e<<24 | address(binary.BigEndian.Uint32(ip)&0x7fffff)
}
