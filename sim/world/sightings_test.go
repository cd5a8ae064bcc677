package world_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// claims lists who claimed a virtual IP on the wire since an instant, by which
// frame and when after it.
func (l *lab) claims(since time.Duration) []string {
	all := []string{}
	for e, c := range event.Of[event.VIPClaimed](l.Events()) {
		if e.At >= since {
			all = append(all, fmt.Sprintf("%v %s %s %s", e.At-since, e.Node, c.VIP, c.Frame))
		}
	}
	return all
}

func (l *lab) wantClaims(since time.Duration, want ...string) {
	l.t.Helper()
	if got := l.claims(since); !slices.Equal(got, want) {
		l.t.Errorf("claims: got %q, want %q", got, want)
	}
}

// TestClaims: an address is claimed by the first frame of a member that says
// so: gratuitous ARP, a hello as Active, or a Coup. A claim is an event if
// another member claimed it last, so two Actives show as claims in turn.
func TestClaims(t *testing.T) {
	l := open(t, group{"a": {1, 200, true, 0}, "b": {2, 100, true, 0}}.topology())
	l.run(60 * time.Second)
	l.wantClaims(0, "20s a 192.0.2.100 gratuitous-arp")
	l.inject("crash a")
	l.run(100 * time.Second)
	l.wantClaims(60*time.Second, "7.001s b 192.0.2.100 gratuitous-arp") // it heard the hello of 57 s last
	l.inject("boot a")
	l.run(160 * time.Second)
	// A Coup comes before the address, and before b has heard it.
	l.wantClaims(100*time.Second, "2.001s a 192.0.2.100 coup")

	// Cut off from a's frames, b takes over; a hears b, and answers each of its
	// hellos by a Coup.
	l.at(160*time.Second, "partition one-way a -> b for 17s")
	l.run(200 * time.Second)
	got := l.claims(160 * time.Second)
	if len(got) < 6 || !strings.HasSuffix(got[0], " b 192.0.2.100 gratuitous-arp") || !strings.HasSuffix(got[2], " b 192.0.2.100 hello") {
		t.Fatalf("claims: got %q, want b by its announcement, then each in turn", got)
	}
	for i, claim := range got {
		var at, node string
		fmt.Sscan(claim, &at, &node)
		if want := []string{"b", "a"}[i%2]; node != want {
			t.Errorf("claim %d: got %q, want %s", i, claim, want)
		}
	}
}

// TestServing: the address is served by whoever sends frames from it. An event
// tells of a new server, who the one before was, and when it last served.
func TestServing(t *testing.T) {
	l := open(t, cluster())
	l.run(40*time.Second + 500*time.Millisecond)
	first := slices.Collect(valuesOf(l, 0))
	if len(first) != 1 || first[0].Previous != "" || first[0].PreviousAt != 0 || first[0].Segment != "lan" || first[0].VIP != "192.0.2.100" {
		t.Fatalf("served: got %+v, want one event, of the first server", first)
	}
	l.inject("crash a")
	l.run(80 * time.Second)
	next := slices.Collect(valuesOf(l, 40*time.Second))
	if len(next) != 1 || next[0].Previous != "a" {
		t.Fatalf("served: got %+v, want one event, after a", next)
	}
	last := time.Duration(0)
	for e, s := range event.Of[event.RequestServed](l.Events()) {
		if e.Node == "a" && s.Service == "web" {
			last = e.At
		}
	}
	if d := next[0].PreviousAt - last; d < 0 || d > 10*time.Millisecond {
		t.Errorf("a served last at %v, by the frames; its last answer was at %v", next[0].PreviousAt, last)
	}
}

func valuesOf(l *lab, since time.Duration) func(func(event.VIPServed) bool) {
	return func(yield func(event.VIPServed) bool) {
		for e, s := range event.Of[event.VIPServed](l.Events()) {
			if e.At >= since && !yield(s) {
				return
			}
		}
	}
}

