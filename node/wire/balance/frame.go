package balance

import (
	"fmt"
	"net/netip"

	"github.com/cablepull/cablepull/node/wire"
)

// Receiver is the destination of a frame.
type Receiver struct {
	MAC wire.MAC
	IP  netip.Addr
}

// All receives what is for all members: the group address.
var All = Receiver{wire.MulticastMAC(Group.As4()), Group}

// AppendFrame appends the Ethernet frame that carries a message. Its IPv4
// source is the sender that the message names. Errors: those of Append;
// ErrAddress also if the receiver is not IPv4.
//
//	Ethernet  receiver <- source
//	IPv4      sender -> receiver, TTL 1, class selector 6
//	UDP       8849 -> 8849
func AppendFrame(dst []byte, source wire.MAC, to Receiver, m Message, token [8]byte) ([]byte, error) {
	start := len(dst)
	dst, err := wire.Datagram{
		Source: source, Destination: to.MAC,
		From: netip.AddrPortFrom(m.Head().Sender, Port), To: netip.AddrPortFrom(to.IP, Port),
	}.AppendHeaders(dst)
	if err != nil {
		return dst, fmt.Errorf("balance frame: %w", err)
	}
	dst, err = Append(dst, m, token)
	if err != nil {
		return dst[:start], err
	}
	wire.SealDatagram(dst[start:])
	return dst, nil
}

// Matches reports whether a frame is addressed to a member: UDP to our port. It
// looks at only a few bytes, so that a receiver can call it for every frame;
// PayloadOf and Parse may still reject the frame.
func Matches(frame []byte) bool {
	_, udp := wire.UDPOf(frame)
	return udp != nil && udp.DestinationPort() == Port
}

// KindOf returns what message a frame carries that Matches, by its first bytes
// alone; 0 if there is none.
func KindOf(frame []byte) Kind {
	ip, udp := wire.UDPOf(frame)
	if udp == nil || udp.DestinationPort() != Port {
		return 0
	}
	payload, _ := ip.Payload(frame)
	if payload = payload[min(len(payload), wire.UDPSize):]; len(payload) < headerSize || string(payload[:len(magic)]) != magic {
		return 0
	}
	return readHeader(payload).Kind
}

// PayloadOf returns the payload of a frame that Matches, for Parse; nil if the
// frame does not, or is damaged: a network stack would drop it.
func PayloadOf(frame []byte) []byte {
	if !Matches(frame) {
		return nil
	}
	payload, err := wire.ParseDatagram(frame)
	if err != nil {
		return nil
	}
	return payload
}
