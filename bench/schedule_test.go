package bench

import (
	"testing"

	"github.com/cablepull/cablepull/node/selfbalance"
)

// TestSchedule: the workload reaches all members, in proportion where weights
// count.
func TestSchedule(t *testing.T) {
	const n = 163_000
	for a, want := range map[selfbalance.Algorithm]int{
		selfbalance.WeightedLeastConnections: n / 163, selfbalance.WeightedRoundRobin: n / 163, selfbalance.RoundRobin: n / 64,
		selfbalance.SourceHash: n / 163,
	} { // order: each is checked by itself
		if got := Schedule(a, 64, n); got < want*85/100 || got > want*115/100 {
			t.Errorf("%v: the last of 64 members got %d connections, want %d ± 15 %%", a, got, want)
		}
	}
}
