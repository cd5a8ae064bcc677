//go:build linux

package attachment

import (
	"math"
	"sync"
	"time"

	"github.com/cablepull/cablepull/sim/testbed/wall"
)

// Noise is the worst stall of a run, in whatever process. A frozen machine that
// has not run is none.
type Noise struct {
	mu     sync.Mutex
	worst  time.Duration
	frozen map[string]standing // the last time of each node
}

// standing is a time in which a machine was frozen.
type standing struct{ from, to time.Duration }

// Freeze says that a machine stands still on purpose from now on.
func (n *Noise) Freeze(node string, at time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.frozen == nil {
		n.frozen = map[string]standing{}
	}
	n.frozen[node] = standing{at, math.MaxInt64}
}

// Thaw says that it goes on.
func (n *Noise) Thaw(node string, at time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.frozen[node] = standing{n.frozen[node].from, at}
}

// Hear takes a stall of a node's process, or of the coordinator's, whose name is
// empty.
func (n *Noise) Hear(node string, s wall.Stall) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if f, was := n.frozen[node]; was && s.At >= f.from && s.At-s.Late <= f.to {
		return
	}
	n.worst = max(n.worst, s.Late)
}

// Get returns the worst so far.
func (n *Noise) Get() time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.worst
}
