package wire

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"
)

// ARPSize is the length of an ARP frame for IPv4 over Ethernet, without
// padding. Network cards pad to 60 bytes; we do not, so that a capture shows
// exactly what was sent.
const ARPSize = EthernetSize + arpSize

const arpSize = 28

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

// ARPForm is the form of a gratuitous ARP. Receivers differ in which form they
// accept (spec/failover.md §9), so a member may send both.
type ARPForm uint8

// The two forms of a gratuitous ARP.
const (
	ARPReply   ARPForm = iota // a broadcast reply: the RFC's action I (RFC 2281 §5.6)
	ARPRequest                // a request for the sender's own address (RFC 5227 §3)
)

// String names the form as scenario files spell it.
func (f ARPForm) String() string {
	if f == ARPRequest {
		return "request"
	}
	return "reply"
}

// ARP is an ARP packet with the Ethernet addresses that carry it. The Ethernet
// source and the sender may differ.
type ARP struct {
	Source      MAC // Ethernet
	Destination MAC // Ethernet
	Op          ARPOp
	SenderMAC   MAC
	SenderIP    netip.Addr // IPv4
	TargetMAC   MAC        // zero in a request, which asks for it
	TargetIP    netip.Addr // IPv4
}

// GratuitousARP announces to the whole segment that ip is at mac. The Ethernet
// source is what switches learn from: the virtual MAC in the RFC's action I, so
// that the port moves too.
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

// AppendGratuitousARP appends the frame of GratuitousARP. It fails with
// ErrAddress when ip is not IPv4.
func AppendGratuitousARP(dst []byte, form ARPForm, ip netip.Addr, mac, source MAC) ([]byte, error) {
	return AppendARP(dst, GratuitousARP(form, ip, mac, source))
}

// IsGratuitous reports whether the packet announces its sender rather than
// being a request or reply to another host, as ARPHeader.IsGratuitous does for
// bytes.
func (a ARP) IsGratuitous() bool {
	return a.SenderIP == a.TargetIP && a.SenderIP.IsValid() && !a.SenderIP.IsUnspecified()
}

// AppendARP appends the Ethernet frame of a. It fails with ErrAddress when an
// address is not IPv4.
//
//	Ethernet  destination 6 | source 6 | 0x0806
//	ARP       hardware 1 | protocol 0x0800 | lengths 6, 4 | operation
//	          sender MAC, IP | target MAC, IP
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
	dst = binary.BigEndian.AppendUint16(dst, uint16(EtherTypeARP))
	dst = append(dst, arpForIPv4[:]...)
	dst = binary.BigEndian.AppendUint16(dst, uint16(a.Op))
	dst = append(dst, a.SenderMAC[:]...)
	dst = append(dst, sender[:]...)
	dst = append(dst, a.TargetMAC[:]...)
	return append(dst, target[:]...), nil
}

// ARPHeader views an ARP packet for IPv4 over Ethernet in a frame.
//
//	0-1 hardware 1 | 2-3 protocol 0x0800 | 4 length 6 | 5 length 4
//	6-7 operation
//	8-13 sender MAC | 14-17 sender IP | 18-23 target MAC | 24-27 target IP
type ARPHeader [arpSize]byte

// arpForIPv4 holds the types and lengths of ARP for IPv4 over Ethernet.
var arpForIPv4 = [6]byte{0, 1, byte(EtherTypeIPv4 >> 8), byte(EtherTypeIPv4 & 0xff), 6, 4}

// ARPOf views the ARP packet of a frame, nil if the frame carries none for IPv4
// over Ethernet.
func ARPOf(frame []byte) *ARPHeader {
	if len(frame) < ARPSize || !IsARP(frame) {
		return nil
	}
	h := (*ARPHeader)(frame[EthernetSize:])
	if [6]byte(h[0:6]) != arpForIPv4 {
		return nil
	}
	return h
}

// Op returns the operation.
func (h *ARPHeader) Op() ARPOp { return ARPOp(binary.BigEndian.Uint16(h[6:8])) }

// SenderMAC returns the address that the sender gives as its own.
func (h *ARPHeader) SenderMAC() MAC { return MAC(h[8:14]) }

// SenderIP returns the address that the sender gives as its own.
func (h *ARPHeader) SenderIP() [4]byte { return [4]byte(h[14:18]) }

// TargetMAC returns the hardware address of the target.
func (h *ARPHeader) TargetMAC() MAC { return MAC(h[18:24]) }

// TargetIP returns the requested address, or the address of the receiver of a
// reply.
func (h *ARPHeader) TargetIP() [4]byte { return [4]byte(h[24:28]) }

// SetSenderMAC writes the address that the sender gives as its own.
func (h *ARPHeader) SetSenderMAC(m MAC) { *(*MAC)(h[8:14]) = m }

// SetSenderIP writes the address that the sender gives as its own.
func (h *ARPHeader) SetSenderIP(ip [4]byte) { *(*[4]byte)(h[14:18]) = ip }

// IsGratuitous reports whether the packet announces its sender: sender and
// target address are equal (RFC 5227 §1.2). A probe, whose sender has no
// address yet, is not gratuitous.
func (h *ARPHeader) IsGratuitous() bool {
	ip := h.SenderIP()
	return ip == h.TargetIP() && ip != [4]byte{}
}

// IsARP reports whether a frame's type is ARP; ARPOf and ParseARP may still
// refuse it.
func IsARP(frame []byte) bool {
	return len(frame) >= EthernetSize && frame[12] == byte(EtherTypeARP>>8) && frame[13] == byte(EtherTypeARP&0xff)
}

// ParseARP reads an Ethernet frame. Any operation is accepted; bytes after the
// packet are padding. Errors: ErrNotARP, ErrShort.
func ParseARP(frame []byte) (ARP, error) {
	if !IsARP(frame) {
		return ARP{}, fmt.Errorf("arp: %w: %d bytes", ErrNotARP, len(frame))
	}
	if len(frame) < ARPSize {
		return ARP{}, fmt.Errorf("arp: %w: %d bytes, want %d", ErrShort, len(frame), ARPSize)
	}
	eth, h := EthernetOf(frame), ARPOf(frame)
	if h == nil {
		return ARP{}, fmt.Errorf("arp: %w: types and lengths % x, want % x", ErrNotARP, frame[EthernetSize:][:6], arpForIPv4[:])
	}
	return ARP{
		Source: eth.Source(), Destination: eth.Destination(), Op: h.Op(),
		SenderMAC: h.SenderMAC(), SenderIP: netip.AddrFrom4(h.SenderIP()),
		TargetMAC: h.TargetMAC(), TargetIP: netip.AddrFrom4(h.TargetIP()),
	}, nil
}
