package wire

import (
	"fmt"
	"net/netip"
)

// HSRP's port and sizes (RFC 2281 §5.1).
const (
	Port = 1985 // UDP, source and destination

	// FrameSize is the length of a frame that carries a Message.
	FrameSize = EthernetSize + IPv4Size + UDPSize + MessageSize
)

// GroupAddress is the IPv4 destination of all HSRP messages: 224.0.0.2, "all
// routers".
var GroupAddress = netip.AddrFrom4([4]byte{224, 0, 0, 2})

// AppendFrame appends the Ethernet frame that carries m. The Ethernet source is
// the caller's choice, because it depends on the sender's state: the virtual
// MAC if and only if the sender is Active and the group has one, else its own
// (RFC 2281 §6.1). The IPv4 source is the interface's own address, never the
// virtual one.
//
//	Ethernet  01:00:5e:00:00:02 <- source
//	IPv4      source -> 224.0.0.2, TTL 1, class selector 6
//	UDP       1985 -> 1985
func AppendFrame(dst []byte, source MAC, from netip.Addr, m Message) ([]byte, error) {
	start := len(dst)
	dst, err := datagram(source, from).AppendHeaders(dst)
	if err != nil {
		return dst, fmt.Errorf("hsrp frame: %w", err)
	}
	dst, err = m.AppendBinary(dst)
	if err != nil {
		return dst[:start], err
	}
	SealDatagram(dst[start:])
	return dst, nil
}

// AppendAdvertiseFrame appends the Ethernet frame that carries a. An Advertise
// belongs to no group, so its Ethernet source is the sender's own address. It
// fails with ErrAddress when from is not IPv4.
func AppendAdvertiseFrame(dst []byte, source MAC, from netip.Addr, a Advertise) ([]byte, error) {
	start := len(dst)
	dst, err := datagram(source, from).AppendHeaders(dst)
	if err != nil {
		return dst, fmt.Errorf("hsrp frame: %w", err)
	}
	dst, err = a.AppendBinary(dst)
	if err != nil {
		return dst[:start], err
	}
	SealDatagram(dst[start:])
	return dst, nil
}

// datagram says where a member's messages travel.
func datagram(source MAC, from netip.Addr) Datagram {
	return Datagram{
		Source: source, Destination: AllRouters,
		From: netip.AddrPortFrom(from, Port), To: netip.AddrPortFrom(GroupAddress, Port),
	}
}

// IsHSRP reports whether a frame is addressed to HSRP version 1: IPv4, to
// 224.0.0.2 or to a single machine, UDP, destination port 1985. Only the
// bench's own members send to single machines. It looks at only a few bytes, so
// that a receiver can call it for every frame; HSRPOf and ParseFrame may still
// reject the frame.
func IsHSRP(frame []byte) bool {
	ip, udp := UDPOf(frame)
	if udp == nil || udp.DestinationPort() != Port {
		return false
	}
	to := ip.Destination()
	return to == groupAddress || to[0] < firstMulticast
}

// firstMulticast is the first byte of the lowest multicast address.
const firstMulticast = 224

// groupAddress is GroupAddress as headers have it.
var groupAddress = GroupAddress.As4()

// HSRPOf views the message of an HSRP frame; nil if the frame carries no
// message of version 1, or not all of it.
func HSRPOf(frame []byte) *HSRPHeader {
	if !IsHSRP(frame) {
		return nil
	}
	datagram, _ := IPv4Of(frame).Payload(frame)
	if len(datagram) < UDPSize+MessageSize {
		return nil
	}
	h := (*HSRPHeader)(datagram[UDPSize:])
	if h.Version() != version || h.Opcode() > OpResign {
		return nil
	}
	return h
}

// ParseFrame reads what AppendFrame writes, from any sender: the Ethernet
// source, the IPv4 source and the message. It checks what a network stack
// checks: lengths, no fragment, both checksums. The TTL is not checked; HSRP
// does not require it. Errors: ErrNotHSRP, ErrShort, ErrChecksum, and those of
// ParseMessage.
func ParseFrame(frame []byte) (source MAC, from netip.Addr, m Message, err error) {
	payload, err := parsePayload(frame)
	if err != nil {
		return MAC{}, netip.Addr{}, Message{}, err
	}
	m, err = ParseMessage(payload)
	if err != nil {
		return MAC{}, netip.Addr{}, Message{}, err
	}
	return EthernetOf(frame).Source(), IPv4Of(frame).From(), m, nil
}

// ParseAdvertiseFrame reads a frame that carries an Advertise, as ParseFrame
// reads the others. Errors: ErrNotHSRP, ErrShort, ErrChecksum, and those of
// ParseAdvertise.
func ParseAdvertiseFrame(frame []byte) (source MAC, from netip.Addr, a Advertise, err error) {
	payload, err := parsePayload(frame)
	if err != nil {
		return MAC{}, netip.Addr{}, Advertise{}, err
	}
	a, err = ParseAdvertise(payload)
	if err != nil {
		return MAC{}, netip.Addr{}, Advertise{}, err
	}
	return EthernetOf(frame).Source(), IPv4Of(frame).From(), a, nil
}

// parsePayload checks and strips the three headers.
func parsePayload(frame []byte) ([]byte, error) {
	if !IsHSRP(frame) || IPv4Of(frame).IsFragment() {
		return nil, fmt.Errorf("hsrp frame: %w: %d bytes", ErrNotHSRP, len(frame))
	}
	payload, err := ParseDatagram(frame)
	if err != nil {
		return nil, fmt.Errorf("hsrp frame: %w", err)
	}
	return payload, nil
}
