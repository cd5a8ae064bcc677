package statistic

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Test is the result of a test of a hypothesis.
type Test struct {
	// Statistic is the number that the test is named after.
	Statistic float64
	// P is how probable a result as extreme as this one is, on either side, if the
	// hypothesis holds: at most 1.
	P float64
	// Count is how many values the test used: those that tell something.
	Count int
	// Exact says that P is no approximation.
	Exact bool
}

// Differences returns b minus a, pair by pair: runs with the same seed. It
// panics if they are no pairs.
func Differences(a, b []float64) []float64 {
	if len(a) != len(b) {
		panic(fmt.Sprintf("statistic: pairs: got %d and %d values", len(a), len(b)))
	}
	d := make([]float64, len(a))
	for i := range a {
		d[i] = b[i] - a[i]
	}
	return d
}

// Sign tests whether differences are as often above 0 as below, whatever their
// distribution is. Differences of 0 tell nothing, and are left out. Statistic
// is how many are above 0.
func Sign(differences []float64) Test {
	above, below := 0, 0
	for _, d := range differences {
		switch {
		case d > 0:
			above++
		case d < 0:
			below++
		}
	}
	t := McNemar(below, above)
	t.Statistic = float64(above)
	return t
}

// McNemar tests whether two settings hit equally often, by pairs in which only
// one of them hit: pairs in which both did, or none, tell nothing. It is exact:
// a fair coin decided each of these pairs, if the settings are equal. Statistic
// is onlyB.
func McNemar(onlyA, onlyB int) Test {
	n := onlyA + onlyB
	t := Test{Statistic: float64(onlyB), P: 1, Count: n, Exact: true}
	if n > 0 {
		t.P = min(1, 2*binomialAtMost(min(onlyA, onlyB), n, 0.5))
	}
	return t
}

// signedRankExact is up to how many differences SignedRank is exact: beyond,
// the normal approximation is off by less than a thousandth.
const signedRankExact = 50

// SignedRank is Wilcoxon's test whether differences are symmetric about 0, by
// the ranks of their sizes: it notices smaller differences than Sign does, if
// the differences are about symmetric. Differences of 0 are left out. Equal
// sizes share their ranks, and make P an approximation with a correction for
// them (Lehmann, Nonparametrics, §3.2). Statistic is the sum of the ranks of
// differences above 0.
func SignedRank(differences []float64) Test {
	var sizes []float64
	for _, d := range differences {
		if d != 0 {
			sizes = append(sizes, d)
		}
	}
	slices.SortStableFunc(sizes, func(a, b float64) int { return cmp.Compare(math.Abs(a), math.Abs(b)) })
	n := len(sizes)
	t := Test{P: 1, Count: n, Exact: true}
	if n == 0 {
		return t
	}
	ties := ranks(n, func(i, j int) bool { return math.Abs(sizes[i]) == math.Abs(sizes[j]) }, func(i int, rank float64) {
		if sizes[i] > 0 {
			t.Statistic += rank
		}
	})
	all := float64(n) * float64(n+1) / 2
	low := min(t.Statistic, all-t.Statistic)
	if t.Exact = ties == 0 && n <= signedRankExact; t.Exact {
		t.P = min(1, 2*signedRankAtMost(int(low), n))
		return t
	}
	variance := float64(n)*float64(n+1)*float64(2*n+1)/24 - ties/48
	t.P = bothTails(all/2-low, variance)
	return t
}

// signedRankAtMost returns the probability that a sum of the ranks 1..n, each
// of which counts with a probability of 1/2, is at most a number.
func signedRankAtMost(sum, n int) float64 {
	share := make([]float64, n*(n+1)/2+1)
	share[0] = 1
	for rank := 1; rank <= n; rank++ {
		for s := len(share) - 1; s >= 0; s-- {
			share[s] /= 2
			if s >= rank {
				share[s] += share[s-rank] / 2
			}
		}
	}
	total := 0.0
	for _, p := range share[:sum+1] {
		total += p
	}
	return total
}

// bothTails returns the probability that a sum of ranks is at least so far from
// what is expected, on either side. Sums move in halves at least: the distance
// is shortened by that (the correction for continuity).
func bothTails(distance, variance float64) float64 {
	if variance <= 0 {
		return 1
	}
	z := max(distance-0.5, 0) / math.Sqrt(variance)
	return min(1, 2*distuv.UnitNormal.Survival(z))
}

// ranks calls give with the rank, from 1, of each of n things that are sorted.
// Equal ones share the mean of their ranks. It returns the sum of t³-t over
// groups of t equal things.
func ranks(n int, equal func(i, j int) bool, give func(i int, rank float64)) (ties float64) {
	for from := 0; from < n; {
		to := from + 1
		for to < n && equal(from, to) {
			to++
		}
		for i := from; i < to; i++ {
			give(i, float64(from+to+1)/2)
		}
		t := float64(to - from)
		ties += t*t*t - t
		from = to
	}
	return ties
}
