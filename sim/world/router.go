package world

import (
	"slices"
	"strings"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim/topology"
)

// router is the part of a machine that forwards, translates and filters, as it
// is configured now.
type router struct {
	node *Node
	cfg  topology.Router
}

func startRouter(n *Node, cfg *topology.Router) (*Running, error) {
	r := &router{n, *cfg}
	n.host.SetForwarding(true)
	r.translate()
	r.filter()
	r.check()
	return &Running{Set: r.set}, nil
}

// set sets a property. What the machine keeps of connections stays as it is.
func (r *router) set(property, value string) (err error) {
	if r.cfg, err = r.cfg.With(property, value); err != nil {
		return err
	}
	switch part, _, _ := strings.Cut(property, "."); part {
	case "nat":
		r.translate()
	case "firewall":
		r.filter()
	default:
		r.check()
	}
	return nil
}

func (r *router) translate() {
	if r.cfg.NAT != nil {
		r.node.host.SetTranslation(r.node.translation(r.cfg.NAT))
	}
}

func (r *router) filter() {
	if r.cfg.Firewall != nil {
		r.node.host.SetFirewall(firewall(*r.cfg.Firewall))
	}
}

func (r *router) check() {
	r.node.host.SetReplyCheck(map[string]host.ReplyCheck{
		topology.ReplyFromSameInterface: host.RepliesSameInterface, topology.ReplyFromSameMAC: host.RepliesSameMAC,
	}[r.cfg.ReplyFrom])
}

// translation converts the configuration's translation for the machine. Own
// leaves out the addresses of interfaces and virtual IPs, which the node
// manages elsewhere.
func (n *Node) translation(nat *topology.NAT) host.Translation {
	var t host.Translation
	for _, d := range nat.DNAT {
		if d.Via.IsValid() { // or it is switched off
			t.Destinations = append(t.Destinations, host.Destination{To: d.To, Via: d.Via})
		}
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
		if !rule.Off {
			out.Allow = append(out.Allow, host.Allow{From: rule.From, To: rule.To, Port: uint16(rule.Port)})
		}
	}
	return out
}
