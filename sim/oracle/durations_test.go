package oracle

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestDurations: the median is exact while there are few different durations,
// and close if there are many.
func TestDurations(t *testing.T) {
	for _, c := range []struct {
		name      string
		n         int
		different uint64
		coarse    bool
	}{
		{"none", 0, 1, false},
		{"one", 1, 1 << 40, false},
		{"two", 2, 1 << 40, false},
		{"as many as are exact", durationsMax, 1 << 50, false},
		{"many, few different", 200_000, durationsMax, false},
		{"one too many", durationsMax + 1, 1 << 50, true},
		{"many", 200_000, uint64(10 * time.Second), true},
	} {
		draw := rand.New(rand.NewPCG(3, 4))
		var d durations
		var all []time.Duration
		for range c.n {
			one := time.Duration(draw.Uint64N(c.different))
			all = append(all, one)
			d.add(one)
		}
		slices.Sort(all)
		var median, longest time.Duration
		if c.n > 0 {
			median, longest = all[(c.n-1)/2], all[c.n-1]
		}
		off := (d.median() - median).Abs()
		if d.max != longest || d.n != c.n || d.coarse != c.coarse || !c.coarse && off != 0 || off > median/2000 {
			t.Errorf("%s: got median %v of %d, longest %v, coarse %v; want %v of %d, %v, %v",
				c.name, d.median(), d.n, d.max, d.coarse, median, c.n, longest, c.coarse)
		}
		if len(d.counts) > 64<<durationBits {
			t.Errorf("%s: %d counts", c.name, len(d.counts))
		}
	}
}
