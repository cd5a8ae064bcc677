package lbgroup

import (
	"math/bits"
	"net/netip"
)

// slotSet is a set of slots.
type slotSet [MembersMax / 64]uint64

func (s *slotSet) add(slot uint16)      { s[slot>>6] |= 1 << (slot & 63) }
func (s *slotSet) has(slot uint16) bool { return s[slot>>6]>>(slot&63)&1 == 1 }
func (s *slotSet) empty() bool          { return *s == slotSet{} }

// choose returns a member that is up and was not tried, by the algorithm.
func (g *Group) choose(tried *slotSet, hash uint64) (slot uint16, ok bool) {
	list := g.ups
	if !tried.empty() {
		list = g.candidates[:0]
		for _, slot := range g.ups {
			if !tried.has(slot) {
				list = append(list, slot)
			}
		}
	}
	if len(list) == 0 {
		return 0, false
	}
	switch g.cfg.Algorithm {
	case RoundRobin:
		return g.nextInTurn(list), true
	case WeightedRoundRobin:
		return g.nextByWeight(list), true
	case Hash:
		return g.byHash(list, hash), true
	case LeastConnections, WeightedLeastConnections:
		return g.leastLoaded(list), true
	}
	return list[0], true // FirstAlive
}

// nextInTurn returns the first of the candidates after the member chosen last.
// If that one has left the group, the list begins again.
func (g *Group) nextInTurn(list []uint16) uint16 {
	next := list[0]
	if g.lastEpoch != 0 && g.members[g.lastUsed].epoch == g.lastEpoch {
		last := g.position[g.lastUsed]
		for _, slot := range list {
			if g.position[slot] > last {
				next = slot
				break
			}
		}
	}
	g.lastUsed, g.lastEpoch = next, g.members[next].epoch
	return next
}

// nextByWeight is a turn of smooth weighted round-robin, see nginx's
// ngx_http_upstream_get_peer: each candidate earns its weight, and the one with
// the most pays for all. Of equal ones it is the first in the list.
func (g *Group) nextByWeight(list []uint16) uint16 {
	best, most, total := list[0], int32(-1<<31), int32(0)
	for _, slot := range list {
		weight := g.weight[slot]
		credit := g.credit[slot] + weight
		g.credit[slot] = credit
		total += weight
		if credit > most {
			best, most = slot, credit
		}
	}
	g.credit[best] -= total
	return best
}

// leastLoaded returns the candidate with the least load; of equal ones the
// first in the list.
func (g *Group) leastLoaded(list []uint16) uint16 {
	best := list[0]
	least := g.load[best]
	for _, slot := range list {
		if load := g.load[slot]; load < least {
			best, least = slot, load
		}
	}
	return best
}

// byHash returns the candidate with the highest claim to a hash (highest random
// weight).
func (g *Group) byHash(list []uint16, hash uint64) uint16 {
	key := mix(hash)
	best, highest := list[0], uint64(0)
	for _, slot := range list {
		high, low := bits.Mul64(key^g.claim[slot], golden)
		if claim := high ^ low; claim > highest {
			best, highest = slot, claim
		}
	}
	return best
}

// HashClient is the hash of a client for the Hash algorithm.
func HashClient(client netip.Addr) uint64 {
	bytes := client.As16()
	return hashText(string(bytes[:]))
}

// HashHeader is the hash of the value of the HTTP header that a gateway is
// configured with for the Hash algorithm (LoadBalancerHashHeader).
func HashHeader(value string) uint64 { return hashText(value) }

// hashText is FNV-1a, mixed so that texts that end alike differ in all bits.
func hashText(text string) uint64 {
	hash := uint64(14695981039346656037)
	for i := range len(text) {
		hash = (hash ^ uint64(text[i])) * 1099511628211
	}
	return mix(hash)
}

// golden is 2^64 divided by the golden ratio.
const golden = 0x9e3779b97f4a7c15

// mix is the finalizer of splitmix64 (Vigna): each bit of the result depends on
// each bit of n, and no two numbers give the same result.
func mix(n uint64) uint64 {
	n += golden
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}
