package tracking

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestAnchorMovesOnlyWhatItMust removes and adds buckets at random. A
// connection changes its bucket only if that was removed or if the added one
// takes it, which lookup said before. All buckets that work have equal parts.
func TestAnchorMovesOnlyWhatItMust(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := newAnchor(24, 12, 4)
		const keys = 2000
		var was [keys]int
		var may [keys]bool
		for key := range was {
			was[key], may[key] = a.lookup(uint64(key))
		}
		for range rapid.IntRange(1, 12).Draw(t, "changes") {
			gone, came := -1, -1
			if a.size > 4 && (a.size == 12 || rapid.Bool().Draw(t, "remove")) {
				gone = a.order[rapid.IntRange(0, a.size-1).Draw(t, "bucket")]
				a.remove(gone)
			} else {
				came = a.add()
			}
			counts := map[int]int{}
			for key := range was {
				is, moves := a.lookup(uint64(key))
				switch {
				case is == was[key]:
				case was[key] == gone:
				case is == came && may[key]:
				default:
					t.Fatalf("connection %d (may move: %t) went from %d to %d when %d was removed or %d added", key, may[key], was[key], is, gone, came)
				}
				counts[is]++
				was[key], may[key] = is, moves
			}
			for _, b := range a.working() {
				if want := float64(keys) / float64(a.size); math.Abs(float64(counts[b])-want) > 6*math.Sqrt(want) {
					t.Fatalf("bucket %d of %d has %d connections, want about %.0f", b, a.size, counts[b], want)
				}
			}
			if len(counts) > a.size {
				t.Fatalf("got connections in %d buckets, only %d work", len(counts), a.size)
			}
		}
	})
}

// TestAnchorNamesWhatMoves: a connection may move when servers of the horizon
// come if and only if one of them takes it.
func TestAnchorNamesWhatMoves(t *testing.T) {
	a := newAnchor(24, 12, 4)
	for _, b := range []int{3, 7, 0} {
		a.remove(b)
	}
	for key := range uint64(5000) {
		before, moves := a.lookup(key)
		for range a.horizon {
			a.add()
		}
		after, _ := a.lookup(key)
		if moved := after != before; moved != moves {
			t.Fatalf("connection %d: from %d to %d, said that it may move: %t", key, before, after, moves)
		}
		for _, b := range slices.Clone(a.order[9:13]) { // gone again, in any order
			a.remove(b)
		}
	}
}
