package selfbalance

import (
	"encoding/binary"
	"math/bits"
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// Entry is a connection in a Table. It has 32 bytes, so that two of them fill a
// cache line, and none lies in two.
type Entry struct {
	source  uint64 // as in a Key, like vip
	due     time.Duration
	vip     uint32
	packets uint32
	place   uint32 // its own, see store
	service uint16
	slot    Slot
	state   State
}

// Flow returns the connection's addresses and ports.
func (e *Entry) Flow() Flow {
	var f Flow
	binary.BigEndian.PutUint32(f.Client[:], uint32(e.source>>32))
	binary.BigEndian.PutUint32(f.VIP[:], e.vip)
	f.ClientPort, f.Port = uint16(e.source>>16), uint16(e.source)
	return f
}

// key returns the key of the connection.
func (e *Entry) key() Key { return Key{e.source, e.vip} }

// Slot returns the member at which the connection ends.
func (e *Entry) Slot() Slot { return e.slot }

// State returns the connection's state.
func (e *Entry) State() State { return e.state }

// Packets counts the segments that were noted.
func (e *Entry) Packets() uint32 { return e.packets }

// Service returns the number that the connection was added with.
func (e *Entry) Service() int { return int(e.service) }

// Due is when the connection's timer ends, unless another segment comes.
func (e *Entry) Due() time.Duration { return e.due }

// Key is a Flow as two numbers, which are compared in less time.
type Key struct {
	source uint64 // the client's address and both ports
	vip    uint32
}

// KeyOf returns the key of what was read from a segment. A Packet with the same
// contents would take longer, though it has no more: a processor cannot read in
// larger pieces what it has written in small ones before all earlier
// instructions have ended, those too that wait for memory.
func KeyOf(p wire.Plain) Key {
	return Key{uint64(p.Source)<<32 | uint64(p.Ports), p.Destination}
}

// key returns the key of a connection.
func (f *Flow) key() Key {
	source := uint64(binary.BigEndian.Uint32(f.Client[:]))<<32 | uint64(f.ClientPort)<<16 | uint64(f.Port)
	return Key{source, binary.BigEndian.Uint32(f.VIP[:])}
}

// hash spreads connections over a store. It has no random seed: each member, on
// each kind of processor, has to come to the same result in each run.
func (k Key) hash() uint64 {
	// The constants are digits of pi.
	high, low := bits.Mul64(k.source^0x243f6a8885a308d3, uint64(k.vip)^0x13198a2e03707344)
	return high ^ low
}
