package wire

import (
	"encoding/binary"
	"net/netip"
)

// Protocol is the protocol that an IPv4 packet carries.
type Protocol uint8

// The protocols we know.
const (
	ProtocolICMP Protocol = 1
	ProtocolIGMP Protocol = 2
	ProtocolTCP  Protocol = 6
	ProtocolUDP  Protocol = 17
	ProtocolVRRP Protocol = 112
)

// IPv4Size is the length of an IPv4 header without options.
const IPv4Size = 20

// IPv4Header views an IPv4 header in a frame, up to its options (RFC 791 §3.1).
//
//	0 version 4 bits, words of header 4 bits | 1 service | 2-3 length of packet
//	4-5 identification
//	6-7 flags 3 bits, fragment offset 13 bits | 8 time to live | 9 protocol
//	10-11 checksum | 12-15 source | 16-19 destination
type IPv4Header [IPv4Size]byte

// IPv4Of views the IPv4 header of a frame; its Size includes options. It is nil
// if the frame carries something else, or if the header is invalid: another
// version, a length below IPv4Size or beyond the frame. Other lengths and
// checksums are not checked.
func IPv4Of(frame []byte) *IPv4Header {
	if len(frame) < EthernetSize+IPv4Size || frame[12] != byte(EtherTypeIPv4>>8) || frame[13] != byte(EtherTypeIPv4&0xff) {
		return nil
	}
	h := (*IPv4Header)(frame[EthernetSize:])
	if h[0]>>4 != 4 || h.Size() < IPv4Size || EthernetSize+h.Size() > len(frame) {
		return nil
	}
	return h
}

// Size returns the length of the header with its options.
func (h *IPv4Header) Size() int { return 4 * int(h[0]&0x0f) }

// Length returns the length of header and payload that the header claims.
func (h *IPv4Header) Length() int { return int(binary.BigEndian.Uint16(h[2:4])) }

// Identity returns identification, flags and fragment offset, which stay the
// same from hop to hop.
func (h *IPv4Header) Identity() *[4]byte { return (*[4]byte)(h[4:8]) }

// IsFragment reports whether the packet is a part of a larger one.
func (h *IPv4Header) IsFragment() bool { return binary.BigEndian.Uint16(h[6:8])&0x3fff != 0 }

// IsLaterFragment reports whether the packet is a fragment other than the
// first, so without the header of its payload.
func (h *IPv4Header) IsLaterFragment() bool { return binary.BigEndian.Uint16(h[6:8])&0x1fff != 0 }

// Identification returns the number that the fragments of a packet share.
func (h *IPv4Header) Identification() uint16 { return binary.BigEndian.Uint16(h[4:6]) }

// DontFragment reports whether routers must not split the packet.
func (h *IPv4Header) DontFragment() bool { return h[6]&0x40 != 0 }

// MoreFragments reports whether the packet is a fragment other than the last.
func (h *IPv4Header) MoreFragments() bool { return h[6]&0x20 != 0 }

// FragmentOffset returns where the payload of a fragment belongs in that of the
// whole packet, in bytes.
func (h *IPv4Header) FragmentOffset() int { return int(binary.BigEndian.Uint16(h[6:8])&0x1fff) * 8 }

// PacketKey tells to which packet a fragment belongs (RFC 791 §3.2).
type PacketKey struct {
	Source, Destination [4]byte
	Identification      uint16
	Protocol            Protocol
}

// Packet returns what all fragments of the packet have in common.
func (h *IPv4Header) Packet() PacketKey {
	return PacketKey{h.Source(), h.Destination(), h.Identification(), h.Protocol()}
}

// FragmentOf views the header of a frame that carries a fragment; nil for other
// frames.
func FragmentOf(frame []byte) *IPv4Header {
	h := IPv4Of(frame)
	if h == nil || !h.IsFragment() {
		return nil
	}
	return h
}

// TTL returns how many hops are left.
func (h *IPv4Header) TTL() uint8 { return h[8] }

// Protocol returns the protocol that the packet carries.
func (h *IPv4Header) Protocol() Protocol { return Protocol(h[9]) }

// Source returns the sender's address.
func (h *IPv4Header) Source() [4]byte { return [4]byte(h[12:16]) }

// Destination returns the receiver's address.
func (h *IPv4Header) Destination() [4]byte { return [4]byte(h[16:20]) }

// From returns the sender's address as a value of net/netip.
func (h *IPv4Header) From() netip.Addr { return netip.AddrFrom4(h.Source()) }

// To returns the receiver's address as a value of net/netip.
func (h *IPv4Header) To() netip.Addr { return netip.AddrFrom4(h.Destination()) }

// Addresses returns source and destination, which are adjacent.
func (h *IPv4Header) Addresses() *[8]byte { return (*[8]byte)(h[12:20]) }

// Payload returns the payload of the packet without the padding of the frame.
// whole is false if the frame ends before the packet, or the packet before its
// header. frame is the one that h views.
func (h *IPv4Header) Payload(frame []byte) (payload []byte, whole bool) {
	packet, size, length := frame[EthernetSize:], h.Size(), h.Length()
	switch {
	case length > len(packet):
		return packet[size:], false
	case length < size:
		return nil, false
	}
	return packet[size:length], true
}
