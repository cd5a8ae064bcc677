package topology

import (
	"net/netip"
	"slices"
	"testing"
)

// routed is pair behind a router, with a second segment beyond it.
func routed(r Router) Topology {
	t := pair()
	t.Segments["far"] = Segment{}
	t.Nodes["r"] = Node{
		NICs:   map[string]NIC{"lan": {Address: netip.MustParsePrefix("192.0.2.1/24")}, "out": {Segment: "far", Address: netip.MustParsePrefix("198.51.100.1/24")}},
		Router: &r,
	}
	t.Nodes["c2"] = Node{NICs: map[string]NIC{"far": {Address: netip.MustParsePrefix("198.51.100.10/24")}}}
	return t
}

// TestRouters: what a router may be told, and the problem of each that it may
// not; those with a leading ~ only warn.
func TestRouters(t *testing.T) {
	port, prefix := netip.MustParseAddrPort, netip.MustParsePrefix
	dnat := func(to, via string) Router { return Router{NAT: &NAT{DNAT: []DNAT{{port(to), port(via)}}}} }
	snat := func(segment string, as netip.Addr) Router { return Router{NAT: &NAT{SNAT: &SNAT{segment, as}}} }
	allow := func(rules ...Allow) Router { return Router{Firewall: &Firewall{Allow: rules}} }
	for _, c := range []struct {
		router Router
		want   []string
	}{
		{Router{}, nil},
		{dnat("198.51.100.1:80", "192.0.2.100:80"), nil},
		{dnat("198.51.100.80:8080", "192.0.2.11:80"), nil},
		{dnat("192.0.2.80:80", "198.51.100.10:80"), nil},
		{dnat("198.51.100.80:80", "192.0.2.99:80"), []string{"~nodes.r.router.nat.dnat.0.via: no node has the address 192.0.2.99"}},
		{dnat("203.0.113.1:80", "192.0.2.100:80"), []string{"nodes.r.router.nat.dnat.0.to: 203.0.113.1 is not in the subnet of one of the node's interfaces: no packets for it would arrive"}},
		{dnat("198.51.100.10:80", "192.0.2.100:80"), []string{"nodes.r.router.nat.dnat.0.to: c2 has the address 198.51.100.10"}},
		{dnat("192.0.2.100:80", "198.51.100.10:80"), []string{"nodes.r.router.nat.dnat.0.to: a has the address 192.0.2.100"}},
		{dnat("198.51.100.255:80", "192.0.2.100:80"), []string{"nodes.r.router.nat.dnat.0.to: 198.51.100.255 is the broadcast address of the subnet, want one of a host in it"}},
		{dnat("198.51.100.80:0", "[2001:db8::1]:80"), []string{
			"nodes.r.router.nat.dnat.0.to: got 198.51.100.80:0, want an IPv4 address and a port, such as 192.0.2.100:80",
			"nodes.r.router.nat.dnat.0.via: got [2001:db8::1]:80, want an IPv4 address and a port, such as 192.0.2.100:80",
			"~nodes.r.router.nat.dnat.0.via: no node has the address 2001:db8::1",
		}},
		{Router{NAT: &NAT{DNAT: []DNAT{{}}}}, []string{"nodes.r.router.nat.dnat.0: to is missing", "nodes.r.router.nat.dnat.0: via is missing"}},
		{Router{NAT: &NAT{DNAT: []DNAT{
			{port("198.51.100.1:80"), port("192.0.2.11:80")}, {port("198.51.100.1:81"), port("192.0.2.12:80")}, {port("198.51.100.1:80"), port("192.0.2.12:80")},
		}}}, []string{"nodes.r.router.nat.dnat.2.to: 198.51.100.1:80 already has a translation"}},
		{snat("far", netip.Addr{}), nil},
		{snat("far", addr("198.51.100.7")), nil},
		{snat("out", netip.Addr{}), []string{`nodes.r.router.nat.snat.segment: node r has no interface on segment "out"`}},
		{snat("far", addr("192.0.2.7")), []string{"nodes.r.router.nat.snat.as: 192.0.2.7 is not in the subnet of segment far, 198.51.100.0/24: answers would not come back"}},
		{snat("far", addr("198.51.100.10")), []string{"nodes.r.router.nat.snat.as: c2 has the address 198.51.100.10"}},
		{snat("", netip.Addr{}), []string{"nodes.r.router.nat.snat: segment is missing"}},
		{allow(), nil},
		{allow(Allow{}, Allow{From: prefix("192.0.2.100/32"), To: prefix("198.51.100.0/24"), Port: 80}), nil},
		{allow(Allow{From: prefix("192.0.2.1/24")}), []string{"nodes.r.router.firewall.allow.0.from: got 192.0.2.1/24, want one address, 192.0.2.1/32, or all of the subnet, 192.0.2.0/24"}},
		{allow(Allow{To: prefix("2001:db8::/64")}), []string{"nodes.r.router.firewall.allow.0.to: got 2001:db8::/64, want IPv4 addresses, such as 192.0.2.11/32 or 192.0.2.0/24"}},
		{allow(Allow{}, Allow{Name: "0"}, Allow{Name: "a b"}), []string{
			"nodes.r.router.firewall.allow.1.name: another rule is called 0 as well",
			`nodes.r.router.firewall.allow.2.name: bad name: "a b" has ' ', want lower-case letters, digits and dashes`,
		}},
		{Router{ReplyFrom: "same"}, []string{`nodes.r.router.reply-from: got "same", want any, same-interface or same-mac`}},
		{allow(Allow{Port: 65536}), []string{"nodes.r.router.firewall.allow.0.port: got 65536, want 1 to 65535"}},
		{Router{Firewall: &Firewall{Default: "reject"}}, []string{`nodes.r.router.firewall.default: got "reject", want accept or drop`}},
		{Router{Firewall: &Firewall{Default: "accept", Allow: []Allow{{}}}}, []string{"~nodes.r.router.firewall.allow: everything is accepted by default: the rules change nothing"}},
	} {
		var got []string
		for _, p := range routed(c.router).Validate() {
			text := p.String()
			if p.Warning {
				text = "~" + text
			}
			got = append(got, text)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v:\ngot  %q\nwant %q", c.router, got, c.want)
		}
	}
}

