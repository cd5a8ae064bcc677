package wire

import "encoding/binary"

// EtherType is the protocol that an Ethernet frame carries.
type EtherType uint16

// The types we know.
const (
	EtherTypeIPv4 EtherType = 0x0800
	EtherTypeARP  EtherType = 0x0806
)

// EthernetSize is the length of an Ethernet header without a VLAN tag.
const EthernetSize = 14

// EthernetHeader views the first bytes of a frame. Like all views of this
// package it is an array in the frame itself: its length is checked once, by
// the function that returns it, reading allocates nothing and writing changes
// the frame.
//
//	0-5 destination | 6-11 source | 12-13 type
type EthernetHeader [EthernetSize]byte

// EthernetOf views the header of a frame, nil if the frame is too short for
// one.
func EthernetOf(frame []byte) *EthernetHeader {
	if len(frame) < EthernetSize {
		return nil
	}
	return (*EthernetHeader)(frame)
}

// EthernetPayload returns the bytes after the header, padding included. The
// frame must have a header.
func EthernetPayload(frame []byte) []byte { return frame[EthernetSize:] }

// Destination returns the receiver's address.
func (h *EthernetHeader) Destination() MAC { return MAC(h[0:6]) }

// Source returns the sender's address.
func (h *EthernetHeader) Source() MAC { return MAC(h[6:12]) }

// DestinationNumber returns the receiver's address as MAC.Number does, in one
// read.
func (h *EthernetHeader) DestinationNumber() uint64 { return binary.BigEndian.Uint64(h[0:8]) >> 16 }

// SourceNumber returns the sender's address as MAC.Number does, in one read.
func (h *EthernetHeader) SourceNumber() uint64 {
	return binary.BigEndian.Uint64(h[4:12]) & broadcastNumber
}

// Type returns the protocol that the frame carries.
func (h *EthernetHeader) Type() EtherType { return EtherType(binary.BigEndian.Uint16(h[12:14])) }

// Set writes the whole header.
func (h *EthernetHeader) Set(destination, source MAC, kind EtherType) {
	*(*MAC)(h[0:6]), *(*MAC)(h[6:12]) = destination, source
	binary.BigEndian.PutUint16(h[12:14], uint16(kind))
}

// SetSource writes the sender's address.
func (h *EthernetHeader) SetSource(m MAC) { *(*MAC)(h[6:12]) = m }
