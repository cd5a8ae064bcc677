package wire

import "encoding/binary"

// TCPFlags are the control bits of a TCP segment (RFC 9293 §3.1).
type TCPFlags uint8

// The control bits.
const (
	TCPFin TCPFlags = 1 << iota
	TCPSyn
	TCPRst
	TCPPsh
	TCPAck
	TCPUrg
)

// TCPSize is the length of a TCP header without options.
const TCPSize = 20

// TCPHeader views a TCP header in a frame, up to its options (RFC 9293 §3.1).
//
//	0-1 source port | 2-3 destination port | 4-7 sequence number
//	8-11 acknowledgement
//	12 words of header 4 bits | 13 flags | 14-15 window | 16-17 checksum
//	18-19 urgent
type TCPHeader [TCPSize]byte

// TCPOf views the headers of a frame that carries a whole TCP segment over
// IPv4, and returns its data; nil for other frames and for fragments.
func TCPOf(frame []byte) (ip *IPv4Header, tcp *TCPHeader, data []byte) {
	ip = IPv4Of(frame)
	if ip == nil || ip.Protocol() != ProtocolTCP || ip.IsFragment() {
		return nil, nil, nil
	}
	segment, whole := ip.Payload(frame)
	if !whole || len(segment) < TCPSize {
		return nil, nil, nil
	}
	tcp = (*TCPHeader)(segment)
	size := tcp.Size()
	if size < TCPSize || size > len(segment) {
		return nil, nil, nil
	}
	return ip, tcp, segment[size:]
}

// TCPFlowOf views the headers of a frame that says which TCP connection it
// belongs to: a segment, or the first fragment of one. It does not look for the
// data, and is faster than TCPOf. It returns nil for other frames, and for a
// first fragment that ends before the control bits (RFC 1858 §3).
func TCPFlowOf(frame []byte) (ip *IPv4Header, tcp *TCPHeader) {
	ip = IPv4Of(frame)
	if ip == nil || ip.Protocol() != ProtocolTCP || ip.IsLaterFragment() {
		return nil, nil
	}
	size := ip.Size()
	if ip.Length() < size+TCPSize || len(frame) < EthernetSize+size+TCPSize {
		return nil, nil
	}
	return ip, (*TCPHeader)(frame[EthernetSize+size:])
}

// Plain is what most TCP segments are: whole ones behind an IPv4 header without
// options. Addresses and ports are numbers, which are compared in less time.
type Plain struct {
	Source, Destination uint32
	Ports               uint32 // of the source, then 16 bits of the destination
	Flags               TCPFlags
}

// PlainOf reads a frame, and reports false if it carries something else. Then
// TCPFlowOf and others tell what it is.
func PlainOf(frame []byte) (Plain, bool) {
	if len(frame) < EthernetSize+IPv4Size+TCPSize {
		return Plain{}, false
	}
	h := (*[EthernetSize + IPv4Size + TCPSize]byte)(frame)
	const ip, tcp = EthernetSize, EthernetSize + IPv4Size
	begin := binary.BigEndian.Uint64(h[ip-2:])  // EtherType to identification
	middle := binary.BigEndian.Uint32(h[ip+6:]) // flags and offset, TTL, protocol
	if begin>>40 != uint64(EtherTypeIPv4)<<8|0x45 || begin>>16&0xffff < IPv4Size+TCPSize ||
		middle>>16&0x3fff != 0 || middle&0xff != uint32(ProtocolTCP) {
		return Plain{}, false
	}
	return Plain{
		Source:      binary.BigEndian.Uint32(h[ip+12:]),
		Destination: binary.BigEndian.Uint32(h[ip+16:]),
		Ports:       binary.BigEndian.Uint32(h[tcp:]),
		Flags:       TCPFlags(h[tcp+13] & 0x3f),
	}, true
}

// SourcePort returns the sender's port.
func (h *TCPHeader) SourcePort() uint16 { return binary.BigEndian.Uint16(h[0:2]) }

// DestinationPort returns the receiver's port.
func (h *TCPHeader) DestinationPort() uint16 { return binary.BigEndian.Uint16(h[2:4]) }

// Ports returns source and destination port, which are adjacent.
func (h *TCPHeader) Ports() *[4]byte { return (*[4]byte)(h[0:4]) }

// Sequence returns the number of the first byte of data, or of the SYN.
func (h *TCPHeader) Sequence() uint32 { return binary.BigEndian.Uint32(h[4:8]) }

// Acknowledgement returns the sequence number that the sender expects next.
func (h *TCPHeader) Acknowledgement() uint32 { return binary.BigEndian.Uint32(h[8:12]) }

// Size returns the length of the header with its options.
func (h *TCPHeader) Size() int { return 4 * int(h[12]>>4) }

// Flags returns the control bits.
func (h *TCPHeader) Flags() TCPFlags { return TCPFlags(h[13] & 0x3f) }

// ResetSize is the length of what AppendReset appends.
const ResetSize = EthernetSize + IPv4Size + TCPSize

// AppendReset appends the frame with which the receiver of a segment resets the
// connection (RFC 9293 §3.10.7.1): sent back to the source, with the
// acknowledged sequence number. TCPOf must accept the frame.
func AppendReset(dst, frame []byte) []byte {
	start := len(dst)
	_, tcp, _ := TCPOf(frame)
	dst = append(appendAnswer(dst, frame, ProtocolTCP, 0, TCPSize), make([]byte, TCPSize)...)
	ip, segment := IPv4Of(dst[start:]), dst[start+EthernetSize+IPv4Size:]
	binary.BigEndian.PutUint16(segment[0:], tcp.DestinationPort())
	binary.BigEndian.PutUint16(segment[2:], tcp.SourcePort())
	binary.BigEndian.PutUint32(segment[4:], tcp.Acknowledgement())
	segment[12], segment[13] = TCPSize/4<<4, byte(TCPRst)
	var sum checksum
	sum = sum.add(ip.Addresses()[:]) + checksum(ProtocolTCP) + TCPSize
	binary.BigEndian.PutUint16(segment[16:], sum.add(segment).sum())
	return dst
}

// appendAnswer appends the headers of a frame that goes back to the source of a
// frame that carries IPv4; size bytes of payload follow. service is the type of
// service.
func appendAnswer(dst, frame []byte, protocol Protocol, service byte, size int) []byte {
	ethernet, ip, start := EthernetOf(frame), IPv4Of(frame), len(dst)
	dst = append(dst, make([]byte, EthernetSize+IPv4Size)...)
	EthernetOf(dst[start:]).Set(ethernet.Source(), ethernet.Destination(), EtherTypeIPv4)
	header := dst[start+EthernetSize:]
	header[0], header[1], header[8], header[9] = 0x45, service, 64, byte(protocol)
	binary.BigEndian.PutUint16(header[2:], uint16(IPv4Size+size))
	from, to := ip.Destination(), ip.Source()
	copy(header[12:], from[:])
	copy(header[16:], to[:])
	binary.BigEndian.PutUint16(header[10:], checksum(0).add(header).sum())
	return dst
}
