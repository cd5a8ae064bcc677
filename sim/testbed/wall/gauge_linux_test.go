package wall

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim"
)

// TestGauge: work that keeps the loop for 200 ms is found as a stall, once. A
// loop that starts an hour late has not stalled for an hour.
func TestGauge(t *testing.T) {
	const busy = 200 * time.Millisecond
	clock, err := NewClock()
	if err != nil {
		t.Fatal(err)
	}
	loop := sim.NewDriven(1, clock)
	clock.Begin(netns.Monotonic() - time.Hour)
	g := NewGauge(loop)
	now := clock.Now()
	run := func(span time.Duration) {
		now += span
		if err := loop.Run(now); err != nil {
			t.Fatal(err)
		}
	}
	run(busy)
	if s := g.Take(); s.Late > time.Minute {
		t.Errorf("got a stall of %v from the start", s.Late)
	}
	before := clock.Now()
	loop.Post(sim.Func(func() {
		for begin := clock.Now(); clock.Now() < begin+busy; {
		}
	}))
	run(2 * busy)
	s := g.Take()
	if s.Late < busy-beat || s.Late > clock.Now()-before || s.At < before+busy {
		t.Errorf("busy for %v from %v on: got a stall of %v until %v", busy, before, s.Late, s.At)
	}
	if s := g.Take(); s != (Stall{}) {
		t.Errorf("taken before: got %+v", s)
	}
}
