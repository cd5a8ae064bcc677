package oracle

import (
	"math/rand/v2"
	"testing"
)

// TestPending: it holds what a map holds, whatever comes and goes, few or many.
func TestPending(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var p pending[int]
	want := map[uint64]int{}
	most := 0
	for i := range 20000 {
		request := random.Uint64N(30)
		switch n := random.IntN(8); {
		case n < 3 || n == 3 && i%2000 < 1000: // for a time more come than go
			p.set(request, i)
			want[request] = i
		default:
			p.delete(request)
			delete(want, request)
		}
		if i%5000 == 4999 {
			p.clear()
			clear(want)
		}
		most = max(most, len(want))
		request = random.Uint64N(30)
		got, has := p.get(request)
		if value, is := want[request]; got != value || has != is {
			t.Fatalf("step %d: request %d: got %d %v, want %d %v", i, request, got, has, value, is)
		}
		sum, number := 0, 0
		p.each(func(v int) { sum, number = sum+v, number+1 })
		for _, v := range want {
			sum -= v
		}
		if sum != 0 || number != len(want) {
			t.Fatalf("step %d: each: got %d, want %d, sums differ by %d", i, number, len(want), sum)
		}
	}
	if most <= 2*fewMax {
		t.Errorf("got at most %d at once, want more than a list holds", most)
	}
}
