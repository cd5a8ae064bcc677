package topology

import (
	"net/netip"
	"slices"
	"testing"
	"time"
)

// balancing gives c1 a balancer with the members a and b, after a change.
func balancing(change func(*Balancer)) func(*Topology) {
	return edit("c1", func(n *Node) {
		n.Client = nil
		n.Balancer = &Balancer{Members: []BalancerMember{
			{Address: netip.MustParseAddrPort("192.0.2.11:80")}, {Address: netip.MustParseAddrPort("192.0.2.12:80")},
		}}
		change(n.Balancer)
	})
}

// balancerMistakes are changes of a fine balancer and the problem that each
// makes; those with a leading ~ only warn.
var balancerMistakes = []struct {
	change func(*Balancer)
	want   string
}{
	{func(b *Balancer) {}, ""},
	{func(b *Balancer) { b.Members = nil }, "nodes.c1.balancer: members is missing\nnodes.c1.balancer.members: got no member, want at least one"},
	{func(b *Balancer) { b.Members[1].Address = b.Members[0].Address },
		"nodes.c1.balancer.members.1: member 1 is also at 192.0.2.11:80\nnodes.c1.balancer.members.1: member 1 is also called a-80: give one of them another name"},
	{func(b *Balancer) { b.Members[0].Name = "b" }, "nodes.c1.balancer.members.1: member 1 is also called b: give one of them another name"},
	{func(b *Balancer) { b.Members[0].Name = "B" }, `nodes.c1.balancer.members.0.name: got "B", want letters, digits, dots and dashes`},
	{func(b *Balancer) { b.Members[0].Address = netip.MustParseAddrPort("192.0.2.99:80") }, "~nodes.c1.balancer.members.0.address: no node has the address 192.0.2.99"},
	{func(b *Balancer) { b.Members[0].Address = netip.MustParseAddrPort("192.0.2.11:0") }, "nodes.c1.balancer.members.0.address: got 192.0.2.11:0, want an IPv4 address and a port, such as 192.0.2.11:80"},
	{func(b *Balancer) { b.Members[0].Address = netip.MustParseAddrPort("192.0.2.201:80") }, "nodes.c1.balancer.members.0.address: got 192.0.2.201:80, where the balancer itself listens"},
	{func(b *Balancer) { b.Members[0].Address = netip.AddrPort{} }, "nodes.c1.balancer.members.0: address is missing"},
	{func(b *Balancer) { b.Members[0].Backup, b.Members[1].Backup = true, true }, "~nodes.c1.balancer.members: all members are backups, so that the first one that is up gets everything"},
	{func(b *Balancer) { b.Listen = netip.MustParseAddrPort("192.0.2.77:80") }, "~nodes.c1.balancer.listen: 192.0.2.77 is neither an address nor a virtual IP of the node: the balancer will never be reached"},
	{func(b *Balancer) { b.Algorithm = "fist" }, `nodes.c1.balancer.algorithm: got "fist", want round-robin, weighted-round-robin, least-connections, source or first (did you mean "first"?)`},
	{func(b *Balancer) { b.Stickiness = StickyCookie }, "nodes.c1.balancer.stickiness: got cookie, want none or source: mode tcp does not look into requests"},
	{func(b *Balancer) { b.Sticky = time.Second }, "nodes.c1.balancer.sticky-timeout: got 1s, want none: only stickiness source remembers clients"},
	{func(b *Balancer) { b.Cookie = "X" }, `nodes.c1.balancer.cookie-name: got "X", want none: stickiness is none`},
	{func(b *Balancer) { b.Mode, b.Stickiness, b.Cookie = BalancerHTTP, StickyCookie, "a b" }, `nodes.c1.balancer.cookie-name: got "a b", want letters, digits, dashes and underscores`},
	{func(b *Balancer) { b.Check = &BalancerCheck{Check: Check{Timeout: 5 * time.Second}} }, ""}, // paced from the end
	{func(b *Balancer) { b.Check = &BalancerCheck{Check: Check{Timeout: 5 * time.Second}, Pace: PaceStart} },
		"nodes.c1.balancer.check.timeout: got 5s, want at most the interval, 2s: checks are on a fixed schedule"},
	{func(b *Balancer) { b.Check = &BalancerCheck{Path: "/health"} }, `nodes.c1.balancer.check.path: got "/health", want none: tcp-full sends no request`},
	{func(b *Balancer) { b.Check = &BalancerCheck{Path: "health", Check: Check{By: CheckHTTPStatus}} }, `nodes.c1.balancer.check.path: got "health", want a path that begins with /`},
	{func(b *Balancer) { b.Check = &BalancerCheck{Check: Check{By: CheckHTTPToken}} }, "nodes.c1.balancer.check: token is missing: http-token looks for it"},
}

func TestBalancerMistakes(t *testing.T) {
	for i, m := range balancerMistakes {
		top := pair()
		balancing(m.change)(&top)
		got := ""
		for _, p := range top.Validate() {
			if got != "" {
				got += "\n"
			}
			if p.Warning {
				got += "~"
			}
			got += p.String()
		}
		if got != m.want {
			t.Errorf("mistake %d: got\n%s\nwant\n%s", i, got, m.want)
		}
	}
}

// TestBalancerNames: members are called after the nodes that have their
// addresses; a virtual IP names itself.
func TestBalancerNames(t *testing.T) {
	top := pair()
	balancing(func(b *Balancer) {
		b.Members = append(b.Members, BalancerMember{Address: netip.MustParseAddrPort("192.0.2.12:81")}, BalancerMember{Address: netip.MustParseAddrPort("192.0.2.100:80")})
	})(&top)
	n := top.WithDefaults().Nodes["c1"]
	want := []string{"lan.address", "member.192.0.2.100", "member.a", "member.b-80", "member.b-81", "service.balancer"}
	if got := n.Properties(); !slices.Equal(got, want) {
		t.Errorf("properties: got %v, want %v", got, want)
	}
	if got := n.Balancer.Listen.String(); got != "192.0.2.201:80" {
		t.Errorf("it listens at %s, want port 80 of its address", got)
	}
	for value, right := range map[string]bool{"ready": true, "drain": true, "maint": true, "off": false, "": false} { // order: each by itself
		if err := n.CheckSet("member.a", value); (err == nil) != right {
			t.Errorf("set to %q: got %v", value, err)
		}
	}
}
