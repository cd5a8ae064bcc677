//go:build linux

package testbed

import (
	"math"
	"sync"
	"time"

	"github.com/cablepull/cablepull/sim"
)

// gauge measures how late a loop in real time is, with a timer that goes off
// every beat: whatever keeps the loop from running on time, a machine without a
// free processor or work of its own, keeps that timer too.
type gauge struct {
	loop  *sim.Loop
	timer *sim.Timer
	due   time.Duration
	worst stall
}

// beat is short beside the tolerance of real time, and long beside what it costs
// to wake a process.
const beat = 25 * time.Millisecond

// newGauge measures from the first moment that the loop runs.
func newGauge(loop *sim.Loop) *gauge {
	g := &gauge{loop: loop}
	g.timer = loop.NewTimer(sim.Func(g.strike))
	loop.Post(sim.Func(g.start))
	return g
}

func (g *gauge) start() {
	g.due = g.loop.Now() + beat
	g.timer.Reset(beat)
}

func (g *gauge) strike() {
	now := g.loop.Now()
	if late := now - g.due; late > g.worst.Late {
		g.worst = stall{At: now, Late: late}
	}
	g.start()
}

// take returns the worst stall since the last time.
func (g *gauge) take() stall {
	worst := g.worst
	g.worst = stall{}
	return worst
}

// noise is the worst stall of a run, in whatever process. A frozen machine that
// has not run is none.
type noise struct {
	mu     sync.Mutex
	worst  time.Duration
	frozen map[string]standing // the last time of each node
}

// standing is a time in which a machine was frozen.
type standing struct{ from, to time.Duration }

// freeze and thaw say when a machine stands still on purpose.
func (n *noise) freeze(node string, at time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.frozen == nil {
		n.frozen = map[string]standing{}
	}
	n.frozen[node] = standing{at, math.MaxInt64}
}

func (n *noise) thaw(node string, at time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.frozen[node] = standing{n.frozen[node].from, at}
}

// hear takes a stall of a node's process, or of the coordinator's, whose name is
// empty.
func (n *noise) hear(node string, s stall) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if f, was := n.frozen[node]; was && s.At >= f.from && s.At-s.Late <= f.to {
		return
	}
	n.worst = max(n.worst, s.Late)
}

func (n *noise) get() time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.worst
}
