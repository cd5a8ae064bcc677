package netfab

import (
	"encoding/binary"
	"slices"
)

// Kind is a sort of frame, as drop rules name it.
type Kind string

// The kinds. A frame may be of several: a hello is also udp and multicast.
const (
	All       Kind = "all"
	Hello     Kind = "hello"  // HSRP version 1 (RFC 2281 §5.1), operation code 0
	Coup      Kind = "coup"   // operation code 1
	Resign    Kind = "resign" // operation code 2
	GARP      Kind = "garp"   // ARP request or reply about the sender itself (RFC 5227 §1.2)
	ARP       Kind = "arp"    // any ARP, gratuitous too
	Multicast Kind = "multicast"
	TCP       Kind = "tcp" // over IPv4
	UDP       Kind = "udp" // over IPv4
)

// Kinds returns all kinds.
func Kinds() []Kind { return []Kind{All, Hello, Coup, Resign, GARP, ARP, Multicast, TCP, UDP} }

// Valid reports whether k is one of Kinds.
func (k Kind) Valid() bool { return slices.Contains(Kinds(), k) }

// Offsets and numbers of the headers that Matches looks at.
const (
	etherTypeIPv4 = 0x0800
	etherTypeARP  = 0x0806
	protocolTCP   = 6
	protocolUDP   = 17
	hsrpPort      = 1985
	arpSize       = 28
)

// Matches reports whether frame is of kind k. It looks at a few bytes; a frame
// that is too short is of no kind but All.
func (k Kind) Matches(frame []byte) bool {
	if k == All {
		return true
	}
	if len(frame) < headerSize {
		return false
	}
	switch k {
	case Multicast:
		dst := destination(frame)
		return dst.isGroup() && dst != broadcast
	case ARP:
		return etherType(frame) == etherTypeARP
	case GARP:
		return isGratuitous(frame)
	case Hello:
		return isHSRP(frame, 0)
	case Coup:
		return isHSRP(frame, 1)
	case Resign:
		return isHSRP(frame, 2)
	}
	protocol, _, ok := ipv4Payload(frame)
	return ok && (k == TCP && protocol == protocolTCP || k == UDP && protocol == protocolUDP)
}

func etherType(frame []byte) uint16 { return binary.BigEndian.Uint16(frame[12:]) }

// ipv4Payload returns the protocol of an IPv4 frame and what follows the IP
// header: nothing for a fragment that is not the first.
func ipv4Payload(frame []byte) (protocol byte, payload []byte, ok bool) {
	if len(frame) < headerSize+20 || etherType(frame) != etherTypeIPv4 {
		return 0, nil, false
	}
	ip := frame[headerSize:]
	size := 4 * int(ip[0]&0x0f)
	if ip[0]>>4 != 4 || size < 20 || len(ip) < size {
		return 0, nil, false
	}
	if offset := binary.BigEndian.Uint16(ip[6:]) & 0x1fff; offset != 0 {
		return ip[9], nil, true
	}
	return ip[9], ip[size:], true
}

// isGratuitous reports whether frame is an ARP packet whose sender and target
// address are the same. A probe (sender 0.0.0.0) is none.
func isGratuitous(frame []byte) bool {
	if etherType(frame) != etherTypeARP || len(frame) < headerSize+arpSize {
		return false
	}
	arp := frame[headerSize:]
	sender, target := binary.BigEndian.Uint32(arp[14:]), binary.BigEndian.Uint32(arp[24:])
	return sender == target && sender != 0
}

// isHSRP reports whether frame is an HSRP version 1 message of that operation:
// UDP to port 1985, version 0.
func isHSRP(frame []byte, operation byte) bool {
	protocol, udp, ok := ipv4Payload(frame)
	return ok && protocol == protocolUDP && len(udp) >= 10 &&
		binary.BigEndian.Uint16(udp[2:]) == hsrpPort && udp[8] == 0 && udp[9] == operation
}
