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
	g := NewGauge(loop, clock)
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

// TestGaugeOfAWait: what the loop waited for and was late at is a stall,
// however short; what was on time is none.
func TestGaugeOfAWait(t *testing.T) {
	clock, err := NewClock()
	if err != nil {
		t.Fatal(err)
	}
	defer clock.Close()
	clock.Begin(netns.Monotonic() - time.Hour)
	clock.gauge = &Gauge{clock: clock}
	const late = beat / 4
	due := clock.Now() - late
	if reached := clock.Advance(due); reached != due {
		t.Errorf("got %v, want the instant %v that was due", reached, due)
	}
	if s := clock.gauge.Take(); s.Late < late || s.At != due+s.Late {
		t.Errorf("late by %v at least: got a stall of %v until %v", late, s.Late, s.At)
	}
	clock.Posted()
	if reached := clock.Advance(clock.Now() + time.Hour); reached > clock.Now() {
		t.Errorf("got %v, before it was that late", reached)
	}
	if s := clock.gauge.Take(); s != (Stall{}) {
		t.Errorf("woken early: got %+v, want no stall", s)
	}
}
