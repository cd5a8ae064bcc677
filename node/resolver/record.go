package resolver

import (
	"net/netip"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/topology"
)

// record is one name: the addresses that it has now, and which are down.
type record struct {
	topology.Record
	name string // in full
	down map[netip.Addr]bool
	turn int // which address comes first in the next answer, by round robin
	stop []func()
}

// answer returns the addresses of the next answer.
func (r *record) answer() []netip.Addr {
	all := r.usable()
	if r.Policy != topology.PolicyRoundRobin || len(all) == 0 {
		return all
	}
	first := r.turn % len(all)
	r.turn++
	return slices.Concat(all[first:], all[:first])
}

// usable returns the addresses that answers contain, as they are listed.
func (r *record) usable() []netip.Addr {
	up := slices.DeleteFunc(slices.Clone(r.Addresses), func(a netip.Addr) bool { return r.down[a] })
	if len(up) == 0 && r.AllDown == topology.AllDownAll {
		return r.Addresses
	}
	return up
}

// seconds is the TTL as messages have it.
func (r *record) seconds() uint32 { return uint32(r.TTL / time.Second) }
