package world_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// guarded is the pair with its client moved behind a router: the client asks
// 198.51.100.80, which the router translates to the virtual IP.
func guarded(r topology.Router) topology.Topology {
	t := pair()
	t.Segments["out"] = topology.Segment{}
	for name, n := range t.Nodes {
		if n.Gateway != nil {
			n.Default = netip.MustParseAddr("192.0.2.1")
			t.Nodes[name] = n
		}
	}
	r.NAT = &topology.NAT{DNAT: []topology.DNAT{{
		To: netip.MustParseAddrPort("198.51.100.80:8080"), Via: netip.MustParseAddrPort("192.0.2.100:80"),
	}}}
	t.Nodes["router"] = topology.Node{
		NICs: map[string]topology.NIC{
			"lan": {Address: netip.MustParsePrefix("192.0.2.1/24")},
			"out": {Address: netip.MustParsePrefix("198.51.100.1/24")},
		},
		Router: &r,
	}
	c := t.Nodes["c1"]
	c.NICs = map[string]topology.NIC{"out": {Address: netip.MustParsePrefix("198.51.100.201/24")}}
	c.Default = netip.MustParseAddr("198.51.100.1")
	client := *c.Client
	client.Target, client.Mode, client.Retries = "http://198.51.100.80:8080/", "new", 1
	c.Client = &client
	t.Nodes["c1"] = c
	return t
}

// answered counts answers by who gave them, within a span.
func answered(l *lab, from, to time.Duration) map[string]int {
	by := map[string]int{}
	for e, a := range event.Of[event.RequestAnswered](l.Events()) {
		if e.At >= from && e.At <= to {
			by[a.By]++
		}
	}
	return by
}

// TestTranslationFollowsTheVirtualIP: behind a translating router clients are
// served by whoever has the virtual IP, and see the address they asked.
func TestTranslationFollowsTheVirtualIP(t *testing.T) {
	for _, snat := range []string{"", "192.0.2.1", "192.0.2.7"} {
		top := guarded(topology.Router{})
		client := "198.51.100.201"
		if snat != "" {
			client = snat
			top.Nodes["router"].Router.NAT.SNAT = &topology.SNAT{Segment: "lan", As: netip.MustParseAddr(snat)}
		}
		l := open(t, top)
		l.at(40*time.Second, "crash a")
		l.run(90 * time.Second)
		if by := answered(l, 30*time.Second, 40*time.Second); by["a"] < 190 || by["b"] != 0 {
			t.Errorf("%s: before the crash: got %v, want 190 or more by a", snat, by)
		}
		if by := answered(l, 60*time.Second, 90*time.Second); by["a"] != 0 || by["b"] < 590 {
			t.Errorf("%s: after the takeover: got %v, want 590 or more by b", snat, by)
		}
		for e, a := range event.Of[event.ConnAccepted](l.Events()) {
			if !strings.HasPrefix(a.Client, client+":") {
				t.Fatalf("%s: %s accepted a connection of %s, want one of %s", snat, e.Node, a.Client, client)
			}
		}
		if _, violations := l.Measure(); len(violations) > 0 {
			t.Errorf("%s: violations: %v", snat, violations)
		}
	}
}

// TestFirewallSeesTheInside: rules see the destination that translation has
// made; who is not allowed is refused, and a reboot brings the same rules back.
func TestFirewallSeesTheInside(t *testing.T) {
	rule := func(to string) topology.Router {
		return topology.Router{Firewall: &topology.Firewall{Allow: []topology.Allow{
			{From: netip.MustParsePrefix("198.51.100.0/24"), To: netip.MustParsePrefix(to), Port: 80},
		}}}
	}
	l := open(t, guarded(rule("192.0.2.100/32")))
	l.at(40*time.Second, "reboot router down 5s")
	l.run(60 * time.Second)
	if by := answered(l, 30*time.Second, 40*time.Second); by["a"] < 190 {
		t.Errorf("allowed: got %v, want 190 or more by a", by)
	}
	if by := answered(l, 40*time.Second, 45*time.Second); by["a"] > 1 {
		t.Errorf("while the router is down: got %v, want none", by)
	}
	if by := answered(l, 50*time.Second, 60*time.Second); by["a"] < 190 {
		t.Errorf("after the reboot: got %v, want 190 or more by a", by)
	}
	l = open(t, guarded(rule("198.51.100.80/32")))
	l.run(60 * time.Second)
	if by := answered(l, 0, 60*time.Second); len(by) != 0 {
		t.Errorf("the rule names the outside: got %v, want no answers", by)
	}
	if n := events[event.FlowRefused](l, "router", 0); n != 1 {
		t.Errorf("refusals in the log: got %d, want 1", n)
	}
}

// TestRouterIsSet: an operator changes a firewall and a translation, for a
// while or for good. What is not saved is lost in a reboot.
func TestRouterIsSet(t *testing.T) {
	l := open(t, guarded(topology.Router{Firewall: &topology.Firewall{Allow: []topology.Allow{{Name: "web", Port: 80}}}}))
	l.at(40*time.Second, "set router firewall.allow.web off for 10s")
	l.at(60*time.Second, "set router firewall.allow.web off")
	l.at(70*time.Second, "set router firewall.default accept")
	l.at(80*time.Second, "set router nat.dnat.0.via 192.0.2.12:80") // where nobody listens: b serves the virtual IP
	l.at(90*time.Second, "set router nat.dnat.0.via 192.0.2.100:80")
	l.at(100*time.Second, "set router nat.dnat.0.via none", "save router")
	l.at(110*time.Second, "set router nat.dnat.0.via 192.0.2.100:80")
	l.at(120*time.Second, "reboot router down 100ms")
	l.run(130 * time.Second)
	// In the middle of each span of 10 s: 100 requests in 5 s. The stack's tracking
	// of connections keeps the translation of one that was refused, for when its
	// port is used again within two minutes; that is rare.
	for at, want := range map[time.Duration]bool{35: true, 45: false, 55: true, 65: false, 75: true, 85: false, 95: true, 105: false, 115: true, 125: false} {
		got := 0
		for _, n := range answered(l, at*time.Second-time.Second, at*time.Second+4*time.Second) {
			got += n
		}
		if few := got < 10; few == want || got > 10 && got < 90 {
			t.Errorf("about %d s: got %d answers, want nearly all of 100: %v", at, got, want)
		}
	}
	if _, violations := l.Measure(); len(violations) > 0 {
		t.Errorf("violations: %v", violations)
	}
}
