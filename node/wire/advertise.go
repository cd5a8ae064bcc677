package wire

import (
	"encoding/binary"
	"fmt"
	"strconv"
)

// AdvertiseSize is the length of the Advertise messages seen in the field.
const AdvertiseSize = 16

// AdvertiseState summarizes what a router does on an interface.
type AdvertiseState uint8

// The states of an Advertise.
const (
	AdvertiseDormant AdvertiseState = 1 // runs no group
	AdvertisePassive AdvertiseState = 2 // in one or more groups, active in none
	AdvertiseActive  AdvertiseState = 3 // active in at least one group
)

// String names the state as reports print it.
func (s AdvertiseState) String() string {
	switch s {
	case AdvertiseDormant:
		return "Dormant"
	case AdvertisePassive:
		return "Passive"
	case AdvertiseActive:
		return "Active"
	}
	return "AdvertiseState(" + strconv.Itoa(int(s)) + ")"
}

// Advertise is Cisco's opcode 3: a router says how many groups of an interface
// it is active in. It belongs to no group and takes no part in the election; we
// decode it so that captures of real routers contain no unknown frame. The
// layout follows Wireshark's packet-hsrp.c (spec/failover.md §1.10).
type Advertise struct {
	Type          uint16 // 1 interface state, 2 IP redundancy
	State         AdvertiseState
	ActiveGroups  uint16
	PassiveGroups uint16
}

// AppendBinary implements encoding.BinaryAppender; it never fails.
//
//	0 version 0 | 1 opcode 3 | 2-3 type | 4-5 length | 6 state | 7 reserved
//	8-9 active groups | 10-11 passive groups | 12-15 reserved
//
// The length field counts the bytes from the type field on: 14.
func (a Advertise) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, version, byte(OpAdvertise))
	dst = binary.BigEndian.AppendUint16(dst, a.Type)
	dst = binary.BigEndian.AppendUint16(dst, AdvertiseSize-2)
	dst = append(dst, byte(a.State), 0)
	dst = binary.BigEndian.AppendUint16(dst, a.ActiveGroups)
	dst = binary.BigEndian.AppendUint16(dst, a.PassiveGroups)
	return append(dst, 0, 0, 0, 0), nil
}

// MarshalBinary implements encoding.BinaryMarshaler.
func (a Advertise) MarshalBinary() ([]byte, error) {
	return a.AppendBinary(make([]byte, 0, AdvertiseSize))
}

// ParseAdvertise reads a UDP payload whose opcode is 3. Errors: ErrShort,
// ErrVersion, ErrOpcode.
func ParseAdvertise(b []byte) (Advertise, error) {
	if len(b) < AdvertiseSize {
		return Advertise{}, fmt.Errorf("hsrp advertise: %w: %d bytes, want %d", ErrShort, len(b), AdvertiseSize)
	}
	if b[0] != version {
		return Advertise{}, fmt.Errorf("hsrp advertise: %w: %d, want 0", ErrVersion, b[0])
	}
	if Opcode(b[1]) != OpAdvertise {
		return Advertise{}, fmt.Errorf("hsrp advertise: %w: %d, want 3", ErrOpcode, b[1])
	}
	return Advertise{
		Type:          binary.BigEndian.Uint16(b[2:]),
		State:         AdvertiseState(b[6]),
		ActiveGroups:  binary.BigEndian.Uint16(b[8:]),
		PassiveGroups: binary.BigEndian.Uint16(b[10:]),
	}, nil
}
