package scenarios

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/scenarios/expect"
	"github.com/cablepull/cablepull/sim/topology"
)

// TestClients: what a scenario says of its clients, also by default, decides
// how many requests come due within the tolerance.
func TestClients(t *testing.T) {
	s := &Scenario{Topology: topology.Topology{Nodes: map[string]topology.Node{"c1": {Client: &topology.Client{Rate: 20}}, "a": {}}}}
	clients := s.Clients()
	if want := (expect.Client{Rate: 20, Mode: topology.ModeNew}); len(clients) != 1 || clients["c1"] != want {
		t.Errorf("got %+v, want c1 with %+v", clients, want)
	}
	if due, passing := clients.Due("c1", RealTime), clients.Passing(RealTime); due != 3 || passing != 3 {
		t.Errorf("got %d due and %d passing, want 3 and 3", due, passing)
	}
}

// TestOwnTolerance: a scenario with timers of milliseconds has a tolerance of
// its own.
func TestOwnTolerance(t *testing.T) {
	if got := (&Scenario{}).RealTime(); got != RealTime {
		t.Errorf("by default: got %v, want %v", got, RealTime)
	}
	if got := (&Scenario{Tolerance: 25 * time.Millisecond}).RealTime(); got != 25*time.Millisecond {
		t.Errorf("its own: got %v, want 25ms", got)
	}
}
