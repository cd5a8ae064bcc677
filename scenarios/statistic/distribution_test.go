package statistic_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/cablepull/cablepull/scenarios/statistic"
)

func uniform(x float64) float64 { return min(max(x, 0), 1) }

// atDistance returns n values whose empirical distribution is d from the
// uniform one.
func atDistance(n int, d float64) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = min(float64(i)/float64(n)+d, 1)
	}
	return values
}

// TestKolmogorov has critical values of tables (Miller 1956), a probability
// from the paper of Marsaglia, Tsang and Wang, and the limit for many values.
func TestKolmogorov(t *testing.T) {
	for _, row := range []struct {
		n          int
		d, want, f float64
	}{
		{10, 0.274, 1 - 0.6284796154565, 1e-9},
		{10, 0.40925, 0.05, 1e-4}, {20, 0.29408, 0.05, 1e-4}, {10, 0.48893, 0.01, 1e-4}, {100, 0.13403, 0.05, 1e-4},
		{1, 0.8, 0.4, 1e-12}, {1, 0.5, 1, 1e-12}, {2, 0.9, 0.02, 1e-12},
		{10000, 0.0135810, 0.05, 1e-3}, {101, 0.13338, 0.05, 1e-3}, {10000, 0.019495, 0.001, 1e-4},
	} {
		got := statistic.Kolmogorov(atDistance(row.n, row.d), uniform)
		if !near(got.Statistic, row.d, 1e-9) || !near(got.P, row.want, row.f) {
			t.Errorf("%d values at %v: %+v, want P %v", row.n, row.d, got, row.want)
		}
	}
	if got := statistic.Kolmogorov(nil, uniform); got.P != 1 {
		t.Errorf("of nothing: %+v", got)
	}
	if got := statistic.Kolmogorov([]float64{0.5, 0.5, 0.5, 0.5, 0.5, 0.5}, uniform); got.Statistic != 0.5 || got.P > 0.08 {
		t.Errorf("of equal values: %+v", got)
	}
}

// TestSmirnov counts by hand: of the 6 orders of two and two values, 2 have the
// distance 1; and all orders of small samples.
func TestSmirnov(t *testing.T) {
	if got := statistic.Smirnov([]float64{1, 2}, []float64{3, 4}); got.Statistic != 1 || !near(got.P, 1.0/3, 1e-12) || !got.Exact {
		t.Errorf("separate pairs: %+v, want P of 1/3", got)
	}
	if got := statistic.Smirnov([]float64{1, 3}, []float64{2, 4}); got.Statistic != 0.5 || got.P != 1 {
		t.Errorf("alternating pairs: %+v", got)
	}
	if got := statistic.Smirnov([]float64{5, 5}, []float64{5, 5, 5}); got.Statistic != 0 || got.P != 1 {
		t.Errorf("equal values: %+v", got)
	}
	if got := statistic.Smirnov(nil, []float64{1}); got.P != 1 {
		t.Errorf("of nothing: %+v", got)
	}
	r := rand.New(rand.NewPCG(4, 4))
	draw := func(n int) (values []float64) {
		for range n {
			values = append(values, r.Float64())
		}
		return values
	}
	exact, limit := statistic.Smirnov(draw(1000), draw(1000)), statistic.Smirnov(draw(1001), draw(1000))
	if !exact.Exact || limit.Exact || exact.P < 0.001 || limit.P < 0.001 {
		t.Errorf("%+v and %+v, want the first exact, and no difference", exact, limit)
	}
}

// TestFalseAlarms: of samples that do come from the distribution, a share of
// about 5 % has a P below 5 %: 1,000 samples make that 3.2..7.2 % (three
// deviations of 0.69 %).
func TestFalseAlarms(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 1))
	alarms := map[string]int{}
	const trials = 1000
	for range trials {
		var a, b, paired []float64
		for range 60 {
			a, b = append(a, r.Float64()), append(b, r.Float64())
			paired = append(paired, r.NormFloat64())
		}
		for name, p := range map[string]float64{
			"Kolmogorov": statistic.Kolmogorov(a, uniform).P, "RankSum": statistic.RankSum(a, b).P,
			"SignedRank": statistic.SignedRank(paired).P, "SignedRank of 30": statistic.SignedRank(paired[:30]).P, "RankSum of 20": statistic.RankSum(a[:20], b[:20]).P,
		} {
			if p <= 0.05 {
				alarms[name]++
			}
		}
	}
	for name, n := range alarms {
		if share := float64(n) / trials; share < 0.029 || share > 0.072 {
			t.Errorf("%s: %v of samples without a difference have P <= 5 %%", name, share)
		}
	}
	if len(alarms) != 5 {
		t.Errorf("alarms of %v only", alarms)
	}
}

func TestCDF(t *testing.T) {
	s, _ := statistic.NewCensored([]float64{2, 1, 2}, []float64{1.5})
	want := []statistic.Step{{1, 0.25}, {2, 0.75}}
	if got := statistic.CDF(s); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := statistic.CDF(statistic.Sample{}); got != nil {
		t.Errorf("of nothing: %v", got)
	}
}

func TestFront(t *testing.T) {
	points := [][]float64{{1, 5}, {2, 2}, {3, 3}, {5, 1}, {2, 2}, {1, 6}, {math.NaN(), 0}}
	if got := statistic.Front(points); !slices.Equal(got, []int{0, 1, 3, 4}) {
		t.Errorf("front %v", got)
	}
	if got := statistic.Front(nil); got != nil {
		t.Errorf("front of nothing: %v", got)
	}
}
