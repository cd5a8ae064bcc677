package wire

import (
	"encoding/binary"
	"fmt"
	"net/netip"
)

// Where HSRP lives (RFC 2281 §5.1).
const (
	Port = 1985 // UDP, source and destination

	etherTypeIPv4 = 0x0800
	etherTypeARP  = 0x0806
	protocolUDP   = 17

	etherSize = 14
	ipSize    = 20 // without options
	udpSize   = 8

	// FrameSize is the length of a frame that carries a Message.
	FrameSize = etherSize + ipSize + udpSize + MessageSize
)

// GroupAddress is the IPv4 destination of all HSRP messages: 224.0.0.2, "all routers".
var GroupAddress = netip.AddrFrom4([4]byte{224, 0, 0, 2})

// AppendFrame appends the Ethernet frame that carries m. The Ethernet source is the caller's choice, because it depends
// on the sender's state: the virtual MAC if and only if the sender is Active and the group has one, else its own
// (RFC 2281 §6.1). The IPv4 source is the interface's own address, never the virtual one.
//
//	Ethernet  01:00:5e:00:00:02 <- source
//	IPv4      source -> 224.0.0.2, TTL 1, class selector 6 (network control, as routers mark it)
//	UDP       1985 -> 1985
func AppendFrame(dst []byte, source MAC, from netip.Addr, m Message) ([]byte, error) {
	if !from.Is4() {
		return dst, fmt.Errorf("hsrp frame: source: %w: %s", ErrAddress, from)
	}
	start := len(dst)
	dst = append(dst, AllRouters[:]...)
	dst = append(dst, source[:]...)
	dst = binary.BigEndian.AppendUint16(dst, etherTypeIPv4)

	ip, to := from.As4(), GroupAddress.As4()
	dst = append(dst, 0x45, 0xc0)
	dst = binary.BigEndian.AppendUint16(dst, ipSize+udpSize+MessageSize)
	dst = append(dst, 0, 0, 0, 0, 1, protocolUDP, 0, 0)
	dst = append(dst, ip[:]...)
	dst = append(dst, to[:]...)

	dst = binary.BigEndian.AppendUint16(dst, Port)
	dst = binary.BigEndian.AppendUint16(dst, Port)
	dst = binary.BigEndian.AppendUint16(dst, udpSize+MessageSize)
	dst = append(dst, 0, 0)
	dst, err := m.AppendBinary(dst)
	if err != nil {
		return dst[:start], err
	}

	header := dst[start+etherSize : start+etherSize+ipSize]
	datagram := dst[start+etherSize+ipSize:]
	binary.BigEndian.PutUint16(header[10:], checksum(0).add(header).sum())
	sum := udpChecksum(header[12:20], datagram)
	if sum == 0 {
		sum = 0xffff // 0 on the wire would mean "no checksum" (RFC 768)
	}
	binary.BigEndian.PutUint16(datagram[6:], sum)
	return dst, nil
}

// IsHSRP reports whether a frame is addressed to HSRP version 1: IPv4, to 224.0.0.2, UDP, destination port 1985. It
// looks at a few bytes only, so that a receiver can ask it of every frame; ParseFrame may still refuse the frame.
func IsHSRP(frame []byte) bool {
	const ip = etherSize
	if len(frame) < etherSize+ipSize+udpSize ||
		frame[12] != etherTypeIPv4>>8 || frame[13] != etherTypeIPv4&0xff ||
		frame[ip+9] != protocolUDP ||
		frame[ip+16] != 224 || frame[ip+17] != 0 || frame[ip+18] != 0 || frame[ip+19] != 2 {
		return false
	}
	port := ip + 4*int(frame[ip]&0x0f) + 2
	return len(frame) >= port+2 && frame[port] == Port>>8 && frame[port+1] == Port&0xff
}

// ParseFrame reads what AppendFrame writes, from any sender: the Ethernet source, the IPv4 source and the message. It
// checks what a network stack checks: lengths, no fragment, both checksums. The TTL is not checked; no rule of HSRP asks
// for it. Errors: ErrNotHSRP, ErrShort, ErrChecksum, and those of ParseMessage.
func ParseFrame(frame []byte) (source MAC, from netip.Addr, m Message, err error) {
	source, from, payload, err := parsePayload(frame)
	if err != nil {
		return MAC{}, netip.Addr{}, Message{}, err
	}
	m, err = ParseMessage(payload)
	if err != nil {
		return MAC{}, netip.Addr{}, Message{}, err
	}
	return source, from, m, nil
}

// parsePayload checks and strips the three headers.
func parsePayload(frame []byte) (MAC, netip.Addr, []byte, error) {
	fail := func(err error) (MAC, netip.Addr, []byte, error) { return MAC{}, netip.Addr{}, nil, err }
	if !IsHSRP(frame) {
		return fail(fmt.Errorf("hsrp frame: %w: %d bytes", ErrNotHSRP, len(frame)))
	}
	ip := frame[etherSize:]
	headerSize := 4 * int(ip[0]&0x0f)
	if ip[0]>>4 != 4 || headerSize < ipSize {
		return fail(fmt.Errorf("hsrp frame: %w: IP version and header length %#02x, want 0x45", ErrNotHSRP, ip[0]))
	}
	total := int(binary.BigEndian.Uint16(ip[2:]))
	if total > len(ip) || total < headerSize+udpSize {
		return fail(fmt.Errorf("hsrp frame: %w: IP length %d, have %d bytes", ErrShort, total, len(ip)))
	}
	ip = ip[:total] // what follows is Ethernet padding
	if fragment := binary.BigEndian.Uint16(ip[6:]); fragment&0x3fff != 0 {
		return fail(fmt.Errorf("hsrp frame: %w: fragment %#04x, want a whole packet", ErrNotHSRP, fragment))
	}
	if checksum(0).add(ip[:headerSize]).sum() != 0 {
		return fail(fmt.Errorf("hsrp frame: IP: %w", ErrChecksum))
	}
	datagram := ip[headerSize:]
	length := int(binary.BigEndian.Uint16(datagram[4:]))
	if length > len(datagram) || length < udpSize {
		return fail(fmt.Errorf("hsrp frame: %w: UDP length %d, have %d bytes", ErrShort, length, len(datagram)))
	}
	datagram = datagram[:length]
	if binary.BigEndian.Uint16(datagram[6:]) != 0 && udpChecksum(ip[12:20], datagram) != 0 {
		return fail(fmt.Errorf("hsrp frame: UDP: %w", ErrChecksum))
	}
	return MAC(frame[6:12]), netip.AddrFrom4([4]byte(ip[12:16])), datagram[udpSize:], nil
}
