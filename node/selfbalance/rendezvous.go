package selfbalance

import "encoding/binary"

// Rendezvous returns the two members that have the highest claims to a flow
// (highest random weight; the pair of GLB, spec/failover.md §5.7). Every member
// computes the same two, because only addresses, the flow and which weights are
// 0 count. If a member is alone both are that member; false means that there is
// none.
//
// The first takes new connections: it has the highest claim of those with a
// weight above 0, or of all if every weight is 0, so that the caller must look
// at its weight before it sends a new connection there. The second is the one
// that was first before the last change: the member of weight 0 whose claim is
// higher, because it may be draining, else the next one after the first. So a
// connection is found while one member comes, goes or drains. A connection is
// lost when one member drains and another with a higher claim comes.
func Rendezvous(f Flow, d *Destinations) (first, second Slot, ok bool) {
	key := f.hash()
	var top Slot
	var highest, high, low uint64 // claims of top, first and second; each claim is positive
	for _, slot := range d.Order {
		claim := mix(key^uint64(d.IDs[slot])*golden)>>1 | 1
		if claim > highest {
			top, highest = slot, claim
		}
		if d.Weights[slot] > 0 {
			claim |= 1 << 63 // before all members of weight 0
		}
		switch { // of equal claims the earlier in the list is higher
		case claim > high:
			second, low = first, high
			first, high = slot, claim
		case claim > low:
			second, low = slot, claim
		}
	}
	if low == 0 || top != first {
		second = top
	}
	return first, second, high > 0
}

// hash returns the same number for the same flow on every machine.
func (f Flow) hash() uint64 {
	addresses := uint64(binary.BigEndian.Uint32(f.Client[:]))<<32 | uint64(binary.BigEndian.Uint32(f.VIP[:]))
	ports := uint64(f.ClientPort)<<16 | uint64(f.Port)
	return mix(addresses ^ mix(ports))
}

// golden is 2^64 divided by the golden ratio. Its multiples differ in all bits.
const golden = 0x9e3779b97f4a7c15

// mix is the finalizer of splitmix64 (Vigna): each bit of the result depends on
// each bit of n, and no two numbers give the same result.
func mix(n uint64) uint64 {
	n += golden
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}
