package topology

import (
	"net/netip"
	"testing"
	"time"
)

// edit changes one node of a topology.
func edit(name string, change func(*Node)) func(*Topology) {
	return func(t *Topology) {
		n := t.Nodes[name]
		change(&n)
		t.Nodes[name] = n
	}
}

func editStandby(name string, change func(*Standby)) func(*Topology) {
	return edit(name, func(n *Node) {
		s := n.Standby["lan"]
		change(&s)
		n.Standby = map[string]Standby{"lan": s}
	})
}

// source is a gateway whose service uses a virtual IP as source.
func source(s Service) *Gateway {
	s.Source = SourceVIP
	return &Gateway{Services: map[string]Service{"web": s}}
}

// chained has a service that forwards, and a second one to forward to.
func chained(next, forward string) func(*Topology) {
	return edit("a", func(n *Node) {
		n.Gateway = &Gateway{Services: map[string]Service{
			"web": {Forward: ForwardTo(netip.MustParseAddrPort(forward))}, "next": {Listen: netip.MustParseAddrPort(next)},
		}}
	})
}

// mistakes are changes of a fine topology and the problems each makes, as
// printed; those with a leading ~ only warn.
var mistakes = []struct {
	change func(*Topology)
	want   string
}{
	{func(t *Topology) { t.Segments = nil }, "segments: got no segment, want at least one, such as lan: {}"},
	{func(t *Topology) { t.Nodes = nil }, "nodes: got no node, want at least one"},
	{func(t *Topology) { t.Segments["L"] = Segment{} }, `segments.L: bad name: "L" has 'L', want lower-case letters, digits and dashes`},
	{func(t *Topology) { t.Segments["lan"] = Segment{Latency: -1} }, "segments.lan.latency: got -1ns, want at least 0"},
	{func(t *Topology) { t.Segments["lan"] = Segment{Snooping: "of"} }, `segments.lan.snooping: got "of", want off, on or prune-all (did you mean "off"?)`},
	{func(t *Topology) { t.Segments["lan"] = Segment{Isolated: []string{"z"}} }, `segments.lan.isolated.0: there is no node "z", want a, b or c1`},
	{func(t *Topology) { t.Segments["wan"] = Segment{Isolated: []string{"a"}} }, "segments.wan.isolated.0: node a has no interface on segment wan"},
	{func(t *Topology) { t.Nodes["for"] = Node{NICs: nic("192.0.2.1/24")} }, `nodes.for: bad name: "for" is a word of the fault language`},
	{func(t *Topology) { t.Nodes["d"] = Node{} }, "nodes.d: nics is missing"},
	{func(t *Topology) { t.Nodes["d"] = Node{NICs: map[string]NIC{"lan": {}}} }, "nodes.d.nics.lan: address is missing"},
	{func(t *Topology) { t.Nodes["d"] = Node{NICs: nic("192.0.2.11/24")} }, "nodes.d.nics.lan.address: a.lan already has 192.0.2.11 on segment lan"},
	{func(t *Topology) { t.Nodes["d"] = Node{NICs: nic("192.0.2.13/25")} }, "nodes.d.nics.lan.address: got subnet 192.0.2.0/25, want 192.0.2.0/24 as a.lan has on segment lan"},
	{func(t *Topology) { t.Nodes["d"] = Node{NICs: nic("192.0.2.0/24")} }, "nodes.d.nics.lan.address: 192.0.2.0 is the address of the subnet itself, want one of a host in it"},
	{func(t *Topology) { t.Nodes["d"] = Node{NICs: nic("192.0.2.255/24")} }, "nodes.d.nics.lan.address: 192.0.2.255 is the broadcast address of the subnet, want one of a host in it"},
	{edit("c1", func(n *Node) {
		n.NICs = map[string]NIC{"lan": {Address: n.NICs["lan"].Address, MAC: "01:00:00:00:00:01"}}
	}),
		`nodes.c1.nics.lan.mac: got "01:00:00:00:00:01", want the address of one Ethernet card, such as 02:00:00:00:00:01`},
	{edit("c1", func(n *Node) {
		n.NICs = map[string]NIC{"lan": {Address: n.NICs["lan"].Address, MAC: "02:00:00:00:00:01"}}
	}),
		"nodes.c1.nics.lan.mac: a.lan already has 02:00:00:00:00:01 on segment lan"},
	{edit("c1", func(n *Node) { n.Probe = &Probe{Target: "ftp://192.0.2.100/"} }), `nodes.c1.probe.target: got "ftp://192.0.2.100/", want a URL that begins with http, https, ldap or tcp`},
	{edit("c1", func(n *Node) { n.Client = &Client{Target: "ftp://192.0.2.99/"} }), "~nodes.c1.client.target: no node has the address 192.0.2.99"},
	{edit("c1", func(n *Node) { n.Client = &Client{Target: "gopher://192.0.2.100/"} }), `nodes.c1.client.target: got "gopher://192.0.2.100/", want a URL that begins with http, https or ftp`},
	{edit("c1", func(n *Node) { n.Client = &Client{Target: "http://192.0.2.99:81/"} }), "~nodes.c1.client.target: no node has the address 192.0.2.99"},
	{edit("c1", func(n *Node) {
		n.Client = &Client{Target: "http://192.0.2.100/", Start: time.Second, Stop: time.Second}
	}), "nodes.c1.client.stop: got 1s, want an instant after start, 1s"},
	{edit("c1", func(n *Node) { n.Probe = &Probe{} }), "nodes.c1.probe: target is missing"},
	{edit("c1", func(n *Node) { n.Probe = &Probe{Target: "http://192.0.2.99/"} }), "~nodes.c1.probe.target: no node has the address 192.0.2.99"},
	{edit("c1", func(n *Node) { n.Probe = &Probe{Target: "http://192.0.2.100/", Check: Check{By: "icmp"}} }), `nodes.c1.probe.by: got "icmp", want tcp-half, tcp-full, http-status, http-token, http-regexp, soap, json, ldap-ping, ldap-bind or ims`},
	{edit("c1", func(n *Node) { n.Probe = &Probe{Target: "http://192.0.2.100/", Check: Check{Timeout: 3 * time.Second}} }), "nodes.c1.probe.timeout: got 3s, want at most the interval, 2s"},
	{edit("c1", func(n *Node) { n.Probe = &Probe{Target: "http://192.0.2.100/", Check: Check{By: CheckHTTPToken}} }), "nodes.c1.probe: token is missing: http-token looks for it"},
	{edit("c1", func(n *Node) { n.Probe = &Probe{Target: "http://192.0.2.100/", Check: Check{Token: "ok"}} }), `nodes.c1.probe.token: got "ok", want none: tcp-full does not look for a token`},
	{edit("c1", func(n *Node) { n.Client = &Client{Target: "http://192.0.2.100/", Arrival: "random"} }), `nodes.c1.client.arrival: got "random", want const or poisson`},
	{edit("a", func(n *Node) { n.Gateway = source(Service{}) }), "nodes.a.gateway.services.web.source: got vip, want own: the service has no back end to connect to"},
	{edit("c1", func(n *Node) {
		n.Gateway = source(Service{Forward: ForwardTo(netip.MustParseAddrPort("192.0.2.11:80"))})
	}),
		"nodes.c1.gateway.services.web.source: got vip, want own: the node has no virtual IP"},
	{func(t *Topology) {
		edit("a", func(n *Node) {
			n.NICs["wan"] = NIC{Address: netip.MustParsePrefix("198.51.100.11/24")}
			n.Gateway = source(Service{Forward: ForwardTo(netip.MustParseAddrPort("198.51.100.50:80"))})
		})(t)
		edit("c1", func(n *Node) { n.NICs["wan"] = NIC{Address: netip.MustParsePrefix("198.51.100.50/24")} })(t)
		t.Segments["wan"] = Segment{}
	}, "nodes.a.gateway.services.web.source: got vip, want own: 198.51.100.50 is not reached over the interface of 192.0.2.100"},
	{edit("c1", func(n *Node) { n.Client = &Client{Target: "http://192.0.2.100/", Users: 3, Rate: 20} }),
		"nodes.c1.client.rate: got 20/s and 3 users: users ask when they have thought, want one of both"},
	{edit("c1", func(n *Node) { n.Client = &Client{Target: "http://192.0.2.100/", Think: time.Second} }), "nodes.c1.client.think: got 1s without users, who would think"},
	{edit("c1", func(n *Node) { n.Client.Phase = 100 * time.Millisecond }),
		"nodes.c1.client.phase: got 100ms, want less than the time between two requests, 100ms"},
	{edit("c1", func(n *Node) { n.Client.Phase, n.Client.Arrival = time.Millisecond, ArrivalPoisson }),
		"nodes.c1.client.phase: got 1ms, but the requests are not evenly spaced"},
	{edit("c1", func(n *Node) { n.ARPLife, n.ARPAge = time.Hour, time.Minute }), "nodes.c1.arp-age: got a life of 1h0m0s as well: an entry with a fixed life is not checked"},
	{edit("c1", func(n *Node) { n.ARPPermanent = map[string]string{"198.51.100.1": "a.lan"} }), "nodes.c1.arp-permanent.198.51.100.1: got 198.51.100.1, want an address on one of the node's segments"},
	{edit("c1", func(n *Node) { n.ARPPermanent = map[string]string{"vip": "a.lan"} }), `nodes.c1.arp-permanent.vip: got "vip", want an IPv4 address, such as 192.0.2.100`},
	{edit("a", func(n *Node) { n.ARPPermanent = map[string]string{"192.0.2.100": "b.lan"} }), "nodes.a.arp-permanent.192.0.2.100: 192.0.2.100 is an address of the node itself, want one of another machine"},
	{edit("c1", func(n *Node) { n.ARPPermanent = map[string]string{"192.0.2.100": "a.wan"} }),
		`nodes.c1.arp-permanent.192.0.2.100: got "a.wan", want the MAC address of one Ethernet card, such as 02:00:00:00:00:01, or the interface that has it, such as a.lan`},
	{edit("c1", func(n *Node) { n.Unknown = "rst" }), `nodes.c1.unknown-connections: got "rst", want reset or drop`},
	{edit("c1", func(n *Node) {
		n.Client = &Client{Target: "http://192.0.2.100/", KeepAlive: &KeepAlive{Count: 128}}
	}), "nodes.c1.client.tcp-keepalive.count: got 128, want 1 to 127"},
	{edit("c1", func(n *Node) { n.Default = addr("10.0.0.1") }), "nodes.c1.default-route: got 10.0.0.1, want an address on one of the node's segments"},
	{edit("c1", func(n *Node) { n.Unsaved = []string{"lan.adress"} }), `nodes.c1.unsaved.0: bad property: got "lan.adress" (did you mean "lan.address"?), want lan.address`},
	{edit("c1", func(n *Node) { n.Router = &Router{} }), "~nodes.c1.router: node c1 is a router with one interface"},
	{edit("c1", func(n *Node) { n.Clock.Drift = 2 }), "nodes.c1.clock.drift: got 2, want -0.9 to 1"},
	{edit("a", func(n *Node) {
		listen := netip.MustParseAddrPort("192.0.2.100:80")
		n.Gateway = &Gateway{Services: map[string]Service{"api": {Listen: listen}, "web": {Listen: listen}}}
	}), "nodes.a.gateway.services.web.listen: service api already listens on 192.0.2.100:80"},
	{edit("a", func(n *Node) {
		n.Gateway = &Gateway{Services: map[string]Service{"web": {Forward: ForwardTo(netip.MustParseAddrPort("192.0.2.50:80"))}}}
	}), "~nodes.a.gateway.services.web.forward: no node has the address 192.0.2.50"},
	{chained("127.0.0.1:82", "127.0.0.1:81"), "~nodes.a.gateway.services.web.forward: no service of the node listens on 127.0.0.1:81"},
	{chained("192.0.2.11:81", "127.0.0.1:81"), "~nodes.a.gateway.services.web.forward: no service of the node listens on 127.0.0.1:81"},
	{chained("127.0.0.1:81", "192.0.2.100:80"), "nodes.a.gateway.services.web.forward: requests go round until something fails: web → web"},
	{chained("127.0.0.2:81", "127.0.0.2:81"), "~nodes.a.gateway.services.next.listen: 127.0.0.2 is neither an address nor a virtual IP of the node: the service will never be reached\n" +
		"~nodes.a.gateway.services.web.forward: no node has the address 127.0.0.2"},
	{editStandby("a", func(s *Standby) { s.Group = 256 }), "nodes.a.standby.lan.group: got 256, want 1 to 255\n" +
		"nodes.b.standby.lan.vip: no member of group 1 on segment lan has a virtual IP, want one on at least one member"},
	{editStandby("a", func(s *Standby) { s.Secondary = []netip.Addr{s.VIP} }), "nodes.a.standby.lan.secondary.0: 192.0.2.100 is already a virtual IP of the group"},
	{editStandby("b", func(s *Standby) { s.VIP = addr("192.0.2.11") }), "nodes.b.standby.lan.vip: virtual IP 192.0.2.11 is the address of interface a.lan\n" +
		"~nodes.b.standby.lan.vip: virtual IP is 192.0.2.11 here and 192.0.2.100 on a.lan: it must be the same on all members of group 1 on segment lan"},
	{editStandby("b", func(s *Standby) { s.VIP = addr("192.0.3.1") }), "nodes.b.standby.lan.vip: virtual IP 192.0.3.1 is not in the interface's subnet 192.0.2.0/24\n" +
		"~nodes.b.standby.lan.vip: virtual IP is 192.0.3.1 here and 192.0.2.100 on a.lan: it must be the same on all members of group 1 on segment lan"},
	{editStandby("b", func(s *Standby) { s.VIP = addr("192.0.2.101") }),
		"~nodes.b.standby.lan.vip: virtual IP is 192.0.2.101 here and 192.0.2.100 on a.lan: it must be the same on all members of group 1 on segment lan"},
	{editStandby("b", func(s *Standby) { s.Authentication = "cisco" }),
		"~nodes.b.standby.lan.authentication: authentication is cisco here and 0x5841333500000000 on a.lan: members of group 1 on segment lan will ignore each other"},
	{editStandby("b", func(s *Standby) { s.Group = 2 }), "nodes.b.standby.lan.vip: no member of group 2 on segment lan has a virtual IP, want one on at least one member"},
	{editStandby("b", func(s *Standby) { s.Group, s.VIP = 2, addr("192.0.2.100") }), "~nodes.b.standby.lan: virtual IP 192.0.2.100 is also in group 1 on segment lan"},
	{edit("b", func(n *Node) { n.Standby = map[string]Standby{"wan": {}} }), `nodes.b.standby.wan: there is no interface "wan", want lan (did you mean "lan"?)`},
	{edit("b", func(n *Node) {
		n.NICs = map[string]NIC{"lan": n.NICs["lan"], "lan2": {Address: netip.MustParsePrefix("192.0.2.13/24"), Segment: "lan"}}
		n.Standby = map[string]Standby{"lan": {}, "lan2": {}}
	}), "nodes.b.standby.lan2.group: interface b.lan is already in group 1 on segment lan: the members of a group are on different appliances"},
}

