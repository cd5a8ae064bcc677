package world_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// finished runs a topology with faults until a minute has passed, and ends its
// record.
func finished(t *testing.T, top topology.Topology, at time.Duration, faults ...string) *world.World {
	t.Helper()
	w, err := world.Build(top, world.Options{Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	for _, line := range faults {
		f, err := fault.Parse(line)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.At(at, f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Run(time.Minute); err != nil {
		t.Fatal(err)
	}
	w.Finish()
	return w
}

// TestFinish: the status of both members is the last of the log, and enters the
// digest once.
func TestFinish(t *testing.T) {
	w := finished(t, pair(), 0)
	digest, events := w.Digest(), w.Events()
	var all []event.StandbyStatus
	for e, s := range event.Of[event.StandbyStatus](events[len(events)-2:]) {
		if want := []string{"a", "b"}[len(all)]; e.Node != want || e.At != time.Minute {
			t.Errorf("status %d: got %s at %v, want %s at the end", len(all), e.Node, e.At, want)
		}
		if s.HellosSent < 10 || s.HellosReceived < 10 {
			t.Errorf("%s: got %d hellos sent and %d received, want 10 or more", e.Node, s.HellosSent, s.HellosReceived)
		}
		s.HellosSent, s.HellosReceived, s.Transitions = 0, 0, 0
		all = append(all, s)
	}
	want := []event.StandbyStatus{
		{Interface: "lan", Group: 30, IP: "192.0.2.100", Priority: 110, Mode: "active", GroupLeader: "192.0.2.11", State: "Active"},
		{Interface: "lan", Group: 30, IP: "192.0.2.100", Priority: 100, Mode: "standby", GroupLeader: "192.0.2.11", State: "Standby"},
	}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
	w.Finish()
	if len(w.Events()) != len(events) || w.Digest() != digest {
		t.Error("finishing twice left a second trace")
	}
}

// TestFinishOfTheDead: who cannot answer shows no status, and measures say why.
func TestFinishOfTheDead(t *testing.T) {
	for line, want := range map[string]string{
		"crash a": "down", "freeze a": "frozen", "reboot a down 30s": "down", "set a standby off": "off",
		"pull a.lan": "standby", "yield a": "standby", // both still answer
	} {
		w := finished(t, pair(), 40*time.Second, line)
		shown := map[string]bool{}
		for e := range event.Of[event.StandbyStatus](w.Events()) {
			shown[e.Node] = true
		}
		if answers := want == "standby"; shown["a"] != answers || !shown["b"] {
			t.Errorf("%s: status of %v, want it of a: %v, and of b", line, shown, answers)
		}
		m, _ := w.Measure()
		if a, b := m.Members[0], m.Members[1]; a.Node != "a" || a.Mode != want || b.Mode != "active" || b.Leader != "192.0.2.12" {
			t.Errorf("%s: got %+v, want mode %s, and b active", line, m.Members, want)
		}
	}
}
