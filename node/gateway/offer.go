package gateway

import (
	"errors"
	"net/netip"
	"slices"

	"github.com/cablepull/cablepull/node/lbgroup"
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

// Serving returns nil if a service listens, or will as soon as the machine has
// its address: a passive member's service on the virtual IP works. Otherwise
// the error is its state.
func (g *Gateway) Serving(name string) error {
	s, err := g.service(name)
	if err != nil {
		return err
	}
	if s.binding.state != listening && s.binding.state != waiting {
		return errors.New(s.binding.state)
	}
	return nil
}

// OnGroupChange calls f whenever a member of a load-balancer group changes its
// state.
func (g *Gateway) OnGroupChange(f func()) { g.onGroup = f }

// GroupUp reports whether any member of a load-balancer group is up.
func (g *Gateway) GroupUp(name string) bool {
	gr := g.groups[name]
	return gr != nil && slices.ContainsFunc(gr.machine.Status(), func(m lbgroup.Status) bool { return m.State == lbgroup.Up })
}
