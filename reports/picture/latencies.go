package picture

import (
	"maps"
	"math"
	"slices"
	"time"
)

// octave is the number of bins of the latencies between one and its double.
const octave = 64

// latencies is how long the answers to a client took: how many fell into each
// bin.
type latencies struct {
	bins  map[int]int
	count int
}

// binOf is the bin of a latency; spanOf is the middle of a bin.
func binOf(took time.Duration) int {
	return int(math.Floor(math.Log2(float64(max(took, 1))) * octave))
}

func spanOf(bin int) time.Duration {
	return time.Duration(math.Exp2((float64(bin) + 0.5) / octave))
}

func (l *latencies) sorted() []int { return slices.Sorted(maps.Keys(l.bins)) }

// cumulative is the share of the answers in each bin and those below, in per
// cent.
func (l *latencies) cumulative(bins []int) []Number {
	var all []Number
	sum := 0
	for _, bin := range bins {
		sum += l.bins[bin]
		all = append(all, Number(100*float64(sum)/float64(l.count)))
	}
	return all
}

// quantile is the time within which a share of the answers came.
func (l *latencies) quantile(share float64) time.Duration {
	sum := 0
	for _, bin := range l.sorted() {
		if sum += l.bins[bin]; float64(sum) >= share*float64(l.count) {
			return spanOf(bin)
		}
	}
	return 0
}

// sortedNames are the names of the clients.
func sortedNames(clients map[string]*latencies) []string { return slices.Sorted(maps.Keys(clients)) }

// milliseconds is a duration as a number of a plot.
func milliseconds(d time.Duration) Number { return Number(float64(d) / float64(time.Millisecond)) }
