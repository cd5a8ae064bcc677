package ipvs

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// Types of a connection, and of options, in version 1.
const (
	typeIPv6   = 1
	conn6Size  = 72 // of a connection of IPv6 without options
	optionSize = 2  // of type and length

	optionSequences  = 1
	optionEngineData = 2
	optionEngineName = 3
	optionalBit      = 0x40 // an option that need not be understood
	engineNameMax    = 16
)

// Parse reads the payload of a datagram, of either version. As in Linux the
// size must be right; bytes after the last connection are ignored, and what
// does not look like version 1 is version 0. Errors: ErrShort, ErrMalformed.
func Parse(payload []byte) (Sync, error) {
	if len(payload) < header0Size {
		return Sync{}, fmt.Errorf("ipvs sync: %w: %d bytes, want %d or more", ErrShort, len(payload), header0Size)
	}
	if size := int(binary.BigEndian.Uint16(payload[2:])); size != len(payload) {
		return Sync{}, fmt.Errorf("ipvs sync: %w: size %d, have %d bytes", ErrMalformed, size, len(payload))
	}
	s := Sync{ID: payload[1]}
	var err error
	if isVersion1(payload) {
		s.Version = version1
		err = s.parse1(payload[header1Size:], int(payload[4]))
	} else {
		err = s.parse0(payload[header0Size:], int(payload[0]))
	}
	if err != nil {
		return Sync{}, fmt.Errorf("ipvs sync: %w", err)
	}
	return s, nil
}

// isVersion1 tells the versions apart: in version 0 the first byte is the
// number of connections, so that a reader of version 0 finds none in version 1.
func isVersion1(payload []byte) bool {
	return len(payload) >= header1Size && payload[0] == 0 && payload[5] == version1 && payload[6] == 0 && payload[7] == 0
}

// parse1 reads the connections of version 1; for the layout see Append.
func (s *Sync) parse1(b []byte, count int) error {
	s.Connections = slices.Grow(s.Connections, min(count, len(b)/conn1Size))
	for n := range count {
		if len(b) < conn1Size {
			return fmt.Errorf("connection %d: %w: %d bytes, want %d or more", n+1, ErrShort, len(b), conn1Size)
		}
		size := int(binary.BigEndian.Uint16(b[2:]) & 0x0fff)
		if version := b[2] >> 4; version != 0 {
			return fmt.Errorf("connection %d: %w: version %d, want 0", n+1, ErrMalformed, version)
		}
		if size > len(b) {
			return fmt.Errorf("connection %d: %w: size %d, have %d bytes", n+1, ErrMalformed, size, len(b))
		}
		skip, err := s.parseConn(b[:size])
		if err != nil {
			return fmt.Errorf("connection %d: %w", n+1, err)
		}
		if skip {
			s.Skipped++
		}
		b = b[min(len(b), (size+3)&^3):]
	}
	return nil
}

// parseConn reads one connection of version 1 with its options. skip is true if
// we cannot represent it.
func (s *Sync) parseConn(b []byte) (skip bool, err error) {
	least := conn1Size
	switch {
	case len(b) > 0 && b[0]&typeIPv6 != 0:
		least = conn6Size
	case len(b) > 0 && b[0] != 0:
		return false, fmt.Errorf("%w: type %d, want 0 or 1", ErrMalformed, b[0])
	}
	if len(b) < least {
		return false, fmt.Errorf("%w: size %d, want %d or more", ErrMalformed, len(b), least)
	}
	understood, err := checkOptions(b[least:])
	if err != nil || !understood || least == conn6Size {
		return true, err
	}
	s.Connections = append(s.Connections, Conn{
		Protocol: wire.Protocol(b[1]), Flags: Flags(binary.BigEndian.Uint32(b[4:])), State: binary.BigEndian.Uint16(b[8:]),
		Client: address(b[24:], b[10:]), Virtual: address(b[28:], b[12:]), Destination: address(b[32:], b[14:]),
		Mark: binary.BigEndian.Uint32(b[16:]), Timeout: time.Duration(binary.BigEndian.Uint32(b[20:])) * time.Second,
	})
	return false, nil
}

// address reads an IPv4 address and a port.
func address(ip, port []byte) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte(ip)), binary.BigEndian.Uint16(port))
}

// checkOptions checks what Linux checks. understood is false if an option is
// unknown, unless its type says that it may be, or if it is of an engine of
// persistence, which we do not have.
func checkOptions(b []byte) (understood bool, err error) {
	understood = true
	var seen [optionEngineName + 1]bool
	for len(b) > 0 {
		if len(b) < optionSize {
			return false, fmt.Errorf("%w: %d bytes after the last option, want none", ErrMalformed, len(b))
		}
		kind, length := b[0], int(b[1])
		b = b[optionSize:]
		if length == 0 || length > len(b) {
			return false, fmt.Errorf("%w: option %d has %d bytes, want 1 to %d", ErrMalformed, kind, length, len(b))
		}
		b = b[length:]
		of := kind &^ optionalBit
		switch of {
		case optionSequences, optionEngineData, optionEngineName:
			if seen[of] || of == optionSequences && length != sequencesSize || of == optionEngineName && length > engineNameMax {
				return false, fmt.Errorf("%w: option %d of %d bytes, or a second one", ErrMalformed, kind, length)
			}
			seen[of] = true
			understood = understood && of == optionSequences
		default:
			understood = understood && kind&optionalBit != 0
		}
	}
	return understood, nil
}

// parse0 reads the connections of version 0.
//
//	0 reserved | 1 protocol | 2-3 client's port | 4-5 virtual port
//	6-7 destination's port | 8-11 client | 12-15 virtual IP | 16-19 destination
//	20-21 flags | 22-23 state | with a flag of SequenceMask: 24 bytes
func (s *Sync) parse0(b []byte, count int) error {
	s.Connections = slices.Grow(s.Connections, min(count, len(b)/conn0Size))
	for n := range count {
		if len(b) < conn0Size {
			return fmt.Errorf("connection %d: %w: %d bytes, want %d or more", n+1, ErrShort, len(b), conn0Size)
		}
		c := Conn{
			Protocol: wire.Protocol(b[1]), Client: address(b[8:], b[2:]), Virtual: address(b[12:], b[4:]), Destination: address(b[16:], b[6:]),
			Flags: Flags(binary.BigEndian.Uint16(b[20:])), State: binary.BigEndian.Uint16(b[22:]),
		}
		b = b[conn0Size:]
		if c.Flags&SequenceMask != 0 {
			if len(b) < sequencesSize {
				return fmt.Errorf("connection %d: %w: %d bytes of sequences, want %d", n+1, ErrShort, len(b), sequencesSize)
			}
			b = b[sequencesSize:]
		}
		s.Connections = append(s.Connections, c)
	}
	return nil
}
