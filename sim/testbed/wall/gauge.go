//go:build linux

package wall

import (
	"time"

	"github.com/cablepull/cablepull/sim"
)

// Gauge measures how late a loop in real time runs, with a timer that fires
// every beat: whatever delays the loop, a machine without a free processor or
// work of its own, delays that timer too.
type Gauge struct {
	loop  *sim.Loop
	timer *sim.Timer
	due   time.Duration
	worst Stall
}

// Stall is a time during which a loop did not run although it was due.
type Stall struct {
	At   time.Duration `json:"at"`   // when it ran again
	Late time.Duration `json:"late"` // for how long it had not
}

// beat is short compared to the tolerance of real time, and long compared to
// the cost of waking a process.
const beat = 25 * time.Millisecond

// NewGauge measures from the first moment that the loop runs.
func NewGauge(loop *sim.Loop) *Gauge {
	g := &Gauge{loop: loop}
	g.timer = loop.NewTimer(sim.Func(g.tick))
	loop.Post(sim.Func(g.start))
	return g
}

func (g *Gauge) start() {
	g.due = g.loop.Now() + beat
	g.timer.Reset(beat)
}

func (g *Gauge) tick() {
	now := g.loop.Now()
	if late := now - g.due; late > g.worst.Late {
		g.worst = Stall{At: now, Late: late}
	}
	g.start()
}

// Take returns the worst stall since the last time.
func (g *Gauge) Take() Stall {
	worst := g.worst
	g.worst = Stall{}
	return worst
}
