package topology

import (
	"cmp"
	"fmt"
	"net/netip"
)

// Router forwards packets between the node's interfaces; it may also translate
// addresses and filter.
type Router struct {
	NAT       *NAT      `yaml:"nat" doc:"address translation"`
	Firewall  *Firewall `yaml:"firewall" doc:"which packets are forwarded (default: all)"`
	ReplyFrom string    `yaml:"reply-from" doc:"from where it takes the replies of a TCP connection that it has forwarded: any (default), same-interface (on which the request left) or same-mac (to which the request was sent; members that answer clients directly have another one)" jsonschema:"enum=any,enum=same-interface,enum=same-mac"`
}

// NAT is what a router translates. It tracks connections and translates their
// answers back. When the machine dies, this state is lost; afterwards NAT picks
// up a connection in the middle if a rule matches, unless a firewall forbids
// it.
type NAT struct {
	DNAT []DNAT `yaml:"dnat" doc:"addresses and ports to translate to others behind the router"`
	SNAT *SNAT  `yaml:"snat" doc:"hides the addresses behind the router"`
}

// DNAT redirects connections from one address and port to another.
type DNAT struct {
	To  netip.AddrPort `yaml:"to" doc:"address and port that clients use: the router's own address, or a free one on its segments, for which it then answers" jsonschema:"required"`
	Via netip.AddrPort `yaml:"via" doc:"address and port to send them to, such as a virtual IP" jsonschema:"required"`
}

// SNAT replaces the source address of packets that leave over a segment.
type SNAT struct {
	Segment string     `yaml:"segment" doc:"segment on which packets leave" jsonschema:"required"`
	As      netip.Addr `yaml:"as" doc:"new source address (default: the router's own on that segment)"`
}

// Firewall is what a router lets pass. It tracks connections: once the first
// packet is allowed, the whole connection is, in both directions. A TCP
// connection begins with a SYN: after a restart, the firewall does not know the
// connections established before and drops them. Rules see the destination
// after translation and the source before it.
type Firewall struct {
	Default string  `yaml:"default" doc:"what happens to a packet that no rule allows: drop (default) or accept" jsonschema:"enum=accept,enum=drop"`
	Allow   []Allow `yaml:"allow" doc:"connections that may be opened"`
}

// Allow is a rule of a firewall. A field that is left out matches everything.
type Allow struct {
	Name string       `yaml:"name" doc:"name of the rule for faults, as in set fw firewall.allow.NAME off (default: its place in the list, from 0)"`
	From netip.Prefix `yaml:"from" doc:"source, such as 192.0.2.11/32 (default: any)"`
	To   netip.Prefix `yaml:"to" doc:"destination, such as 198.51.100.100/32 (default: any)"`
	Port int          `yaml:"port" doc:"TCP port of the destination (default: any port and protocol)" jsonschema:"minimum=1,maximum=65535"`
	Off  bool         `yaml:"off" doc:"the rule is switched off until a fault switches it on"`
}

// Complete implements Program. The source that translation gives needs the
// node's interfaces.
func (r Router) Complete(at Place) Program {
	r.ReplyFrom = cmp.Or(r.ReplyFrom, ReplyFromAny)
	if r.Firewall != nil {
		f := *r.Firewall
		f.Default = cmp.Or(f.Default, FirewallDrop)
		r.Firewall = &f
	}
	if r.NAT != nil && r.NAT.SNAT != nil && !r.NAT.SNAT.As.IsValid() {
		nat, snat := *r.NAT, *r.NAT.SNAT
		if iface := at.Node.InterfaceOn(snat.Segment); iface != "" {
			snat.As = at.Node.NICs[iface].Address.Addr()
		}
		nat.SNAT = &snat
		r.NAT = &nat
	}
	return &r
}

// Problems implements Program.
func (r Router) Problems(at Place) []Problem {
	c := at.check()
	c.router(nil, at.Name, at.Node)
	return c.problems
}

// Addresses implements Program.
func (r Router) Addresses() []netip.Addr { return r.NAT.Addresses() }

// ServiceNames implements Program.
func (Router) ServiceNames() []string { return nil }

// Faults implements Program.
func (Router) Faults() []string { return nil }

// InterfaceOn returns the first interface on a segment, or "". The node must be
// completed.
func (n Node) InterfaceOn(segment string) string {
	for _, iface := range Names(n.NICs) {
		if n.NICs[iface].Segment == segment {
			return iface
		}
	}
	return ""
}

