package scenarios

import (
	"net/netip"
	"slices"

	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// standby adds the problems that the product has with standby configurations.
func (j *judge) standby() {
	for _, name := range topology.Names(j.whole.Nodes) {
		n := j.whole.Nodes[name]
		for _, iface := range topology.Names(n.Standby) {
			s := n.Standby[iface]
			known := topology.CheckFields(s)
			for _, p := range product(s, n.NICs[iface].Address.Addr()) {
				if p.Path[0] == "vip" && s.VIP.Is4() || slices.ContainsFunc(known, func(t topology.Problem) bool { return t.Path[0] == p.Path[0] }) {
					continue // the topology has reported it
				}
				p.Path = topology.At([]string{"nodes", name, "standby", iface}, p.Path...)
				j.list = append(j.list, p)
			}
		}
	}
}

// product returns the problems that only the product knows. It omits those that
// the topology reports, such as a missing address.
func product(s topology.Standby, own netip.Addr) []topology.Problem {
	if !own.IsValid() {
		return nil
	}
	return world.StandbyProblems(s, own)
}
