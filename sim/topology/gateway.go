package topology

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"time"
)

// Gateway is an appliance that serves virtual IPs.
type Gateway struct {
	Services map[string]Service `yaml:"services" doc:"services by name (default: web on port 80 of the first virtual IP, web-2 on port 80 of the second, and so on)"`
	Groups   map[string]LBGroup `yaml:"groups" json:",omitempty" doc:"load-balancer groups by name: members to which services forward (default: none)"`
	// UserAgent is how long the appliance waits for members of groups.
	UserAgent time.Duration `yaml:"user-agent-timeout" doc:"the user agent's timeout: how long the gateway waits for a member of a group, for the connection and for the answer (default 300s)"`
	// Nameservers are those of the node.
	Nameservers Nameservers `yaml:"-" json:"-"`
	// OnVIPLoss is what happens to the connections of a VIP that is given up.
	OnVIPLoss string `yaml:"on-vip-loss" doc:"when a virtual IP is lost: rst (default: reset its connections) or freeze (let them hang, and resume if it comes back)" jsonschema:"enum=rst,enum=freeze"`
}

// Problems implements Program.
func (g Gateway) Problems(at Place) []Problem {
	c := at.check()
	c.services([]string{"services"}, at.Node)
	c.lbGroups([]string{"groups"}, at.Node)
	return c.problems
}

// Addresses implements Program: virtual IPs are those of standby groups.
func (Gateway) Addresses() []netip.Addr { return nil }

// ServiceNames implements Program.
func (g Gateway) ServiceNames() []string { return Names(g.Services) }

// Properties implements Program.
func (g Gateway) Properties() []Property { return append(serviceSwitches(g), g.memberProperties()...) }

// Faults implements Program.
func (Gateway) Faults() []string { return nil }

// Complete implements Program. Nothing is left out then but the address of a
// service on a node that has none.
func (g Gateway) Complete(at Place) Program {
	addresses := at.Topology.serviceAddresses(at.Node)
	services := map[string]Service{}
	for _, name := range Names(g.Services) {
		s := g.Services[name].WithDefaults()
		if !s.Listen.IsValid() && len(addresses) > 0 {
			s.Listen = netip.AddrPortFrom(addresses[0], s.kind().port)
		}
		if s.Kind == KindTLS {
			s.Certificate = cmp.Or(s.Certificate, name)
		}
		if s.Kind == KindB2B {
			exchange := Exchange{}
			if s.B2B != nil {
				exchange = *s.B2B
			}
			exchange = exchange.withDefaults(s.Listen)
			s.B2B = &exchange
		}
		services[name] = s
	}
	for i, address := range addresses {
		if g.Services != nil {
			break // services is given; an empty mapping means none
		}
		name := DefaultService
		if i > 0 {
			name = fmt.Sprintf("%s-%d", DefaultService, i+1)
		}
		services[name] = Service{Listen: netip.AddrPortFrom(address, DefaultPort)}.WithDefaults()
	}
	for _, name := range Names(services) {
		s := services[name]
		s.SourceVIP = netip.Addr{}
		if vip := sourceVIP(s, at.Node, addresses); s.Source == SourceVIP {
			s.SourceVIP = vip
		}
		services[name] = s
	}
	g.Services, g.Nameservers = services, at.Node.Nameservers
	g.Groups = maps.Clone(g.Groups)
	for _, name := range Names(g.Groups) {
		g.Groups[name] = g.Groups[name].withDefaults(at.Topology)
	}
	g.UserAgent = cmp.Or(g.UserAgent, DefaultUserAgent)
	g.OnVIPLoss = cmp.Or(g.OnVIPLoss, OnVIPLossReset)
	return &g
}

// serviceAddresses lists the addresses on which a gateway serves by default:
// its virtual IPs, or its own addresses if it has none. Standby must be
// completed. A member that learns its virtual IP serves the one configured on
// the other members of its group. The list has no duplicates.
func (t Topology) serviceAddresses(n Node) []netip.Addr {
	var addresses []netip.Addr
	for _, iface := range Names(n.Standby) {
		s := n.Standby[iface]
		if !s.VIP.IsValid() {
			s.VIP = t.LearnedVIP(n.NICs[iface].Segment, s.Group)
		}
		for _, vip := range s.VIPs() {
			if !slices.Contains(addresses, vip) {
				addresses = append(addresses, vip)
			}
		}
	}
	for _, iface := range Names(n.NICs) {
		if len(n.Standby) == 0 {
			addresses = append(addresses, n.NICs[iface].Address.Addr())
		}
	}
	return addresses
}

// LearnedVIP returns the virtual IP that a member without one learns from the
// others of its group; the zero address if none has one.
func (t Topology) LearnedVIP(segment string, group int) netip.Addr {
	for _, name := range Names(t.Nodes) {
		n := t.Nodes[name]
		for _, iface := range Names(n.Standby) {
			s := n.Standby[iface]
			if n.NICs[iface].Segment == segment && s.Group == group && s.VIP.IsValid() {
				return s.VIP
			}
		}
	}
	return netip.Addr{}
}