// Addresses returns the addresses that the router translates.
func (t *NAT) Addresses() []netip.Addr {
	var all []netip.Addr
	if t == nil {
		return nil
	}
	for _, d := range t.DNAT {
		all = append(all, d.To.Addr())
	}
	if t.SNAT != nil && t.SNAT.As.IsValid() {
		all = append(all, t.SNAT.As)
	}
	return all
}

// router checks the translation and the firewall of a router.
func (c *checker) router(path []string, name string, n Node) {
	if len(n.NICs) < 2 {
		c.warn(path, "node %s is a router with one interface", name)
	}
	if nat := n.Router.NAT; nat != nil {
		taken := map[netip.AddrPort]bool{}
		for i, d := range nat.DNAT {
			at := At(path, "nat", "dnat", fmt.Sprint(i))
			c.natAddress(At(at, "to"), name, n, d.To.Addr())
			c.dnat(at, d, taken[d.To])
			taken[d.To] = true
		}
		if nat.SNAT != nil {
			c.snat(At(path, "nat", "snat"), name, n, *nat.SNAT)
		}
	}
	if f := n.Router.Firewall; f != nil {
		c.firewall(At(path, "firewall"), *f)
	}
}

func (c *checker) dnat(path []string, d DNAT, twice bool) {
	for i, a := range []netip.AddrPort{d.To, d.Via} {
		if a.IsValid() && (!a.Addr().Is4() || a.Port() == 0) {
			c.fail(At(path, []string{"to", "via"}[i]), "got %s, want an IPv4 address and a port, such as 192.0.2.100:80", a)
		}
	}
	if twice {
		c.fail(At(path, "to"), "%s already has a translation", d.To)
	}
	if d.Via.IsValid() && !c.held(d.Via.Addr()) {
		c.warn(At(path, "via"), "no node has the address %s", d.Via.Addr())
	}
}

func (c *checker) snat(path []string, name string, n Node, s SNAT) {
	iface := n.InterfaceOn(s.Segment)
	switch {
	case s.Segment == "":
	case iface == "":
		c.fail(At(path, "segment"), "node %s has no interface on segment %q", name, s.Segment)
	case s.As.IsValid() && !n.NICs[iface].Address.Contains(s.As):
		c.fail(At(path, "as"), "%s is not in the subnet of segment %s, %s: answers would not come back", s.As, s.Segment, n.NICs[iface].Address.Masked())
	default:
		c.natAddress(At(path, "as"), name, n, s.As)
	}
}

// natAddress checks that a router can answer for an address.
func (c *checker) natAddress(path []string, name string, n Node, a netip.Addr) {
	if !a.Is4() {
		return // reported elsewhere
	}
	for _, iface := range Names(n.NICs) {
		nic := n.NICs[iface]
		if !nic.Address.Contains(a) {
			continue
		}
		c.hostAddress(path, netip.PrefixFrom(a, nic.Address.Bits()))
		for _, other := range Names(c.whole.Nodes) {
			if o := c.whole.Nodes[other]; other != name && o.attached(nic.Segment) && o.claims(a) {
				c.fail(path, "%s has the address %s", other, a)
			}
		}
		return
	}
	c.fail(path, "%s is not in the subnet of one of the node's interfaces: no packets for it would arrive", a)
}

func (c *checker) firewall(path []string, f Firewall) {
	if f.Default == FirewallAccept && len(f.Allow) > 0 {
		c.warn(At(path, "allow"), "everything is accepted by default: the rules change nothing")
	}
	taken := map[string]bool{}
	for i, rule := range f.Allow {
		c.ruleName(At(path, "allow", fmt.Sprint(i), "name"), rule.key(i), taken)
		for j, p := range []netip.Prefix{rule.From, rule.To} {
			at := At(path, "allow", fmt.Sprint(i), []string{"from", "to"}[j])
			switch {
			case !p.IsValid():
			case !p.Addr().Is4():
				c.fail(at, "got %s, want IPv4 addresses, such as 192.0.2.11/32 or 192.0.2.0/24", p)
			case p.Masked() != p:
				c.fail(at, "got %s, want one address, %s/32, or all of the subnet, %s", p, p.Addr(), p.Masked())
			}
		}
	}
}
