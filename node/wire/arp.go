package wire

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"
)

// ARPSize is the length of an ARP frame for IPv4 over Ethernet, without padding. Network cards pad to 60 bytes; we do
// not, so that a capture shows exactly what was sent.
const ARPSize = etherSize + 28

// ARPOp is the operation of an ARP packet (RFC 826).
type ARPOp uint16

// The operations we know.
const (
	ARPRequestOp ARPOp = 1
	ARPReplyOp   ARPOp = 2
)

// String names the operation.
func (o ARPOp) String() string {
	switch o {
	case ARPRequestOp:
		return "request"
	case ARPReplyOp:
		return "reply"
	}
	return "ARPOp(" + strconv.Itoa(int(o)) + ")"
}

// ARPForm is how a member announces an address nobody asked for. Receivers differ in which form they believe
// (spec/failover.md §9), so a member may send both.
type ARPForm uint8

// The two forms of a gratuitous ARP.
const (
	ARPReply   ARPForm = iota // an answer to everybody: the RFC's action I (RFC 2281 §5.6)
	ARPRequest                // a question to which the sender knows the answer (RFC 5227 §3)
)

// String names the form as scenario files spell it.
func (f ARPForm) String() string {
	if f == ARPRequest {
		return "request"
	}
	return "reply"
}

// ARP is an ARP packet with the Ethernet addresses that carry it. The Ethernet source and the sender may differ.
type ARP struct {
	Source      MAC // Ethernet
	Destination MAC // Ethernet
	Op          ARPOp
	SenderMAC   MAC
	SenderIP    netip.Addr // IPv4
	TargetMAC   MAC        // zero in a request: it is what the sender asks for
	TargetIP    netip.Addr // IPv4
}

// GratuitousARP announces to the whole segment that ip is at mac. The Ethernet source is what switches learn from: the
// virtual MAC in the RFC's action I, so that the port moves too.
func GratuitousARP(form ARPForm, ip netip.Addr, mac, source MAC) ARP {
	a := ARP{
		Source: source, Destination: Broadcast,
		Op:        ARPReplyOp,
		SenderMAC: mac, SenderIP: ip,
		TargetMAC: Broadcast, TargetIP: ip,
	}
	if form == ARPRequest {
		a.Op, a.TargetMAC = ARPRequestOp, MAC{}
	}
	return a
}

// AppendGratuitousARP appends the frame of GratuitousARP. It fails with ErrAddress when ip is not IPv4.
func AppendGratuitousARP(dst []byte, form ARPForm, ip netip.Addr, mac, source MAC) ([]byte, error) {
	return AppendARP(dst, GratuitousARP(form, ip, mac, source))
}

// IsGratuitous reports whether the packet announces its sender instead of asking or answering somebody.
func (a ARP) IsGratuitous() bool { return a.SenderIP.IsValid() && a.SenderIP == a.TargetIP }

// AppendARP appends the Ethernet frame of a. It fails with ErrAddress when an address is not IPv4.
//
//	Ethernet  destination 6 | source 6 | 0x0806
//	ARP       hardware 1 | protocol 0x0800 | lengths 6, 4 | operation | sender MAC, IP | target MAC, IP
func AppendARP(dst []byte, a ARP) ([]byte, error) {
	if !a.SenderIP.Is4() {
		return dst, fmt.Errorf("arp: sender: %w: %s", ErrAddress, a.SenderIP)
	}
	if !a.TargetIP.Is4() {
		return dst, fmt.Errorf("arp: target: %w: %s", ErrAddress, a.TargetIP)
	}
	sender, target := a.SenderIP.As4(), a.TargetIP.As4()
	dst = append(dst, a.Destination[:]...)
	dst = append(dst, a.Source[:]...)
	dst = binary.BigEndian.AppendUint16(dst, etherTypeARP)
	dst = append(dst, 0, 1, etherTypeIPv4>>8, etherTypeIPv4&0xff, 6, 4)
	dst = binary.BigEndian.AppendUint16(dst, uint16(a.Op))
	dst = append(dst, a.SenderMAC[:]...)
	dst = append(dst, sender[:]...)
	dst = append(dst, a.TargetMAC[:]...)
	return append(dst, target[:]...), nil
}

// IsARP reports whether a frame's type is ARP; ParseARP may still refuse it.
func IsARP(frame []byte) bool {
	return len(frame) >= etherSize && frame[12] == etherTypeARP>>8 && frame[13] == etherTypeARP&0xff
}

// ParseARP reads an Ethernet frame. Any operation is accepted; bytes after the packet are padding. Errors: ErrNotARP,
// ErrShort.
func ParseARP(frame []byte) (ARP, error) {
	if !IsARP(frame) {
		return ARP{}, fmt.Errorf("arp: %w: %d bytes", ErrNotARP, len(frame))
	}
	if len(frame) < ARPSize {
		return ARP{}, fmt.Errorf("arp: %w: %d bytes, want %d", ErrShort, len(frame), ARPSize)
	}
	p := frame[etherSize:]
	if [6]byte(p[:6]) != [6]byte{0, 1, etherTypeIPv4 >> 8, etherTypeIPv4 & 0xff, 6, 4} {
		return ARP{}, fmt.Errorf("arp: %w: types and lengths % x, want 00 01 08 00 06 04", ErrNotARP, p[:6])
	}
	return ARP{
		Source:      MAC(frame[6:12]),
		Destination: MAC(frame[:6]),
		Op:          ARPOp(binary.BigEndian.Uint16(p[6:])),
		SenderMAC:   MAC(p[8:14]),
		SenderIP:    netip.AddrFrom4([4]byte(p[14:18])),
		TargetMAC:   MAC(p[18:24]),
		TargetIP:    netip.AddrFrom4([4]byte(p[24:28])),
	}, nil
}
