//go:build linux

package wall

import (
	"time"

	"github.com/cablepull/cablepull/sim"
)

// Gauge measures how late a loop in real time runs. Each time that the loop has
// waited for something that was due, it looks how late that is: the machine had
// no free processor. And it has a timer that fires every beat, so that
// something is due in an idle loop, and a loop that is busy with its own work
// shows too.
type Gauge struct {
	loop  *sim.Loop
	clock *Clock
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
// the cost of waking a process: when it was 25 ms, that was a sixth of the cost
// of a run.
const beat = 100 * time.Millisecond

// NewGauge measures from the first moment that the loop of a clock runs.
func NewGauge(loop *sim.Loop, clock *Clock) *Gauge {
	g := &Gauge{loop: loop, clock: clock}
	g.timer = loop.NewTimer(sim.Func(g.tick))
	loop.Post(sim.Func(g.start))
	return g
}

func (g *Gauge) start() {
	g.clock.gauge = g
	g.due = g.loop.Now() + beat
	g.timer.Reset(beat)
}

func (g *Gauge) tick() {
	g.reached(g.due, g.loop.Now())
	g.start()
}

// reached takes at what instant something ran, or could, that was due.
func (g *Gauge) reached(due, now time.Duration) {
	if late := now - due; late > g.worst.Late {
		g.worst = Stall{At: now, Late: late}
	}
}

// Take returns the worst stall since the last time.
func (g *Gauge) Take() Stall {
	worst := g.worst
	g.worst = Stall{}
	return worst
}
