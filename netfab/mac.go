package netfab

import "github.com/cablepull/cablepull/node/wire"

// MAC is an Ethernet address.
type MAC = wire.MAC

// address is a MAC as a number, which compares and hashes in one step.
type address uint64

const (
	broadcast address = 1<<48 - 1

	// localMulticast is the prefix 01:00:5e:00:00 of the groups 224.0.0.x, which a
	// switch must never prune (RFC 4541 §2.1.2).
	localMulticast address = 0x01005e0000
)

func addressOf(m MAC) address { return address(m.Number()) }

func (a address) mac() MAC { return wire.NumberedMAC(uint64(a)) }

func (a address) isGroup() bool { return a>>40&1 != 0 }

// isLocalMulticast reports whether a is the address of a group 224.0.0.x.
func (a address) isLocalMulticast() bool { return a>>8 == localMulticast }

// destination reads the destination of a frame, which must have an Ethernet
// header.
func destination(frame []byte) address {
	return address(wire.EthernetOf(frame).DestinationNumber())
}

// source reads the source of a frame, which must have an Ethernet header.
func source(frame []byte) address { return address(wire.EthernetOf(frame).SourceNumber()) }
