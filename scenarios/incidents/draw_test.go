package incidents

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/fault"
)

// TestDrawnFaults: for each incident, faults drawn at random read as they
// print, and its topology takes each of them, alone and once all machines are
// up: some need a machine that another would have switched off.
func TestDrawnFaults(t *testing.T) {
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(20, 7))
	for _, s := range all {
		whole := s.Topology.WithDefaults()
		s.Expect = nil   // it names faults that are gone
		s.Variants = nil // each of them would be checked again
		for range 50 {
			f, ok := fault.Standard().Draw(r, whole)
			if !ok {
				t.Fatalf("%s: nothing was drawn", s.Name)
			}
			if again, err := fault.Parse(f.String()); err != nil || again.String() != f.String() {
				t.Errorf("%s: %s: parsed again: got %v, %v", s.Name, f, again, err)
			}
			s.Timeline = []scenarios.Step{{At: s.Duration - time.Second, Faults: []fault.Fault{f}}}
			if err := s.Validate(); err != nil {
				t.Errorf("%s: %v", s.Name, err)
			}
		}
	}
}
