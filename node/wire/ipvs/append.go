package ipvs

import (
	"encoding/binary"
	"fmt"
	"math"
	"net/netip"
	"time"
)

// Append appends a message of version 1, the payload of a UDP datagram. When a
// value does not fit, it fails with ErrVersion (also if the message was skipped
// in part), ErrTooLong, ErrMalformed, ErrAddress or ErrTimeout, and returns dst
// as it was. Fractions of a second of timeouts are cut off.
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+---------------+---------------+---------------+---------------+
//	|       0       |      ID       |  Size of the whole message    |
//	+---------------+---------------+---------------+---------------+
//	|  Connections  |   Version 1   |              0                |
//	+---------------+---------------+---------------+---------------+
//
// Each connection follows, and begins at a multiple of four bytes:
//
//	+---------------+---------------+-------+-----------------------+
//	|  Type: 0 IPv4 |   Protocol    |   0   |  Size of connection   |
//	|        1 IPv6 |               |       |  and options          |
//	+---------------+---------------+-------+-----------------------+
//	|                            Flags                              |
//	+---------------+---------------+---------------+---------------+
//	|            State              |        Client's port          |
//	+---------------+---------------+---------------+---------------+
//	|        Virtual port           |      Destination's port       |
//	+---------------+---------------+---------------+---------------+
//	|                        Firewall mark                          |
//	+---------------+---------------+---------------+---------------+
//	|                    Timeout, in seconds                        |
//	+---------------+---------------+---------------+---------------+
//	|                      Client's address                         |
//	+---------------+---------------+---------------+---------------+
//	|                      Virtual address                          |
//	+---------------+---------------+---------------+---------------+
//	|                    Destination's address                      |
//	+---------------+---------------+---------------+---------------+
//	|  Options: type, length of value, value. We send none          |
//	+---------------+---------------+---------------+---------------+
func Append(dst []byte, s Sync) ([]byte, error) {
	if err := s.check(); err != nil {
		return dst, fmt.Errorf("ipvs sync: %w", err)
	}
	dst = append(dst, 0, s.ID)
	dst = binary.BigEndian.AppendUint16(dst, uint16(header1Size+conn1Size*len(s.Connections)))
	dst = append(dst, byte(len(s.Connections)), version1, 0, 0)
	for i := range s.Connections {
		dst = s.Connections[i].append(dst)
	}
	return dst, nil
}

func (c *Conn) append(dst []byte) []byte {
	dst = append(dst, 0, byte(c.Protocol))
	dst = binary.BigEndian.AppendUint16(dst, conn1Size)
	dst = binary.BigEndian.AppendUint32(dst, uint32(c.Flags))
	dst = binary.BigEndian.AppendUint16(dst, c.State)
	addresses := [...]netip.AddrPort{c.Client, c.Virtual, c.Destination}
	for _, a := range addresses {
		dst = binary.BigEndian.AppendUint16(dst, a.Port())
	}
	dst = binary.BigEndian.AppendUint32(dst, c.Mark)
	dst = binary.BigEndian.AppendUint32(dst, uint32(c.Timeout/time.Second))
	for _, a := range addresses {
		ip := a.Addr().As4()
		dst = append(dst, ip[:]...)
	}
	return dst
}

// check reports what keeps a message from being sent.
func (s Sync) check() error {
	switch {
	case s.Version != version1:
		return fmt.Errorf("%w: %d, want 1", ErrVersion, s.Version)
	case s.Skipped != 0:
		return fmt.Errorf("%w: %d connections were skipped, want none", ErrMalformed, s.Skipped)
	case len(s.Connections) > ConnectionsMax:
		return fmt.Errorf("%w: %d connections, want at most %d", ErrTooLong, len(s.Connections), ConnectionsMax)
	}
	for i := range s.Connections {
		c := &s.Connections[i]
		if c.Flags&SequenceMask != 0 {
			return fmt.Errorf("%w: flags %#x with sequences, want none", ErrMalformed, uint32(c.Flags))
		}
		if !c.Client.Addr().Is4() || !c.Virtual.Addr().Is4() || !c.Destination.Addr().Is4() {
			return fmt.Errorf("%w: %s > %s > %s", ErrAddress, c.Client, c.Virtual, c.Destination)
		}
		if c.Timeout < 0 || c.Timeout/time.Second > math.MaxUint32 {
			return fmt.Errorf("%w: %s, want 0s to %ds", ErrTimeout, c.Timeout, uint32(math.MaxUint32))
		}
	}
	return nil
}
