package oracle

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestNumbers: whatever the order, the set holds what was added and nothing
// else, in as few spans as possible.
func TestNumbers(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var s numbers
		added := map[uint64]bool{}
		for range draw.IntN(120) {
			n := draw.Uint64N(64)
			s.add(n)
			added[n] = true
		}
		var want []numberSpan
		for n := range uint64(66) {
			if s.has(n) != added[n] {
				t.Fatalf("%d: got %v", n, s.has(n))
			}
			switch k := len(want); {
			case !added[n]:
			case k > 0 && want[k-1].last == n-1:
				want[k-1].last = n
			default:
				want = append(want, numberSpan{n, n})
			}
		}
		if !slices.Equal(s.spans, want) {
			t.Fatalf("got spans %v, want %v", s.spans, want)
		}
	}
}

// TestNumbersStayFew: the numbers of a long run, answered out of order and by
// several processes, are few spans.
func TestNumbersStayFew(t *testing.T) {
	var s numbers
	most := 0
	for i := range uint64(100_000) {
		for _, process := range []uint64{0, 1 << 32} {
			s.add(process + i ^ 7) // eight are under way at once
			most = max(most, len(s.spans))
		}
	}
	if most > 16 {
		t.Errorf("got %d spans, want at most 16", most)
	}
}
