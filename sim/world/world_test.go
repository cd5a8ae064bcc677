package world_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// pair is two members and a client on one segment.
func pair() topology.Topology {
	vip := netip.MustParseAddr("192.0.2.100")
	nic := func(address string) map[string]topology.NIC {
		return map[string]topology.NIC{"lan": {Address: netip.MustParsePrefix(address)}}
	}
	standby := func(priority int) map[string]topology.Standby {
		return map[string]topology.Standby{"lan": {Group: 30, VIP: vip, Priority: &priority}}
	}
	return topology.Topology{
		Segments: map[string]topology.Segment{"lan": {}},
		Nodes: map[string]topology.Node{
			"a":  {NICs: nic("192.0.2.11/24"), Gateway: &topology.Gateway{}, Standby: standby(110)},
			"b":  {NICs: nic("192.0.2.12/24"), Gateway: &topology.Gateway{}, Standby: standby(100)},
			"c1": {NICs: nic("192.0.2.201/24"), Client: &topology.Client{Target: "http://192.0.2.100/", Rate: 20, Connections: 5, Mode: "keep-alive", Start: 30 * time.Second}},
		},
	}
}

func run(t *testing.T, seed uint64) *world.World {
	t.Helper()
	w, err := world.Build(pair(), world.Options{Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	if err := w.At(40*time.Second, fault.Pull{Port: fault.Port{Node: "a", Interface: "lan"}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Run(90 * time.Second); err != nil {
		t.Fatal(err)
	}
	return w
}

// TestCablePull: the standby member takes the virtual IP within the hold time,
// and the client is served by it afterwards.
func TestCablePull(t *testing.T) {
	w := run(t, 7)
	for _, e := range w.Events() {
		switch e.What.(type) {
		case event.RequestSent, event.RequestServed, event.RequestAnswered:
		default:
			t.Logf("%v", string(event.AppendJSON(nil, e)))
		}
	}
	var active []string
	for e, s := range event.Of[event.StandbyChanged](w.Events()) {
		if s.To == "Active" {
			active = append(active, e.Node)
		}
	}
	if len(active) != 2 || active[0] != "a" || active[1] != "b" {
		t.Errorf("became Active: got %v, want a, then b", active)
	}
	served := map[string]int{}
	for e, a := range event.Of[event.RequestAnswered](w.Events()) {
		if e.At > 60*time.Second {
			served[a.By]++
		}
	}
	if served["a"] > 0 || served["b"] < 500 {
		t.Errorf("answered after takeover: got %v, want all by b", served)
	}
	if again := run(t, 7); again.Digest() != w.Digest() {
		t.Errorf("digest of the same seed: got %s, want %s", again.Digest(), w.Digest())
	}
}
