package wire

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"
)

const protocolVRRP = 112

// VRRP is an advertisement of the Virtual Router Redundancy Protocol, version 2 (RFC 3768) or 3 (RFC 5798) for IPv4. No
// member of ours speaks it: real programs do, keepalived for one, and the bench reads what they claim.
type VRRP struct {
	Version    uint8
	From       netip.Addr // of the router that speaks
	Group      uint8      // virtual router identifier
	Priority   uint8      // 0: it gives the addresses up
	Interval   time.Duration
	VirtualIPs []netip.Addr
}

// Resigns reports whether the sender gives its addresses up instead of claiming them.
func (v VRRP) Resigns() bool { return v.Priority == 0 }

// IsVRRP reports whether a frame carries VRRP over IPv4; ParseVRRP may still refuse it.
func IsVRRP(frame []byte) bool {
	return len(frame) >= etherSize+ipSize && frame[12] == etherTypeIPv4>>8 && frame[13] == etherTypeIPv4&0xff &&
		frame[etherSize+9] == protocolVRRP
}

// ParseVRRP reads an advertisement. Its checksum is not looked at: versions and programs differ in what it covers, and
// frames that are read here come straight from the kernel that sent them. Errors: ErrNotVRRP, ErrShort, ErrVersion.
//
//	version 4 bits, type 4 bits | group | priority | count of addresses
//	v2: authentication type, interval in s | checksum   v3: interval in cs, 12 bits | checksum
//	addresses of 4 bytes each; v2: authentication data
func ParseVRRP(frame []byte) (VRRP, error) {
	if !IsVRRP(frame) {
		return VRRP{}, fmt.Errorf("vrrp frame: %w: %d bytes", ErrNotVRRP, len(frame))
	}
	ip := frame[etherSize:]
	size, total := 4*int(ip[0]&0x0f), int(binary.BigEndian.Uint16(ip[2:]))
	const fixed, each = 8, 4
	if ip[0]>>4 != 4 || size < ipSize || total > len(ip) || total < size+fixed {
		return VRRP{}, fmt.Errorf("vrrp frame: %w: IP length %d with a header of %d, have %d bytes", ErrShort, total, size, len(ip))
	}
	p := ip[size:total]
	version, kind, count := p[0]>>4, p[0]&0x0f, int(p[3])
	switch {
	case version != 2 && version != 3:
		return VRRP{}, fmt.Errorf("vrrp: %w: got %d, want 2 or 3", ErrVersion, version)
	case kind != 1:
		return VRRP{}, fmt.Errorf("vrrp: %w: type %d, want 1, an advertisement", ErrNotVRRP, kind)
	case len(p) < fixed+each*count:
		return VRRP{}, fmt.Errorf("vrrp: %w: %d bytes, want %d for %d addresses", ErrShort, len(p), fixed+each*count, count)
	}
	v := VRRP{
		Version: version, From: netip.AddrFrom4([4]byte(ip[12:16])), Group: p[1], Priority: p[2],
		Interval: time.Duration(p[5]) * time.Second,
	}
	if version == 3 {
		v.Interval = time.Duration(binary.BigEndian.Uint16(p[4:])&0x0fff) * 10 * time.Millisecond
	}
	for i := range count {
		v.VirtualIPs = append(v.VirtualIPs, netip.AddrFrom4([4]byte(p[fixed+each*i:])))
	}
	return v, nil
}