func TestValidate(t *testing.T) {
	if problems := pair().Validate(); len(problems) != 0 {
		t.Fatalf("a fine topology: %v", problems)
	}
	for _, next := range []string{"127.0.0.1:81", "0.0.0.0:81"} {
		chain := pair()
		chained(next, "127.0.0.1:81")(&chain)
		if problems := chain.Validate(); len(problems) != 0 {
			t.Errorf("a chain by the loopback address: %v", problems)
		}
	}
	for _, m := range mistakes {
		topology := pair()
		m.change(&topology)
		problems := topology.Validate()
		got := ""
		for i, p := range problems {
			if i > 0 {
				got += "\n"
			}
			if p.Warning {
				got += "~"
			}
			got += p.String()
		}
		if len(topology.Segments) == 0 || len(topology.Nodes) == 0 {
			got = problems[0].String() // others may follow from it
		}
		if got != m.want {
			t.Errorf("got\n%s\nwant\n%s", got, m.want)
		}
	}
}

// All problems come at once, in a fixed order.
func TestValidateTellsAll(t *testing.T) {
	broken := pair()
	for _, m := range mistakes[3:12] {
		m.change(&broken)
	}
	first := broken.Validate()
	if len(first) < 4 {
		t.Errorf("got %d problems: %v", len(first), first)
	}
	for range 20 {
		for i, p := range broken.Validate() {
			if p.String() != first[i].String() {
				t.Fatalf("another order: %s and %s", p, first[i])
			}
		}
	}
}

