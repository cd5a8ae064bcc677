package wire

import "encoding/binary"

// EchoDataSize is the length of the data of an echo request, as ping(8) sends
// it: with both headers 84 bytes.
const EchoDataSize = 56

// EchoFrameSize is the length of a frame that carries an echo request or its
// reply.
const EchoFrameSize = EthernetSize + IPv4Size + ICMPSize + EchoDataSize

// Types of ICMP messages that are no errors (RFC 792).
const (
	ICMPEchoReply ICMPType = 0
	ICMPEcho      ICMPType = 8
)

// Echo is an ICMP echo request of one machine to another.
type Echo struct {
	Source, Destination  MAC
	From, To             [4]byte
	Identifier, Sequence uint16
	// Number is the first eight bytes of the data, where ping(8) puts the time. The
	// reply brings it back.
	Number uint64
}

// Put writes the Ethernet frame of the request, as a Linux machine sends it.
// The frame must have EchoFrameSize bytes.
//
//	Ethernet  destination <- source
//	IPv4      from -> to, TTL 64, do not fragment; the identification is the sequence
//	ICMP      type 8 | code 0 | checksum | identifier | sequence
//	data      number 8 | 08 09 0a ..., as ping(8) fills it
func (e Echo) Put(frame []byte) {
	EthernetOf(frame).Set(e.Destination, e.Source, EtherTypeIPv4)
	ip := frame[EthernetSize:][:IPv4Size]
	copy(ip, echoIPv4[:])
	binary.BigEndian.PutUint16(ip[4:], e.Sequence)
	copy(ip[12:], e.From[:])
	copy(ip[16:], e.To[:])
	binary.BigEndian.PutUint16(ip[10:], checksum(0).add(ip).sum())
	message := frame[EthernetSize+IPv4Size:]
	copy(message, echoMessage[:])
	binary.BigEndian.PutUint16(message[4:], e.Identifier)
	binary.BigEndian.PutUint16(message[6:], e.Sequence)
	binary.BigEndian.PutUint64(message[ICMPSize:], e.Number)
	binary.BigEndian.PutUint16(message[2:], (echoSum + checksum(0).add(message[4:ICMPSize+8])).sum())
}

// echoIPv4 is the IPv4 header of a request, without what differs.
var echoIPv4 = [IPv4Size]byte{0x45, 0, 0, IPv4Size + ICMPSize + EchoDataSize, 0, 0, 0x40, 0, 64, byte(ProtocolICMP)}

// echoMessage is a request, without what differs; echoSum is the sum of its
// words.
var echoMessage, echoSum = func() (m [ICMPSize + EchoDataSize]byte, sum checksum) {
	m[0] = byte(ICMPEcho)
	for i := 8; i < EchoDataSize; i++ {
		m[ICMPSize+i] = byte(i)
	}
	return m, checksum(0).add(m[:])
}()

// EchoHeader views the header of an ICMP echo request or reply.
//
//	0 type 8 or 0 | 1 code 0 | 2-3 checksum | 4-5 identifier | 6-7 sequence
type EchoHeader [ICMPSize]byte

// Type returns whether it is a request or a reply.
func (h *EchoHeader) Type() ICMPType { return ICMPType(h[0]) }

// Identifier returns which program asked.
func (h *EchoHeader) Identifier() uint16 { return binary.BigEndian.Uint16(h[4:6]) }

// Sequence returns which of its requests it is.
func (h *EchoHeader) Sequence() uint16 { return binary.BigEndian.Uint16(h[6:8]) }

// EchoOf views an ICMP echo request or reply; nil if the frame carries none, or
// a fragment of one. No checksum is checked.
func EchoOf(frame []byte) (*IPv4Header, *EchoHeader) {
	ip := IPv4Of(frame)
	if ip == nil || ip.Protocol() != ProtocolICMP || ip.IsFragment() {
		return nil, nil
	}
	message, whole := ip.Payload(frame)
	if !whole || len(message) < ICMPSize || message[1] != 0 {
		return nil, nil
	}
	h := (*EchoHeader)(message)
	if t := h.Type(); t != ICMPEcho && t != ICMPEchoReply {
		return nil, nil
	}
	return ip, h
}

// EchoNumber returns the number in the data of the reply to an Echo. intact is
// false if the data is not that of such a request. EchoOf must accept the
// frame.
func EchoNumber(frame []byte) (number uint64, intact bool) {
	message, _ := IPv4Of(frame).Payload(frame)
	if len(message) != len(echoMessage) || [EchoDataSize - 8]byte(message[ICMPSize+8:]) != [EchoDataSize - 8]byte(echoMessage[ICMPSize+8:]) {
		return 0, false
	}
	return binary.BigEndian.Uint64(message[ICMPSize:]), true
}

// ICMPIntact reports whether both checksums of a whole packet of ICMP are
// right, as a machine checks before any program sees it.
func ICMPIntact(frame []byte) bool {
	ip := IPv4Of(frame)
	message, whole := ip.Payload(frame)
	return whole && checksum(0).add(frame[EthernetSize:][:ip.Size()]).sum() == 0 && checksum(0).add(message).sum() == 0
}

// PutEchoReply writes the frame that answers an echo request, as the kernel of
// a machine sends it: with the request's IPv4 header and data (RFC 792), a TTL
// of 64 and new checksums. EchoOf must accept the request, which has no IP
// options; the answer must have its length.
func PutEchoReply(answer, request []byte, to, from MAC) {
	const ttl = 64
	copy(answer, request)
	EthernetOf(answer).Set(to, from, EtherTypeIPv4)
	ip, asked := answer[EthernetSize:][:IPv4Size], request[EthernetSize:][:IPv4Size]
	copy(ip[12:16], asked[16:20])
	copy(ip[16:20], asked[12:16])
	ip[8], ip[10], ip[11] = ttl, 0, 0
	binary.BigEndian.PutUint16(ip[10:], checksum(0).add(ip).sum())
	message := answer[EthernetSize+IPv4Size:]
	message[0], message[2], message[3] = byte(ICMPEchoReply), 0, 0
	binary.BigEndian.PutUint16(message[2:], checksum(0).add(message).sum())
}

// EchoErrorOf views an ICMP error about an echo request: the type of the error,
// and the header of the request. ok is false for other frames and for
// fragments. No checksum is checked.
func EchoErrorOf(frame []byte) (kind ICMPType, asked *IPv4Header, echo *EchoHeader, ok bool) {
	ip := IPv4Of(frame)
	if ip == nil || ip.Protocol() != ProtocolICMP || ip.IsFragment() {
		return 0, nil, nil, false
	}
	message, whole := ip.Payload(frame)
	if !whole || len(message) < ICMPSize+IPv4Size {
		return 0, nil, nil, false
	}
	switch kind = (*ICMPHeader)(message).Type(); kind {
	case ICMPUnreachable, ICMPTimeExceeded, ICMPParameterProblem:
	default:
		return 0, nil, nil, false
	}
	packet := message[ICMPSize:]
	asked = (*IPv4Header)(packet)
	if asked[0]>>4 != 4 || asked.Size() < IPv4Size || len(packet) < asked.Size()+ICMPSize ||
		asked.Protocol() != ProtocolICMP || asked.IsLaterFragment() {
		return 0, nil, nil, false
	}
	echo = (*EchoHeader)(packet[asked.Size():])
	return kind, asked, echo, echo.Type() == ICMPEcho
}
