package statistic_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/cablepull/cablepull/scenarios/statistic"
)

// coverage is how many of repeated experiments had an interval that covers the
// true value.
type coverage struct{ covered, trials int }

func (c *coverage) add(covers bool) {
	c.trials++
	if covers {
		c.covered++
	}
}

func (c coverage) share() float64 { return float64(c.covered) / float64(c.trials) }

// repeated is how often each experiment is made. Its share of 95 % has a
// standard deviation of 0.15 %, so that 94.5 % is more than three away.
const repeated = 20_000

func covers(i statistic.Interval, x float64) bool {
	return i.HasLow && i.HasHigh && !i.Excludes(x)
}

// outage draws a time like an outage: a phase, and sometimes a long tail.
func outage(r *rand.Rand) float64 {
	v := 7 + 3*r.Float64()
	if r.Float64() < 0.1 {
		v += 10 * r.ExpFloat64()
	}
	return v
}

// TestExactIntervalsCover: intervals that are exact at 95 % cover the true
// value in at least 94.5 % of experiments, and are no wider than they must be:
// not all of them cover it.
func TestExactIntervalsCover(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 1))
	// The true quantiles of outage, from many draws.
	var all []float64
	for range 2_000_000 {
		all = append(all, outage(r))
	}
	slices.Sort(all)
	quantiles := map[float64]float64{0.5: all[len(all)/2], 0.9: all[len(all)*9/10]}
	got := map[string]*coverage{}
	note := func(name string, covers bool) {
		if got[name] == nil {
			got[name] = &coverage{}
		}
		got[name].add(covers)
	}
	values := make([]float64, 60)
	for range repeated {
		for i := range values {
			values[i] = outage(r)
		}
		s := sample(t, values...)
		note("p50 of 60", covers(statistic.Quantile(s, 0.5, statistic.Level95), quantiles[0.5]))
		note("p90 of 60", covers(statistic.Quantile(s, 0.9, statistic.Level95), quantiles[0.9]))
		note("p90 of 60, upper", !statistic.Quantile(s, 0.9, statistic.Level95Upper).Excludes(quantiles[0.9]))
		hits := 0
		for _, v := range values {
			if v > 10 {
				hits++ // with a probability of about 9 %
			}
		}
		above := 1 - float64(countUpTo(all, 10))/float64(len(all))
		note("share of 60", covers(statistic.Proportion(hits, 60, statistic.Level95), above))
		note("share of 60, upper", !statistic.Proportion(hits, 60, statistic.Level95Upper).Excludes(above))
		events := 0
		for at := r.ExpFloat64(); at < 4; at += r.ExpFloat64() {
			events++
		}
		note("rate of 4 expected", covers(statistic.Rate(events, 4, statistic.Level95), 1))
	}
	for name, c := range got {
		if share := c.share(); share < 0.945 || share == 1 {
			t.Errorf("%s: %.4f of intervals cover the true value, want at least 0.945, and not all", name, share)
		}
	}
	if len(got) != 6 {
		t.Errorf("%d experiments, want 6", len(got))
	}
}

func countUpTo(sorted []float64, x float64) int {
	n, _ := slices.BinarySearch(sorted, math.Nextafter(x, math.Inf(1)))
	return n
}

// TestPairedMeansCover: intervals of the mean of paired differences are no
// exact ones, but cover it in 93..97 % of experiments, also of differences that
// are far from normal.
func TestPairedMeansCover(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 2))
	for _, row := range []struct {
		name string
		n    int
		draw func() float64
		mean float64
	}{
		{"10 normal differences", 10, r.NormFloat64, 0},
		{"30 differences of phases", 30, func() float64 { return r.Float64() - 2*r.Float64() }, -0.5},
		{"200 differences of outages", 200, func() float64 { return outage(r) - outage(r) }, 0},
		{"200 rare differences", 200, func() float64 {
			if r.Float64() < 0.2 {
				return 1
			}
			return 0
		}, 0.2},
	} {
		var c coverage
		values := make([]float64, row.n)
		for range 5000 {
			for i := range values {
				values[i] = row.draw()
			}
			c.add(covers(statistic.Mean(sample(t, values...), statistic.Level95), row.mean))
		}
		if share := c.share(); share < 0.93 || share > 0.97 {
			t.Errorf("%s: %.4f of intervals cover the mean, want 0.93..0.97", row.name, share)
		}
	}
}
