package world

import (
	"net/netip"
	"slices"

	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// trackFacts says which machines have a part in the objects that a member
// tracks.
func trackFacts(t topology.Topology, name, iface string) (all []oracle.Tracked) {
	n := t.Nodes[name]
	for _, o := range n.Standby[iface].Track {
		p := parts{t, []string{name}, map[asked]bool{}}
		switch {
		case o.Check != nil:
			if target, err := topology.ParseTarget(o.Check.Target); err == nil {
				p.add(name, target.Address)
			}
		case o.LBGroup != "":
			p.addGroup(name, topology.Forward{Group: o.LBGroup})
		case o.Group != "":
			p.addMembers(n.NICs[o.Group].Segment, n.Standby[o.Group].Group)
		}
		all = append(all, oracle.Tracked{
			Object: o.Object(), Nodes: p.nodes, Interface: o.Interface, Class: o.CPU, Group: o.Group, Service: o.Service,
		})
	}
	return all
}

// parts is the machines on the way of a request.
type parts struct {
	topology topology.Topology
	nodes    []string
	asked    map[asked]bool
}

// asked is an address that a machine asks.
type asked struct {
	by string
	at netip.AddrPort
}

// add adds who answers at an address that a machine asks, and who is asked by
// that one in turn. Routers may be on the way.
func (p *parts) add(asker string, at netip.AddrPort) {
	if p.asked[asked{asker, at}] {
		return // a loop of services
	}
	p.asked[asked{asker, at}] = true
	for _, name := range topology.Names(p.topology.Nodes) {
		n := p.topology.Nodes[name]
		if n.Router != nil {
			p.note(name)
		}
		if !p.answers(name, asker, at) {
			continue
		}
		p.note(name)
		if n.Gateway == nil {
			continue
		}
		for _, s := range n.Gateway.Services { // order: the nodes are a set
			if s.Listen.Port() != at.Port() {
				continue
			}
			if to := s.Forward; to.Group != "" {
				p.addGroup(name, to)
			} else if to.IsValid() {
				p.add(name, to.Address)
			}
		}
	}
	slices.Sort(p.nodes)
}

// answers reports whether a machine answers what another one, or itself, asks
// at an address.
func (p *parts) answers(name, asker string, at netip.AddrPort) bool {
	n := p.topology.Nodes[name]
	if at.Addr().IsLoopback() {
		return name == asker
	}
	for _, nic := range n.NICs { // order: any will do
		if nic.Address.Addr() == at.Addr() {
			return true
		}
	}
	for _, s := range n.Standby { // order: any will do
		if slices.Contains(s.VIPs(), at.Addr()) {
			return true
		}
	}
	return false
}

// addGroup adds the members of a load-balancer group of a gateway.
func (p *parts) addGroup(name string, to topology.Forward) {
	for _, s := range p.topology.Nodes[name].Gateway.Groups[to.Group].Servers {
		p.add(name, s.At(to))
	}
}

// addMembers adds the machines with a member of a standby group.
func (p *parts) addMembers(segment string, group int) {
	for _, name := range topology.Names(p.topology.Nodes) {
		n := p.topology.Nodes[name]
		for iface, s := range n.Standby { // order: the nodes are a set
			if n.NICs[iface].Segment == segment && s.Group == group {
				p.note(name)
			}
		}
	}
}

// note adds a machine, and reports whether it is new.
func (p *parts) note(name string) bool {
	if slices.Contains(p.nodes, name) {
		return false
	}
	p.nodes = append(p.nodes, name)
	return true
}
