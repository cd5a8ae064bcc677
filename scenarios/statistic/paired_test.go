package statistic_test

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"testing"

	"github.com/cablepull/cablepull/scenarios/statistic"
)

func TestSign(t *testing.T) {
	got := statistic.Sign([]float64{1, 2, 3, 0, -1, 5, 6, 7, 8, 9, 10})
	if got.Count != 10 || got.Statistic != 9 || !near(got.P, 2*11.0/1024, 1e-12) {
		t.Errorf("9 of 10 above 0: %+v, want P of 22/1024", got)
	}
	if got := statistic.Sign([]float64{0, 0}); got.P != 1 || got.Count != 0 {
		t.Errorf("no difference: %+v", got)
	}
	if got := statistic.Sign([]float64{-1, 1}); got.P != 1 {
		t.Errorf("one of each: %+v, want a P of 1 at most", got)
	}
}

func TestMcNemar(t *testing.T) {
	if got := statistic.McNemar(0, 6); !near(got.P, 2.0/64, 1e-12) || got.Count != 6 {
		t.Errorf("6 pairs, all on one side: %+v", got)
	}
	if got := statistic.McNemar(0, 0); got.P != 1 {
		t.Errorf("no pair: %+v", got)
	}
	if a, b := statistic.McNemar(3, 11), statistic.McNemar(11, 3); a.P != b.P {
		t.Errorf("sides differ: %v and %v", a.P, b.P)
	}
}

// TestSignedRank: all signs of ten ranks are equally probable; the critical sum
// at 5 % is 8 of 10 (Wilcoxon's table).
func TestSignedRank(t *testing.T) {
	differences := []float64{-1, 2, -3, -4, 5, 6, 7, 8, 9, 10} // ranks below 0: 1+3+4
	got := statistic.SignedRank(differences)
	as := 0
	for signs := range 1 << 10 {
		sum := 0
		for rank := range 10 {
			sum += (rank + 1) * (signs >> rank & 1)
		}
		if sum <= 8 {
			as++
		}
	}
	if want := 2 * float64(as) / 1024; !got.Exact || !near(got.P, want, 1e-12) || !near(want, 0.0488, 1e-3) || got.Statistic != 47 {
		t.Errorf("%+v, want a sum of 47 and P %v", got, want)
	}
	if got := statistic.SignedRank([]float64{0, 0, 0}); got.P != 1 || got.Count != 0 {
		t.Errorf("no difference: %+v", got)
	}
	tied := statistic.SignedRank([]float64{1, 1, -1, 2, 2, 3})
	if tied.Exact || tied.Statistic != 19 || tied.P <= 0.05 || tied.P > 1 {
		t.Errorf("equal sizes: %+v, want a sum of 19 and no exact P", tied)
	}
	if got := statistic.SignedRank([]float64{5, 5, 5, 5}); got.P <= 0 || got.P > 1 {
		t.Errorf("all equal: %+v", got)
	}
}

// TestSignedRankLimit: at 50 differences, where the exact distribution ends,
// the approximation for 51 with nearly the same sum is close to it.
func TestSignedRankLimit(t *testing.T) {
	differences := func(n int) []float64 {
		r := rand.New(rand.NewPCG(1, 2))
		var d []float64
		for range n {
			d = append(d, r.NormFloat64()+0.3)
		}
		return d
	}
	a, b := statistic.SignedRank(differences(50)), statistic.SignedRank(differences(51))
	if !a.Exact || b.Exact || math.Abs(a.P-b.P) > 0.03 {
		t.Errorf("%+v and %+v, want the first exact, and close", a, b)
	}
}

// TestRankSum: of the 252 ways in which five values of b can lie among ten, 4
// have U <= 2.
func TestRankSum(t *testing.T) {
	a, b := []float64{6, 7, 8, 9, 10}, []float64{1, 2, 3, 4, 8.5}
	got := statistic.RankSum(a, b)
	as, all := 0, 0
	for chosen := range 1 << 10 {
		if bits.OnesCount(uint(chosen)) != 5 {
			continue
		}
		all++
		u, before := 0, 0
		for i := range 10 {
			if chosen>>i&1 == 1 {
				u += before
			} else {
				before++
			}
		}
		if u <= 3 {
			as++
		}
	}
	if want := 2 * float64(as) / float64(all); got.Statistic != 3 || !got.Exact || !near(got.P, want, 1e-12) {
		t.Errorf("%+v, want U of 3 and P %v", got, want)
	}
	if other := statistic.RankSum(b, a); other.Statistic != 22 || !near(other.P, got.P, 1e-12) {
		t.Errorf("the other way around: %+v", other)
	}
	if got := statistic.RankSum(nil, a); got.P != 1 {
		t.Errorf("of nothing: %+v", got)
	}
	if got := statistic.RankSum([]float64{1, 1, 1}, []float64{1, 1}); got.P != 1 || got.Exact || got.Statistic != 3 {
		t.Errorf("all equal: %+v, want half of the pairs", got)
	}
	// Beyond the exact distribution, the approximation of 51 and 50 values.
	x, y := statistic.RankSum(upTo(50), upTo(50)), statistic.RankSum(shifted(50, 5.5), upTo(50))
	z := statistic.RankSum(shifted(51, 5.5), upTo(50))
	if x.P != 1 || !y.Exact || z.Exact || math.Abs(y.P-z.P) > 0.05 {
		t.Errorf("%+v, %+v, %+v", x, y, z)
	}
}

func shifted(n int, by float64) []float64 {
	values := upTo(n)
	for i := range values {
		values[i] += by
	}
	return values
}
