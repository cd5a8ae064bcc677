package netfab

import (
	"encoding/binary"
	"fmt"
)

// MAC is an Ethernet address.
type MAC [6]byte

// Broadcast is the address of everybody on a segment.
var Broadcast = MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

// String prints the address as 02:00:00:00:00:0a.
func (m MAC) String() string {
	return fmt.Sprintf("%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5])
}

// IsGroup reports whether m is a multicast address or Broadcast.
func (m MAC) IsGroup() bool { return m[0]&1 != 0 }

// address is a MAC as a number, which compares and hashes in one step.
type address uint64

const (
	broadcast address = 1<<48 - 1

	// localMulticast is 01:00:5e:00:00 in front of the last byte: the groups
	// 224.0.0.x, which a switch must never prune (RFC 4541 §2.1.2).
	localMulticast address = 0x01005e0000
)

func (m MAC) address() address {
	return address(m[0])<<40 | address(m[1])<<32 | address(binary.BigEndian.Uint32(m[2:]))
}

func (a address) mac() (m MAC) {
	m[0], m[1] = byte(a>>40), byte(a>>32)
	binary.BigEndian.PutUint32(m[2:], uint32(a))
	return m
}

func (a address) isGroup() bool { return a>>40&1 != 0 }

// isLocalMulticast reports whether a carries a group of 224.0.0.x.
func (a address) isLocalMulticast() bool { return a>>8 == localMulticast }

// headerSize is the length of an Ethernet header.
const headerSize = 14

// destination reads the receiver of a frame of at least headerSize bytes.
func destination(frame []byte) address { return address(binary.BigEndian.Uint64(frame) >> 16) }

// source reads the sender of a frame of at least headerSize bytes.
func source(frame []byte) address {
	return address(binary.BigEndian.Uint64(frame[4:]) & uint64(broadcast))
}
