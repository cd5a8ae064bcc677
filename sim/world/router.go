package world

import (
	"slices"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim/topology"
)

// startRouter makes the machine forward, translate and filter as configured.
func startRouter(n *Node, r *topology.Router) (*Running, error) {
	n.host.SetForwarding(true)
	if r.NAT != nil {
		n.host.SetTranslation(n.translation(r.NAT))
	}
	if r.Firewall != nil {
		n.host.SetFirewall(firewall(*r.Firewall))
	}
	return &Running{}, nil
}

// translation converts the configuration's translation for the machine. Own
// leaves out the addresses of interfaces and virtual IPs, which the node
// manages elsewhere.
func (n *Node) translation(nat *topology.NAT) host.Translation {
	var t host.Translation
	for _, d := range nat.DNAT {
		t.Destinations = append(t.Destinations, host.Destination{To: d.To, Via: d.Via})
	}
	if s := nat.SNAT; s != nil {
		t.Sources = []host.Source{{Interface: n.running.InterfaceOn(s.Segment), As: s.As}}
	}
	has := n.vips()
	for _, iface := range topology.Names(n.running.NICs) {
		has = append(has, n.running.NICs[iface].Address.Addr())
	}
	for _, a := range nat.Addresses() {
		if !slices.Contains(has, a) {
			has, t.Own = append(has, a), append(t.Own, a)
		}
	}
	return t
}

func firewall(f topology.Firewall) host.Firewall {
	out := host.Firewall{Accept: f.Default == topology.FirewallAccept}
	for _, rule := range f.Allow {
		out.Allow = append(out.Allow, host.Allow{From: rule.From, To: rule.To, Port: uint16(rule.Port)})
	}
	return out
}
