package tracking

import (
	"math"
	"math/rand/v2"
)

// distribution is a step function: a value and the probability that it is at
// most that.
type distribution []struct{ value, upTo float64 }

// The distributions of the simulation that this one repeats, rounded. They
// describe the servers of a Hadoop cluster and the upgrades of its machines.
var (
	// durations of connections, in seconds.
	durations = distribution{
		{0.001, 0.29336}, {0.002, 0.37823}, {0.003, 0.4059}, {0.0089, 0.45203}, {0.0255, 0.47601}, {0.31, 0.50185}, {10.276, 0.54797},
		{10.436, 0.76015}, {22.915, 0.89852}, {36.395, 0.92804}, {100.71, 0.94834}, {214.42, 0.95756}, {228.06, 0.99815}, {602.56, 1},
	}
	// downtimes of servers, in seconds.
	downtimes = distribution{
		{60, 0.00683}, {120.8, 0.04328}, {130.7, 0.21503}, {141.5, 0.38679}, {153.1, 0.55854}, {165.7, 0.7303},
		{179.3, 0.90205}, {304.8, 0.96583}, {671.7, 0.98178}, {20534, 0.99772}, {567076, 1},
	}
	// sizes of connections, in kilobytes.
	sizes = distribution{
		{0.2, 0.01}, {0.3, 0.05}, {0.35, 0.14}, {0.39, 0.2}, {0.48, 0.26}, {0.6, 0.33}, {0.64, 0.458}, {0.84, 0.584}, {1.3, 0.625},
		{1.7, 0.66}, {7.6, 0.707}, {45, 0.75}, {50, 0.813}, {73, 0.829}, {84, 0.87}, {280, 0.955}, {1320, 0.978}, {2244, 0.985},
		{54089, 0.993}, {271020, 0.998}, {553450, 1},
	}
)

// draw returns the index of a random value.
func (d distribution) draw(r *rand.Rand) int {
	u, i := r.Float64(), 0
	for u >= d[i].upTo {
		i++
	}
	return i
}

func (d distribution) mean() float64 {
	mean, before := 0.0, 0.0
	for _, step := range d {
		mean += step.value * (step.upTo - before)
		before = step.upTo
	}
	return mean
}

// binomial returns how many of n packets come in a part p of the time: exactly
// where that is few, else by the normal distribution.
func binomial(r *rand.Rand, n int, p float64) int {
	switch {
	case n == 0 || p <= 0:
		return 0
	case p >= 1:
		return n
	}
	mean := float64(n) * p
	if mean > 30 && float64(n)*(1-p) > 30 {
		return min(n, max(0, int(math.Round(mean+r.NormFloat64()*math.Sqrt(mean*(1-p))))))
	}
	if p > 0.5 {
		return n - binomial(r, n, 1-p)
	}
	u := r.Float64()
	probability := math.Pow(1-p, float64(n)) // of k packets
	k := 0
	for u >= probability && k < n {
		u -= probability
		probability *= float64(n-k) / float64(k+1) * p / (1 - p)
		k++
	}
	return k
}