// TestAllowInvalid: a mistake that the list admits is no problem; others still
// are, and so is an entry that admits nothing.
func TestAllowInvalid(t *testing.T) {
	sameIP := func(t *Topology) { t.Nodes["d"] = Node{NICs: nic("192.0.2.11/24")} }
	sameMAC := func(t *Topology) {
		t.Nodes["d"] = Node{NICs: map[string]NIC{"lan": {Address: netip.MustParsePrefix("192.0.2.13/24"), MAC: "02:00:00:00:00:01"}}}
	}
	otherMask := func(t *Topology) { t.Nodes["d"] = Node{NICs: nic("192.0.2.13/25")} }
	nothing := func(*Topology) {}
	for _, c := range []struct {
		change func(*Topology)
		allow  []string
		want   []string
	}{
		{sameIP, []string{"duplicate-ip"}, nil},
		{sameMAC, []string{"duplicate-mac"}, nil},
		{otherMask, []string{"wrong-netmask"}, nil},
		{func(t *Topology) { sameIP(t); otherMask(t); t.Nodes["e"] = Node{NICs: nic("192.0.2.11/24")} }, []string{"wrong-netmask", "duplicate-ip"}, nil},
		{sameIP, []string{"duplicate-mac"}, []string{
			"allow-invalid.0: duplicate-mac does not occur in this topology: leave it out", "nodes.d.nics.lan.address: a.lan already has 192.0.2.11 on segment lan",
		}},
		{sameMAC, nil, []string{"nodes.d.nics.lan.mac: a.lan already has 02:00:00:00:00:01 on segment lan"}},
		{nothing, []string{"wrong-netmask"}, []string{"allow-invalid.0: wrong-netmask does not occur in this topology: leave it out"}},
		{sameIP, []string{"duplicate-ip", "duplicate-ip"}, []string{"allow-invalid.1: duplicate-ip is in the list twice"}},
		{sameIP, []string{"duplicate-ip", "duplicate-pi"}, []string{`allow-invalid.1: got "duplicate-pi", want duplicate-mac, duplicate-ip, wrong-netmask or service-loop (did you mean "duplicate-ip"?)`}},
	} {
		topology := pair()
		c.change(&topology)
		topology.AllowInvalid = c.allow
		wantProblems(t, topology.Validate(), c.want...)
	}
}
