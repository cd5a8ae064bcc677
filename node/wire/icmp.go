package wire

import "encoding/binary"

// AppendEcho appends an ICMP echo request without data (RFC 792), as a raw
// socket sends it: the kernel writes the IPv4 header.
//
//	0 type 8 | 1 code 0 | 2-3 checksum | 4-5 identifier | 6-7 number
func AppendEcho(dst []byte, identifier, number uint16) []byte {
	start := len(dst)
	dst = append(dst, 8, 0, 0, 0)
	dst = binary.BigEndian.AppendUint16(dst, identifier)
	dst = binary.BigEndian.AppendUint16(dst, number)
	binary.BigEndian.PutUint16(dst[start+2:], checksum(0).add(dst[start:]).sum())
	return dst
}

// ICMPType is the type of an ICMP message (RFC 792).
type ICMPType uint8

// The errors: a packet could not be delivered.
const (
	ICMPUnreachable      ICMPType = 3
	ICMPTimeExceeded     ICMPType = 11
	ICMPParameterProblem ICMPType = 12
)

// Codes of ICMPUnreachable.
const (
	ICMPPortUnreachable     = 3
	ICMPFragmentationNeeded = 4 // RFC 1191: the header has the MTU of the next hop
)

// ICMPSize is the length of an ICMP header.
const ICMPSize = 8

// ICMPHeader views the header of an ICMP message.
//
//	0 type | 1 code | 2-3 checksum | 4-5 depends on the type
//	6-7 MTU of the next hop, if fragmentation is needed (RFC 1191 §4)
type ICMPHeader [ICMPSize]byte

// Type returns the kind of message.
func (h *ICMPHeader) Type() ICMPType { return ICMPType(h[0]) }

// Code returns what the type leaves open.
func (h *ICMPHeader) Code() uint8 { return h[1] }

// MTU returns the largest packet that the next hop takes, if the message says
// that fragmentation is needed; 0 if the router does not say.
func (h *ICMPHeader) MTU() uint16 { return binary.BigEndian.Uint16(h[6:8]) }

// ICMPError is the views of an ICMP error about a packet of TCP.
type ICMPError struct {
	IP   *IPv4Header // of the frame: from a router to the sender of the packet
	ICMP *ICMPHeader
	// Original is the header of the packet, whose source is the receiver of the
	// error; its method Payload has no meaning. Ports are those of its segment,
	// source first.
	Original *IPv4Header
	Ports    *[4]byte
}

// SourcePort returns the port of the packet's sender.
func (e ICMPError) SourcePort() uint16 { return binary.BigEndian.Uint16(e.Ports[0:2]) }

// DestinationPort returns the port that the packet was for.
func (e ICMPError) DestinationPort() uint16 { return binary.BigEndian.Uint16(e.Ports[2:4]) }

// ICMPErrorOf views an ICMP error about a packet of TCP. ok is false for other
// frames, for fragments, and if the message ends before the ports. No checksum
// is checked.
func ICMPErrorOf(frame []byte) (e ICMPError, ok bool) {
	const portsSize = 4
	ip := IPv4Of(frame)
	if ip == nil || ip.Protocol() != ProtocolICMP || ip.IsFragment() {
		return ICMPError{}, false
	}
	message, whole := ip.Payload(frame)
	if !whole || len(message) < ICMPSize+IPv4Size {
		return ICMPError{}, false
	}
	h := (*ICMPHeader)(message)
	switch h.Type() {
	case ICMPUnreachable, ICMPTimeExceeded, ICMPParameterProblem:
	default:
		return ICMPError{}, false
	}
	packet := message[ICMPSize:]
	original := (*IPv4Header)(packet)
	if original[0]>>4 != 4 || original.Size() < IPv4Size || len(packet) < original.Size()+portsSize ||
		original.Protocol() != ProtocolTCP || original.IsLaterFragment() {
		return ICMPError{}, false
	}
	return ICMPError{ip, h, original, (*[portsSize]byte)(packet[original.Size():])}, true
}

// AppendPortUnreachable appends the frame that tells the source of a packet
// that nobody serves the port: an ICMP error with as much of the packet as fits
// 576 bytes (RFC 792, RFC 1812 §4.3.2.3), from the address that the packet was
// for. IPv4Of must accept the frame, and it must not be a later fragment.
func AppendPortUnreachable(dst, frame []byte) []byte {
	const most = 576 - IPv4Size - ICMPSize
	const precedence = 0xc0 // of errors: RFC 1812 §4.3.2.5
	packet := EthernetPayload(frame)
	packet = packet[:min(len(packet), IPv4Of(frame).Length(), most)]
	dst = appendAnswer(dst, frame, ProtocolICMP, precedence, ICMPSize+len(packet))
	start := len(dst)
	dst = append(dst, byte(ICMPUnreachable), ICMPPortUnreachable, 0, 0, 0, 0, 0, 0)
	dst = append(dst, packet...)
	binary.BigEndian.PutUint16(dst[start+2:], checksum(0).add(dst[start:]).sum())
	return dst
}
