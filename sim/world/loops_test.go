package world_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// behind is a client whose router r1 sends what it does not know to r2, and a
// server behind r2. What r2 does not know it sends to back.
func behind(target, back string) topology.Topology {
	nics := func(addresses ...string) map[string]topology.NIC {
		all := map[string]topology.NIC{}
		for _, a := range addresses {
			segment, address, _ := strings.Cut(a, " ")
			all[segment] = topology.NIC{Address: netip.MustParsePrefix(address)}
		}
		return all
	}
	r2 := topology.Node{NICs: nics("mid 192.0.2.2/24", "far 203.0.113.1/24"), Router: &topology.Router{}}
	if back != "" {
		r2.Default = netip.MustParseAddr(back)
	}
	return topology.Topology{
		Segments: map[string]topology.Segment{"near": {}, "mid": {}, "far": {}},
		Nodes: map[string]topology.Node{
			"c": {
				NICs: nics("near 198.51.100.10/24"), Default: netip.MustParseAddr("198.51.100.1"),
				Client: &topology.Client{Target: target, Rate: 5},
			},
			"r1": {NICs: nics("near 198.51.100.1/24", "mid 192.0.2.1/24"), Default: netip.MustParseAddr("192.0.2.2"), Router: &topology.Router{}},
			"r2": r2,
			"s":  {NICs: nics("far 203.0.113.10/24"), Default: netip.MustParseAddr("203.0.113.1"), Backend: &topology.Backend{}},
		},
	}
}

func looped(t *testing.T, top topology.Topology) (all []event.FrameLooped, w *world.World) {
	t.Helper()
	w, err := world.Build(top, world.Options{Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	if err := w.Run(10 * time.Second); err != nil {
		t.Fatal(err)
	}
	for _, l := range event.Of[event.FrameLooped](w.Events()) {
		all = append(all, l)
	}
	return all, w
}

// TestFrameLooped: two routers that point at each other pass on what neither
// knows until it has no hops left; each port tells once.
func TestFrameLooped(t *testing.T) {
	all, w := looped(t, behind("http://10.0.0.1/", "192.0.2.1"))
	if len(all) != 2 || all[0].Port != "r1.mid" || all[1].Port != "r2.mid" {
		t.Fatalf("got %+v, want one of r1.mid and one of r2.mid", all)
	}
	if l := all[0]; l.Segment != "mid" || l.Times != 1 || !strings.HasPrefix(l.Frame, "TCP 198.51.100.10:") || !strings.HasSuffix(l.Frame, " > 10.0.0.1:80") {
		t.Errorf("got %+v, want a TCP segment from the client to 10.0.0.1:80 on mid", l)
	}
	_, violations := w.Measure()
	if len(violations) != 2 || violations[0].Invariant != "no-forwarding-loop" {
		t.Errorf("violations: got %+v, want no-forwarding-loop for both ports", violations)
	}
}

// TestNoFrameLooped: the same routers loop nothing that has a way, although
// segments pass through both; nor what one of them does not know, although
// clients repeat it.
func TestNoFrameLooped(t *testing.T) {
	all, w := looped(t, behind("http://203.0.113.10/", "192.0.2.1"))
	answered := 0
	for range event.Of[event.RequestAnswered](w.Events()) {
		answered++
	}
	if len(all) != 0 || answered < 45 {
		t.Errorf("a way: got %+v and %d answers, want no loop and 45 or more", all, answered)
	}
	if all, _ := looped(t, behind("http://10.0.0.1/", "")); len(all) != 0 {
		t.Errorf("no way: got %+v, want no loop", all)
	}
}
