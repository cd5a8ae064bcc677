package testbed

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
	clock, err := newWall()
	if err != nil {
		t.Fatal(err)
	}
	loop := sim.NewDriven(1, clock)
	clock.begin(netns.Monotonic() - time.Hour)
	g := newGauge(loop)
	now := clock.Now()
	run := func(span time.Duration) {
		now += span
		if err := loop.Run(now); err != nil {
			t.Fatal(err)
		}
	}
	run(busy)
	if s := g.take(); s.Late > time.Minute {
		t.Errorf("got a stall of %v from the start", s.Late)
	}
	before := clock.Now()
	loop.Post(sim.Func(func() {
		for begin := clock.Now(); clock.Now() < begin+busy; {
		}
	}))
	run(2 * busy)
	s := g.take()
	if s.Late < busy-beat || s.Late > clock.Now()-before || s.At < before+busy {
		t.Errorf("busy for %v from %v on: got a stall of %v until %v", busy, before, s.Late, s.At)
	}
	if s := g.take(); s != (stall{}) {
		t.Errorf("taken before: got %+v", s)
	}
}

// TestNoise: the worst stall counts, of any process, but not that of a machine
// which is frozen, nor the moment of its thaw.
func TestNoise(t *testing.T) {
	const s = time.Second
	var n noise
	n.hear("a", stall{At: 10 * s, Late: 20 * time.Millisecond})
	n.hear("", stall{At: 11 * s, Late: 30 * time.Millisecond})
	n.hear("b", stall{At: 12 * s, Late: 10 * time.Millisecond})
	if got := n.get(); got != 30*time.Millisecond {
		t.Errorf("got %v, want the worst", got)
	}
	n.freeze("a", 20*s)
	n.hear("a", stall{At: 20*s + 1, Late: s / 2}) // told before it stood
	n.thaw("a", 24*s)
	n.hear("a", stall{At: 24*s + 1, Late: 4 * s})
	if got := n.get(); got != 30*time.Millisecond {
		t.Errorf("frozen: got %v, want no more than before", got)
	}
	n.hear("b", stall{At: 24*s + 1, Late: s})
	n.hear("a", stall{At: 27 * s, Late: 2 * s})
	if got := n.get(); got != 2*s {
		t.Errorf("after the thaw: got %v, want the worst", got)
	}
}
