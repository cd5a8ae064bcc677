package attachment

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/testbed/wall"
)

// TestNoise: the worst stall counts, of any process, but not that of a machine
// which is frozen, nor the moment of its thaw.
func TestNoise(t *testing.T) {
	const s = time.Second
	var n Noise
	n.Add("a", wall.Stall{At: 10 * s, Late: 20 * time.Millisecond})
	n.Add("", wall.Stall{At: 11 * s, Late: 30 * time.Millisecond})
	n.Add("b", wall.Stall{At: 12 * s, Late: 10 * time.Millisecond})
	if got := n.Get(); got != 30*time.Millisecond {
		t.Errorf("got %v, want the worst", got)
	}
	n.Freeze("a", 20*s)
	n.Add("a", wall.Stall{At: 20*s + 1, Late: s / 2}) // told before it stood
	n.Thaw("a", 24*s)
	n.Add("a", wall.Stall{At: 24*s + 1, Late: 4 * s})
	if got := n.Get(); got != 30*time.Millisecond {
		t.Errorf("frozen: got %v, want no more than before", got)
	}
	n.Add("b", wall.Stall{At: 24*s + 1, Late: s})
	n.Add("a", wall.Stall{At: 27 * s, Late: 2 * s})
	if got := n.Get(); got != 2*s {
		t.Errorf("after the thaw: got %v, want the worst", got)
	}
}
