package ipvs

import (
	"fmt"
	"net/netip"

	"github.com/cablepull/cablepull/node/wire"
)

// AppendFrame appends the Ethernet frame that carries a message to all members.
// Errors: those of Append; ErrAddress also if from is not IPv4.
//
//	Ethernet  01:00:5e:00:00:51 <- source
//	IPv4      from -> 224.0.0.81, TTL 1, class selector 6
//	UDP       8848 -> 8848
func AppendFrame(dst []byte, source wire.MAC, from netip.Addr, s Sync) ([]byte, error) {
	start := len(dst)
	dst, err := wire.Datagram{
		Source: source, Destination: wire.MulticastMAC(Group.As4()),
		From: netip.AddrPortFrom(from, Port), To: netip.AddrPortFrom(Group, Port),
	}.AppendHeaders(dst)
	if err != nil {
		return dst, fmt.Errorf("ipvs sync: %w", err)
	}
	dst, err = Append(dst, s)
	if err != nil {
		return dst[:start], err
	}
	wire.SealDatagram(dst[start:])
	return dst, nil
}

// Matches reports whether a frame is addressed to backups: UDP to our group and
// port. It looks at only a few bytes, so that a receiver can call it for every
// frame; PayloadOf and Parse may still reject the frame.
func Matches(frame []byte) bool {
	ip, udp := wire.UDPOf(frame)
	return udp != nil && udp.DestinationPort() == Port && ip.Destination() == group
}

// group is Group as headers have it.
var group = Group.As4()

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
