package gateway

import (
	"net/netip"

	"github.com/cablepull/cablepull/node/name"
	"github.com/cablepull/cablepull/sim/topology"
)

// nameFailure is the failure of an attempt whose member's name has no address.
const nameFailure = "name"

// resolve returns the address and port of a back end: as configured, or those
// of its name, which is looked up by its TTL. Of several addresses it is the
// first. It parks the current proc while it asks.
func (g *Gateway) resolve(host string, at netip.AddrPort) (netip.AddrPort, error) {
	if host == "" {
		return at, nil
	}
	if g.names == nil {
		g.names = name.New(g.host, g.nameservers, topology.ResolveTTL, "gateway")
	}
	all, err := g.names.Resolve(host)
	if err != nil {
		return netip.AddrPort{}, err
	}
	return netip.AddrPortFrom(all[0], at.Port()), nil
}
