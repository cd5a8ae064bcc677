//go:build linux

package attachment

import (
	"math"
	"sync"
	"time"

	"github.com/cablepull/cablepull/sim/testbed/wall"
)

// Noise is the worst stall of a run, of all its processes. A machine that does
// not run because it is frozen does not count.
type Noise struct {
	mu     sync.Mutex
	worst  time.Duration
	frozen map[string]frozenSpan // the last one of each node
}

// frozenSpan is a time during which a machine was frozen.
type frozenSpan struct{ from, to time.Duration }

// Freeze says that a node is frozen on purpose from an instant on.
func (n *Noise) Freeze(node string, at time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.frozen == nil {
		n.frozen = map[string]frozenSpan{}
	}
	n.frozen[node] = frozenSpan{at, math.MaxInt64}
}

// Thaw says that it runs again.
func (n *Noise) Thaw(node string, at time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.frozen[node] = frozenSpan{n.frozen[node].from, at}
}

// Add adds a stall of a node's process, or of the coordinator, whose name is
// empty.
func (n *Noise) Add(node string, s wall.Stall) {
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