// TestRouterServesNothing: frames from a virtual IP that a router passes on are
// not the router's; with the client behind it only the member serves.
func TestRouterServesNothing(t *testing.T) {
	top := cluster()
	top.Segments["far"] = topology.Segment{}
	gateway := netip.MustParseAddr("192.0.2.254")
	for _, name := range []string{"a", "b"} {
		n := top.Nodes[name]
		n.Default = gateway
		top.Nodes[name] = n
	}
	top.Nodes["r"] = topology.Node{Router: &topology.Router{}, NICs: map[string]topology.NIC{
		"lan": {Address: netip.PrefixFrom(gateway, 24)}, "far": {Address: mustPrefix("198.51.100.254/24")},
	}}
	c1 := top.Nodes["c1"]
	c1.NICs = map[string]topology.NIC{"far": {Address: mustPrefix("198.51.100.1/24")}}
	c1.Default = netip.MustParseAddr("198.51.100.254")
	top.Nodes["c1"] = c1
	l := open(t, top)
	l.at(40*time.Second, "crash a")
	l.run(80 * time.Second)
	var servers []string
	for e := range event.Of[event.VIPServed](l.Events()) {
		servers = append(servers, e.Node)
	}
	if !slices.Equal(servers, []string{"a", "b"}) {
		t.Errorf("served by %q, want a, then b", servers)
	}
	if n := events[event.RequestAnswered](l, "c1", 60*time.Second); n < 15 {
		t.Errorf("answered after the takeover: got %d requests, want all of 20 s", n)
	}
}

// TestNewVIPIsWatched: a virtual IP that a member is given at run time is
// watched from then on.
func TestNewVIPIsWatched(t *testing.T) {
	l := open(t, group{"a": {1, 200, false, 0}}.topology())
	l.run(40 * time.Second)
	l.inject("set a standby.vip 192.0.2.101")
	l.run(80 * time.Second)
	l.wantClaims(0, "20s a 192.0.2.100 gratuitous-arp", "1m0s a 192.0.2.101 gratuitous-arp")
}

// TestLearnersCount: a member that learned its virtual IP serves it like one
// that was told.
func TestLearnersCount(t *testing.T) {
	top := cluster()
	b := top.Nodes["b"]
	s := b.Standby["lan"]
	s.VIP, s.Profile = netip.Addr{}, topology.ProfileIOS // DataPower wants one on each member
	b.Standby["lan"] = s
	top.Nodes["b"] = b
	l := open(t, top)
	l.at(60*time.Second, "crash a")
	l.run(100 * time.Second)
	got := slices.Collect(valuesOf(l, 60*time.Second))
	if len(got) != 1 || got[0].Previous != "a" || len(l.claims(60*time.Second)) != 1 {
		t.Errorf("after the takeover: served %+v, claimed %q, want b once each", got, l.claims(60*time.Second))
	}
}

// TestMACMoves: a virtual MAC moves from port to port with the active role; in
// ARP takeover no address moves.
func TestMACMoves(t *testing.T) {
	for _, takeover := range []string{topology.TakeoverMAC, topology.TakeoverARP} {
		top := cluster()
		for _, name := range []string{"a", "b"} {
			s := top.Nodes[name].Standby["lan"]
			s.Takeover = takeover
			top.Nodes[name].Standby["lan"] = s
		}
		l := open(t, top)
		l.at(40*time.Second, "yield a")
		l.run(60 * time.Second)
		got := []string{}
		for e, m := range event.Of[event.MACMoved](l.Events()) {
			got = append(got, fmt.Sprintf("%v %s %s %s>%s%s", e.At, m.Segment, m.MAC, m.From, m.To, e.Node))
		}
		want := []string{}
		if takeover == topology.TakeoverMAC {
			want = []string{"40.001s lan 00:00:0c:07:ac:1e a.lan>b.lan"}
		}
		if !slices.Equal(got, want) {
			t.Errorf("takeover by %s: got %q, want %q", takeover, got, want)
		}
	}
}