// TestRouterDefaults: a firewall drops, translation hides behind the router's
// own address, and what was handed in stays as it was.
func TestRouterDefaults(t *testing.T) {
	given := routed(Router{NAT: &NAT{SNAT: &SNAT{Segment: "far"}}, Firewall: &Firewall{}})
	r := given.WithDefaults().Nodes["r"].Router
	if r.Firewall.Default != "drop" || r.NAT.SNAT.As != addr("198.51.100.1") {
		t.Errorf("got default %q and source %s, want drop and 198.51.100.1", r.Firewall.Default, r.NAT.SNAT.As)
	}
	if before := given.Nodes["r"].Router; before.Firewall.Default != "" || before.NAT.SNAT.As.IsValid() {
		t.Errorf("the topology that was handed in changed: %+v %+v", before.Firewall, before.NAT.SNAT)
	}
}

// TestTranslatedAddressIsHeld: a client may aim at an address that only a
// router's translation answers for.
func TestTranslatedAddressIsHeld(t *testing.T) {
	for target, want := range map[string]int{"http://198.51.100.80/": 0, "http://198.51.100.81/": 1} {
		top := routed(Router{NAT: &NAT{DNAT: []DNAT{{netip.MustParseAddrPort("198.51.100.80:80"), netip.MustParseAddrPort("192.0.2.100:80")}}}})
		c := top.Nodes["c2"]
		c.Client = &Client{Target: target}
		top.Nodes["c2"] = c
		if got := top.Validate(); len(got) != want {
			t.Errorf("%s: got %v, want %d problems", target, got, want)
		}
	}
}
