package selfbalance

import (
	"fmt"
	"net/netip"

	"github.com/cablepull/cablepull/node/wire"
)

// Flow names a TCP connection as the segments of its client carry it. It is
// comparable, and has no pointers: tables hold a million of them.
type Flow struct {
	Client, VIP      [4]byte
	ClientPort, Port uint16
}

// Service returns what the client asks for.
func (f Flow) Service() Service { return Service{f.VIP, f.Port} }

// Source returns the client's address and port.
func (f Flow) Source() netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4(f.Client), f.ClientPort)
}

// String returns client and service, such as 192.0.2.201:5000 >
// 192.0.2.100:80.
func (f Flow) String() string { return fmt.Sprintf("%v > %v", f.Source(), f.Service()) }

// Service is a virtual service: a TCP port of a virtual IP.
type Service struct {
	VIP  [4]byte
	Port uint16
}

// ServiceOf returns the service at an IPv4 address and port.
func ServiceOf(a netip.AddrPort) Service { return Service{a.Addr().As4(), a.Port()} }

// Address returns address and port of the service.
func (s Service) Address() netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4(s.VIP), s.Port)
}

// String returns address and port, such as 192.0.2.100:80.
func (s Service) String() string { return s.Address().String() }

// Slot is the number of a member in the lists of one Machine. Slot 0 is the
// member itself; the others get theirs when they are first heard. Machines
// number the same members differently, so a slot is never sent.
type Slot uint8

// Self is the slot of the member itself.
const Self Slot = 0

// MembersMax is the largest number of members of a group.
const MembersMax = 64

// Segment is the class of a TCP segment, by which connections change state.
// IPVS asks in this order: RST, SYN, FIN, ACK (spec/failover.md §5.4).
type Segment uint8

// The classes.
const (
	OtherSegment Segment = iota // none of the four bits
	SYN
	FIN
	ACK
	RST
)

// SegmentOf classes a segment by its control bits.
func SegmentOf(flags wire.TCPFlags) Segment {
	switch {
	case flags&wire.TCPRst != 0:
		return RST
	case flags&wire.TCPSyn != 0:
		return SYN
	case flags&wire.TCPFin != 0:
		return FIN
	case flags&wire.TCPAck != 0:
		return ACK
	}
	return OtherSegment
}
