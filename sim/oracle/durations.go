package oracle

import (
	"maps"
	"math/bits"
	"slices"
	"time"
)

// durations counts durations. It counts each by itself while there are few
// different ones. If there are more, it keeps only their 11 leading bits, so
// that the median is off by 0.05 % at most, and the size is bounded.
type durations struct {
	counts map[time.Duration]int
	n      int
	max    time.Duration // exact
	coarse bool
}

const (
	durationsMax = 1 << 14 // different durations that are counted by themselves
	durationBits = 11
)

func (d *durations) add(one time.Duration) {
	d.n++
	d.max = max(d.max, one)
	if d.counts == nil {
		d.counts = map[time.Duration]int{}
	}
	if d.coarse {
		one = leading(one)
	}
	d.counts[one]++
	if len(d.counts) > durationsMax && !d.coarse {
		d.coarse = true
		fine := d.counts
		d.counts = map[time.Duration]int{}
		for one, n := range fine { // order: a sum
			d.counts[leading(one)] += n
		}
	}
}

// rest is how many bits a duration has behind its leading ones.
func rest(d time.Duration) int { return max(bits.Len64(uint64(d))-durationBits, 0) }

// leading returns the duration with zeros behind its leading bits.
func leading(d time.Duration) time.Duration { return d >> rest(d) << rest(d) }

// median returns the one in the middle, the shorter of two.
func (d *durations) median() time.Duration {
	before := 0
	for _, one := range slices.Sorted(maps.Keys(d.counts)) {
		if before += d.counts[one]; before <= (d.n-1)/2 {
			continue
		}
		if d.coarse {
			one += 1 << rest(one) >> 1 // the middle of those that are counted with it
		}
		return min(one, d.max)
	}
	return 0
}
