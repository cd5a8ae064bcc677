package wire

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// MAC is an Ethernet address. It is a value: comparable, usable as a map key,
// and copied without allocation.
type MAC [6]byte

var (
	// Broadcast reaches every station of the segment.
	Broadcast = MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	// AllRouters is the Ethernet address of 224.0.0.2 (RFC 1112 §6.4).
	AllRouters = MAC{0x01, 0x00, 0x5e, 0x00, 0x00, 0x02}
)

// VirtualMAC is the address of a group rather than of a machine:
// 00:00:0c:07:ac:XX, where XX is the group (RFC 2281 §6.1). IBM does not
// publish the value DataPower uses in its MAC takeover mode; we assume this
// one.
func VirtualMAC(group uint8) MAC { return MAC{0x00, 0x00, 0x0c, 0x07, 0xac, group} }

// IsMulticast reports whether the address names many stations; broadcast is one
// of these.
func (m MAC) IsMulticast() bool { return m[0]&1 != 0 }

// broadcastNumber is the Number of Broadcast, the highest possible.
const broadcastNumber = 1<<48 - 1

// Number returns the address as a number, which compares and hashes in one
// step.
func (m MAC) Number() uint64 {
	return uint64(m[0])<<40 | uint64(m[1])<<32 | uint64(binary.BigEndian.Uint32(m[2:]))
}

// NumberedMAC is the inverse of MAC.Number.
func NumberedMAC(n uint64) (m MAC) {
	m[0], m[1] = byte(n>>40), byte(n>>32)
	binary.BigEndian.PutUint32(m[2:], uint32(n))
	return m
}

// MulticastMAC maps an IPv4 group to its Ethernet address: 01:00:5e and the low
// 23 bits (RFC 1112 §6.4).
func MulticastMAC(group [4]byte) MAC {
	return MAC{0x01, 0x00, 0x5e, group[1] & 0x7f, group[2], group[3]}
}

// IsZero reports whether the address is 00:00:00:00:00:00, which stands for
// "unknown" in an ARP request.
func (m MAC) IsZero() bool { return m == MAC{} }

// String returns the usual form, lower case with colons: 00:00:0c:07:ac:07.
func (m MAC) String() string {
	text, _ := m.AppendText(make([]byte, 0, 17))
	return string(text)
}

// AppendText implements encoding.TextAppender; it never fails.
func (m MAC) AppendText(dst []byte) ([]byte, error) {
	for i, b := range m {
		if i > 0 {
			dst = append(dst, ':')
		}
		dst = hex.AppendEncode(dst, []byte{b})
	}
	return dst, nil
}

// MarshalText implements encoding.TextMarshaler.
func (m MAC) MarshalText() ([]byte, error) { return m.AppendText(nil) }

// UnmarshalText implements encoding.TextUnmarshaler; it takes what ParseMAC
// takes.
func (m *MAC) UnmarshalText(text []byte) error {
	parsed, err := ParseMAC(string(text))
	if err != nil {
		return err
	}
	*m = parsed
	return nil
}

// ParseMAC reads six pairs of hexadecimal digits separated by colons, or by
// dashes, in either case.
func ParseMAC(text string) (MAC, error) {
	var m MAC
	wrong := fmt.Errorf("mac: %w: %q, want six pairs such as 00:00:0c:07:ac:07", ErrMAC, text)
	if len(text) != 17 {
		return m, wrong
	}
	separator := text[2]
	for i := range m {
		pair := text[3*i : 3*i+2]
		if _, err := hex.Decode(m[i:i+1], []byte(pair)); err != nil {
			return MAC{}, wrong
		}
		if i < 5 && (text[3*i+2] != separator || (separator != ':' && separator != '-')) {
			return MAC{}, wrong
		}
	}
	return m, nil
}
