package gateway

import (
	"net/netip"

	"github.com/cablepull/cablepull/sim/topology"
)

// Offer is a service as a balancer of its machine sees it.
type Offer struct {
	Name        string
	Service     topology.Service
	Listening   bool
	Connections int // that clients have open
}

// Offers lists the services, in the order of their names.
func (g *Gateway) Offers() []Offer {
	var all []Offer
	for _, s := range g.services {
		all = append(all, Offer{Name: s.name, Service: s.cfg, Listening: s.binding.state == listening, Connections: s.server.Len()})
	}
	return all
}

// OnChange calls f whenever a service begins or stops to listen.
func (g *Gateway) OnChange(f func()) { g.onChange = f }

// At reports whether the service listens at an address.
func (o Offer) At(a netip.Addr) bool {
	return o.Service.Listen.Addr() == a || o.Service.Listen.Addr().IsUnspecified()
}
