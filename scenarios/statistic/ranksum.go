package statistic

import (
	"cmp"
	"slices"
)

// rankSumExact is up to which product of counts RankSum is exact.
const rankSumExact = 2500

// RankSum is the test of Wilcoxon, Mann and Whitney whether two samples that
// are not paired come from one distribution. Statistic is U: in how many pairs
// of a value of b and one of a that of b is the larger, where equal ones count
// half; divided by the number of pairs, it is how probable that is. Equal
// values make P an approximation with a correction for them (Lehmann,
// Nonparametrics, §1.4).
func RankSum(a, b []float64) Test {
	type value struct {
		of    float64
		fromB bool
	}
	var all []value
	for _, v := range a {
		all = append(all, value{v, false})
	}
	for _, v := range b {
		all = append(all, value{v, true})
	}
	slices.SortStableFunc(all, func(x, y value) int { return cmp.Compare(x.of, y.of) })
	m, n := float64(len(a)), float64(len(b))
	t := Test{P: 1, Count: len(all), Exact: true}
	if len(a) == 0 || len(b) == 0 {
		return t
	}
	ties := ranks(len(all), func(i, j int) bool { return all[i].of == all[j].of }, func(i int, rank float64) {
		if all[i].fromB {
			t.Statistic += rank
		}
	})
	t.Statistic -= n * (n + 1) / 2
	low := min(t.Statistic, m*n-t.Statistic)
	if t.Exact = ties == 0 && len(a)*len(b) <= rankSumExact; t.Exact {
		t.P = min(1, 2*rankSumAtMost(int(low), len(a), len(b)))
		return t
	}
	total := m + n
	variance := m * n / 12 * (total + 1 - ties/(total*(total-1)))
	t.P = bothTails(m*n/2-low, variance)
	return t
}

// rankSumAtMost returns the probability that U of m and n values of one
// distribution is at most u. The largest value is one of the n with a
// probability of n/(m+n), and adds m to U then.
func rankSumAtMost(u, m, n int) float64 {
	// share[j][s] is the probability of U = s for i and j values.
	share := make([][]float64, n+1)
	for j := range share {
		share[j] = make([]float64, u+1)
		share[j][0] = 1 // for no value of the other sample
	}
	for i := 1; i <= m; i++ {
		for j := 1; j <= n; j++ {
			own := float64(j) / float64(i+j)
			for s := u; s >= 0; s-- {
				p := (1 - own) * share[j][s] // of i-1 and j values
				if s >= i {
					p += own * share[j-1][s-i] // of i and j-1 values
				}
				share[j][s] = p
			}
		}
	}
	total := 0.0
	for _, p := range share[n] {
		total += p
	}
	return total
}
