package world_test

import (
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
