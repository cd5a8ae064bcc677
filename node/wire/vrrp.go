package wire

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"
)

// VRRP is an advertisement of the Virtual Router Redundancy Protocol, version 2
// (RFC 3768) or 3 (RFC 5798) for IPv4. Our own members do not send it; real
// programs such as keepalived do, and the bench reads which addresses they
// claim.
type VRRP struct {
	Version    uint8
	From       netip.Addr // of the sending router
	Group      uint8      // virtual router identifier
	Priority   uint8      // 0: the sender gives up the addresses
	Interval   time.Duration
	VirtualIPs []netip.Addr
}

// Resigns reports whether the sender gives up its addresses instead of claiming
// them.
func (v VRRP) Resigns() bool { return v.Priority == 0 }

// VRRPSize is the length of a VRRP header in front of its addresses.
const VRRPSize = 8

// VRRPHeader views the fixed part of a VRRP packet in a frame.
//
//	0 version 4 bits, type 4 bits | 1 group | 2 priority | 3 number of addresses
//	version 2: 4 authentication type | 5 interval in s
//	version 3: 4-5 interval in cs, 12 bits
//	6-7 checksum
//	addresses of 4 bytes each; version 2: authentication data
type VRRPHeader [VRRPSize]byte

// Version returns the version of the protocol.
func (h *VRRPHeader) Version() uint8 { return h[0] >> 4 }

// Type returns the kind of packet; 1, an advertisement, is the only one
// defined.
func (h *VRRPHeader) Type() uint8 { return h[0] & 0x0f }

// Group returns the virtual router identifier.
func (h *VRRPHeader) Group() uint8 { return h[1] }

// Priority returns the sender's priority; 0 if it gives up the addresses.
func (h *VRRPHeader) Priority() uint8 { return h[2] }

// Addresses returns how many addresses follow.
func (h *VRRPHeader) Addresses() int { return int(h[3]) }

// Interval returns the time between two advertisements, in the units of the
// version.
func (h *VRRPHeader) Interval() time.Duration {
	if h.Version() == 3 {
		return time.Duration(binary.BigEndian.Uint16(h[4:6])&0x0fff) * 10 * time.Millisecond
	}
	return time.Duration(h[5]) * time.Second
}

// IsVRRP reports whether a frame carries VRRP over IPv4; ParseVRRP may still
// reject it.
func IsVRRP(frame []byte) bool {
	ip := IPv4Of(frame)
	return ip != nil && ip.Protocol() == ProtocolVRRP
}

// ParseVRRP reads an advertisement. It does not check the checksum: versions
// and programs differ in what it covers, and the frames come straight from the
// kernel that sent them. Errors: ErrNotVRRP, ErrShort, ErrVersion.
func ParseVRRP(frame []byte) (VRRP, error) {
	if !IsVRRP(frame) {
		return VRRP{}, fmt.Errorf("vrrp frame: %w: %d bytes", ErrNotVRRP, len(frame))
	}
	ip := IPv4Of(frame)
	message, whole := ip.Payload(frame)
	if !whole || len(message) < VRRPSize {
		return VRRP{}, fmt.Errorf("vrrp frame: %w: IP length %d with a header of %d, have %d bytes",
			ErrShort, ip.Length(), ip.Size(), len(frame)-EthernetSize)
	}
	h := (*VRRPHeader)(message)
	size := VRRPSize + 4*h.Addresses()
	switch {
	case h.Version() != 2 && h.Version() != 3:
		return VRRP{}, fmt.Errorf("vrrp: %w: got %d, want 2 or 3", ErrVersion, h.Version())
	case h.Type() != 1:
		return VRRP{}, fmt.Errorf("vrrp: %w: type %d, want 1, an advertisement", ErrNotVRRP, h.Type())
	case len(message) < size:
		return VRRP{}, fmt.Errorf("vrrp: %w: %d bytes, want %d for %d addresses", ErrShort, len(message), size, h.Addresses())
	}
	v := VRRP{Version: h.Version(), From: ip.From(), Group: h.Group(), Priority: h.Priority(), Interval: h.Interval()}
	for a := message[VRRPSize:size]; len(a) > 0; a = a[4:] {
		v.VirtualIPs = append(v.VirtualIPs, netip.AddrFrom4([4]byte(a)))
	}
	return v, nil
}
