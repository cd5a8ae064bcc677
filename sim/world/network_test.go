package world_test

import (
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// TestDistantNode: a frame takes longer to and from a node with a long cable,
// by just that, and to and from no other; a heal does not shorten it.
func TestDistantNode(t *testing.T) {
	nics := func(address string, latency time.Duration) map[string]topology.NIC {
		return map[string]topology.NIC{"lan": {Address: mustPrefix(address), Latency: latency}}
	}
	client := &topology.Client{Target: "http://192.0.2.50/", Rate: 10, Connections: 1, Mode: topology.ModeKeepAlive}
	l := open(t, topology.Topology{
		Segments: map[string]topology.Segment{"lan": {}},
		Nodes: map[string]topology.Node{
			"web":  {NICs: nics("192.0.2.50/24", 0), Backend: &topology.Backend{}},
			"far":  {NICs: nics("192.0.2.201/24", 5*time.Millisecond), Client: client},
			"near": {NICs: nics("192.0.2.202/24", 0), Client: client},
		},
	})
	l.at(5*time.Second, "heal")
	l.run(10 * time.Second)

	latencies := map[string]map[time.Duration]int{"far": {}, "near": {}}
	for e, answered := range event.Of[event.RequestAnswered](l.Events()) {
		if e.At > time.Second { // the connection is there
			latencies[e.Node][answered.Latency]++
		}
	}
	if len(latencies["near"]) != 1 || len(latencies["far"]) != 1 {
		t.Fatalf("got latencies %v, want one of each client", latencies)
	}
	for near := range latencies["near"] {
		if far := near + 10*time.Millisecond; latencies["far"][far] < 80 {
			t.Errorf("got latencies %v, want %v of the far client", latencies, far)
		}
	}
}

// TestBlockedPorts: a member that is switched on, or whose cable is back, hears
// nobody until the switch forwards, and becomes Active beside the other one.
// The log says until when; it is no violation, and not a time in which the two
// hear each other. A warm restart keeps the link, so nothing is blocked.
func TestBlockedPorts(t *testing.T) {
	for _, tc := range []struct {
		name, line string
		want       []event.PortBlocked
	}{
		{"switched on", "crash b for 10s", []event.PortBlocked{{Interface: "lan", Until: 80 * time.Second}}},
		{"the cable is back", "pull b.lan for 10s", []event.PortBlocked{{Interface: "lan", Until: 80 * time.Second}}},
		{"restarted warm", "reboot b warm down 10s", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			top := group{"a": {11, 110, false, 0}, "b": {12, 100, false, 0}}.topology()
			top.Segments["lan"] = topology.Segment{ForwardDelay: 30 * time.Second}
			l := open(t, top)
			l.at(40*time.Second, tc.line)
			l.run(100 * time.Second)
			var got []event.PortBlocked
			for e, b := range event.Of[event.PortBlocked](l.Events()) {
				if got = append(got, b); e.At != 50*time.Second || e.Node != "b" {
					t.Errorf("%s's port is blocked at %v, want b's at 50s", e.Node, e.At)
				}
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
			l.Finish()
			measures, violations := l.Measure()
			if len(violations) > 0 {
				t.Errorf("violated: %+v", violations)
			}
			// b is Active from 70 s on, and hears a hello within 3 s after 80 s.
			g := measures.Groups[0]
			if both := tc.want != nil; g.DualActive > 13*time.Second || g.DualActive >= 10*time.Second != both || g.DualJoined > 3*time.Second || g.DualJoined > 0 != both {
				t.Errorf("two are Active for %v, and hear each other for %v", g.DualActive, g.DualJoined)
			}
		})
	}
}
