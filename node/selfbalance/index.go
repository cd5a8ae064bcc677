package selfbalance

import (
	"encoding/binary"
	"math/bits"
)

// hash spreads connections over an index. It has no random key: each member, on
// each kind of processor, has to come to the same result in each run.
func hash(f Flow) uint32 {
	client := uint64(binary.LittleEndian.Uint32(f.Client[:]))
	vip := uint64(binary.LittleEndian.Uint32(f.VIP[:]))
	ports := uint64(f.ClientPort)<<16 | uint64(f.Port)
	// The keys are digits of pi.
	high, low := bits.Mul64((client<<32|ports)^0x243f6a8885a308d3, vip^0x13198a2e03707344)
	high, low = bits.Mul64(high^low, 0xa4093822299f31d1)
	return uint32(high ^ low)
}

// index finds the places of entries by the hashes of their connections: open
// addressing, linear probing, at most three of four slots used. A slot has the
// place in its lower half, 0 if there is none, and the hash in its upper half.
// So neither a search nor growing looks at an entry of another connection.
type index struct {
	slots []uint64 // a power of two
	used  int
}

const indexLengthMin = 16

// add adds a place that the index does not have.
func (x *index) add(h, place uint32) {
	if x.used >= len(x.slots)/4*3 {
		x.grow()
	}
	x.used++
	x.put(h, place)
}

func (x *index) put(h, place uint32) {
	mask := uint32(len(x.slots) - 1)
	i := h & mask
	for x.slots[i] != 0 {
		i = (i + 1) & mask
	}
	x.slots[i] = uint64(h)<<32 | uint64(place)
}

func (x *index) grow() {
	old := x.slots
	x.slots = make([]uint64, max(2*len(old), indexLengthMin))
	for _, slot := range old {
		if slot != 0 {
			x.put(uint32(slot>>32), uint32(slot))
		}
	}
}

// remove removes a place that the index has. It moves those behind it that a
// search would not find beyond an empty slot.
func (x *index) remove(h, place uint32) {
	mask := uint32(len(x.slots) - 1)
	gap := h & mask
	for uint32(x.slots[gap]) != place {
		gap = (gap + 1) & mask
	}
	for i := (gap + 1) & mask; x.slots[i] != 0; i = (i + 1) & mask {
		home := uint32(x.slots[i]>>32) & mask
		if (i-home)&mask >= (i-gap)&mask {
			x.slots[gap] = x.slots[i]
			gap = i
		}
	}
	x.slots[gap] = 0
	x.used--
}

// clear forgets all places and keeps the memory.
func (x *index) clear() {
	clear(x.slots)
	x.used = 0
}
