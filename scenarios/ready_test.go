package scenarios

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/world"
)

// TestReady: runs of a scenario that was made ready are those of the scenario,
// however many there were before, and change nothing that they share.
func TestReady(t *testing.T) {
	s := parsed(t, strings.Replace(small, "timeline:", "timeline:\n  - 20s: [set a standby.lan.priority 90, reboot b down 10s]", 1))
	ready := s.Ready()
	checked, err := ready.checked()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for seed := range uint64(3) {
			want, err := s.Run(t.Context(), RunOptions{Seed: seed})
			if err != nil {
				t.Fatal(err)
			}
			got, err := ready.Run(t.Context(), RunOptions{Seed: seed})
			if err != nil || got.Digest != want.Digest || !reflect.DeepEqual(got.Measures, want.Measures) {
				t.Errorf("seed %d: got %v, want the run of the scenario", seed, err)
			}
		}
	}
	if whole := s.Topology.WithDefaults(); !reflect.DeepEqual(checked.Topology(), whole) || !reflect.DeepEqual(ready.topology, whole) {
		t.Error("a run has changed the topology")
	}
	if !reflect.DeepEqual(ready.Facts(), world.FactsOf(s.Topology.WithDefaults(), s.Duration)) {
		t.Error("a run has changed the facts")
	}
}

// TestReadyLater: a phase without another check is the phase with it.
func TestReadyLater(t *testing.T) {
	s := parsed(t, small)
	ready := s.Ready()
	for _, phase := range []time.Duration{time.Second, 700 * time.Millisecond} {
		want, err := s.Later(phase)
		if err != nil {
			t.Fatal(err)
		}
		later, err := ready.Later(phase)
		if err != nil {
			t.Fatal(err)
		}
		got := later.Scenario()
		if !reflect.DeepEqual(got.Timeline, want.Timeline) || !reflect.DeepEqual(got.Expect, want.Expect) || got.Duration != want.Duration || got.Phase != phase {
			t.Errorf("phase %v: got %+v, want %+v", phase, got, want)
		}
		if !reflect.DeepEqual(later.Facts(), want.Facts()) {
			t.Errorf("phase %v: got facts %+v, want %+v", phase, later.Facts(), want.Facts())
		}
	}
	if s.Phase != 0 || !reflect.DeepEqual(s.Timeline, parsed(t, small).Timeline) || !reflect.DeepEqual(s.Expect, parsed(t, small).Expect) {
		t.Errorf("the original has changed: %+v", s)
	}
	if _, err := ready.Later(-1); err == nil {
		t.Error("a negative phase: got no error")
	}
}

// TestReadyInvalid: nobody plays an invalid topology, not even the second time.
func TestReadyInvalid(t *testing.T) {
	s := parsed(t, small)
	a := s.Nodes["a"]
	a.Default = a.NICs["lan"].Address.Addr()
	a.CPU.Cores = -1
	s.Nodes["a"] = a
	ready := s.Ready()
	for range 2 {
		if _, err := ready.Run(t.Context(), RunOptions{Seed: 1}); err == nil || !strings.Contains(err.Error(), "invalid topology") {
			t.Errorf("got %v, want that it is invalid", err)
		}
	}
}
