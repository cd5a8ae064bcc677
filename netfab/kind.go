package netfab

import (
	"slices"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/node/wire/balance"
)

// Kind is a kind of frame, as drop rules name it.
type Kind string

// The kinds. A frame may be of several: a hello is also udp and multicast.
const (
	All       Kind = "all"
	Hello     Kind = "hello"  // HSRP version 1 (RFC 2281 §5.1), operation code 0
	Coup      Kind = "coup"   // operation code 1
	Resign    Kind = "resign" // operation code 2
	Report    Kind = "report" // of a member of a self-balancing group, about what it can serve
	GARP      Kind = "garp"   // ARP request or reply about the sender itself (RFC 5227 §1.2)
	ARP       Kind = "arp"    // any ARP, including gratuitous
	Multicast Kind = "multicast"
	TCP       Kind = "tcp" // over IPv4
	UDP       Kind = "udp" // over IPv4
)

// Kinds returns all kinds.
func Kinds() []Kind { return []Kind{All, Hello, Coup, Resign, Report, GARP, ARP, Multicast, TCP, UDP} }

// Valid reports whether k is one of Kinds.
func (k Kind) Valid() bool { return slices.Contains(Kinds(), k) }

// Matches reports whether frame is of kind k. It looks at only a few bytes; a
// frame that is too short matches only All.
func (k Kind) Matches(frame []byte) bool {
	eth, ip := wire.EthernetOf(frame), wire.IPv4Of(frame)
	switch k {
	case All:
		return true
	case Multicast:
		return eth != nil && eth.Destination().IsMulticast() && eth.Destination() != wire.Broadcast
	case ARP:
		return wire.IsARP(frame)
	case GARP:
		arp := wire.ARPOf(frame)
		return arp != nil && arp.IsGratuitous()
	case Hello:
		return isHSRP(frame, wire.OpHello)
	case Coup:
		return isHSRP(frame, wire.OpCoup)
	case Resign:
		return isHSRP(frame, wire.OpResign)
	case Report:
		return balance.KindOf(frame) == balance.KindReport
	case TCP:
		return ip != nil && ip.Protocol() == wire.ProtocolTCP
	case UDP:
		return ip != nil && ip.Protocol() == wire.ProtocolUDP
	}
	return false
}

func isHSRP(frame []byte, operation wire.Opcode) bool {
	message := wire.HSRPOf(frame)
	return message != nil && message.Opcode() == operation
}
