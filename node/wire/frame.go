package wire

import (
	"encoding/binary"
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
//	IPv4      source -> 224.0.0.2, TTL 1, class selector 6 (network control, as routers mark it)
//	UDP       1985 -> 1985
func AppendFrame(dst []byte, source MAC, from netip.Addr, m Message) ([]byte, error) {
	start := len(dst)
	dst, err := appendHeaders(dst, source, from, MessageSize)
	if err != nil {
		return dst, err
	}
	dst, err = m.AppendBinary(dst)
	if err != nil {
		return dst[:start], err
	}
	seal(dst[start:])
	return dst, nil
}

// AppendAdvertiseFrame appends the Ethernet frame that carries a. An Advertise
// belongs to no group, so its Ethernet source is the sender's own address. It
// fails with ErrAddress when from is not IPv4.
func AppendAdvertiseFrame(dst []byte, source MAC, from netip.Addr, a Advertise) ([]byte, error) {
	start := len(dst)
	dst, err := appendHeaders(dst, source, from, AdvertiseSize)
	if err != nil {
		return dst, err
	}
	dst, err = a.AppendBinary(dst)
	if err != nil {
		return dst[:start], err
	}
	seal(dst[start:])
	return dst, nil
}

// appendHeaders appends the headers in front of a payload of size bytes,
// without checksums.
func appendHeaders(dst []byte, source MAC, from netip.Addr, size uint16) ([]byte, error) {
	if !from.Is4() {
		return dst, fmt.Errorf("hsrp frame: source: %w: %s", ErrAddress, from)
	}
	dst = append(dst, AllRouters[:]...)
	dst = append(dst, source[:]...)
	dst = binary.BigEndian.AppendUint16(dst, uint16(EtherTypeIPv4))

	ip, to := from.As4(), GroupAddress.As4()
	dst = append(dst, 0x45, 0xc0)
	dst = binary.BigEndian.AppendUint16(dst, IPv4Size+UDPSize+size)
	dst = append(dst, 0, 0, 0, 0, 1, byte(ProtocolUDP), 0, 0)
	dst = append(dst, ip[:]...)
	dst = append(dst, to[:]...)

	dst = binary.BigEndian.AppendUint16(dst, Port)
	dst = binary.BigEndian.AppendUint16(dst, Port)
	dst = binary.BigEndian.AppendUint16(dst, UDPSize+size)
	return append(dst, 0, 0), nil
}

// seal writes the checksums of an otherwise complete frame.
func seal(frame []byte) {
	header, datagram := frame[EthernetSize:][:IPv4Size], frame[EthernetSize+IPv4Size:]
	binary.BigEndian.PutUint16(header[10:], checksum(0).add(header).sum())
	sum := udpChecksum(header[12:20], datagram)
	if sum == 0 {
		sum = 0xffff // 0 on the wire would mean "no checksum" (RFC 768)
	}
	binary.BigEndian.PutUint16(datagram[6:], sum)
}

// IsHSRP reports whether a frame is addressed to HSRP version 1: IPv4, to
// 224.0.0.2, UDP, destination port 1985. It looks at only a few bytes, so that
// a receiver can call it for every frame; HSRPOf and ParseFrame may still
// reject the frame.
func IsHSRP(frame []byte) bool {
	ip, udp := UDPOf(frame)
	return udp != nil && ip.Destination() == groupAddress && udp.DestinationPort() == Port
}

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
	if !IsHSRP(frame) {
		return nil, fmt.Errorf("hsrp frame: %w: %d bytes", ErrNotHSRP, len(frame))
	}
	ip, udp := UDPOf(frame)
	datagram, whole := ip.Payload(frame)
	if !whole || len(datagram) < UDPSize {
		return nil, fmt.Errorf("hsrp frame: %w: IP length %d, have %d bytes", ErrShort, ip.Length(), len(frame)-EthernetSize)
	}
	if ip.IsFragment() {
		return nil, fmt.Errorf("hsrp frame: %w: a fragment, want a whole packet", ErrNotHSRP)
	}
	if checksum(0).add(frame[EthernetSize:][:ip.Size()]).sum() != 0 {
		return nil, fmt.Errorf("hsrp frame: IP: %w", ErrChecksum)
	}
	length := udp.Length()
	if length > len(datagram) || length < UDPSize {
		return nil, fmt.Errorf("hsrp frame: %w: UDP length %d, have %d bytes", ErrShort, length, len(datagram))
	}
	datagram = datagram[:length]
	if udp.Checksum() != 0 && udpChecksum(ip.Addresses()[:], datagram) != 0 {
		return nil, fmt.Errorf("hsrp frame: UDP: %w", ErrChecksum)
	}
	return datagram[UDPSize:], nil
}
