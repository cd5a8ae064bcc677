package statistic

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Proportion returns the share of runs that hit, with the bounds of Clopper and
// Pearson (Biometrika 26, 1934): the lowest and the highest share with which so
// many hits are not too improbable. They are exact, also for rare hits, and
// conservative: they cover the true share more often than the level says. Of
// 300 runs without a hit, the upper bound at 95 % is just below 1 %.
//
// It panics unless 0 <= hits <= n. Of no runs, nothing is known.
func Proportion(hits, n int, l Level) Interval {
	if hits < 0 || hits > n {
		panic(fmt.Sprintf("statistic: proportion: got %d hits of %d runs", hits, n))
	}
	tail := l.tail()
	if n == 0 {
		return none(1)
	}
	i := Interval{Value: float64(hits) / float64(n), Count: n, HasLow: l.low(), HasHigh: l.high()}
	if i.HasLow && hits > 0 {
		i.Low = betaQuantile(tail, hits, n-hits+1)
	}
	if i.HasHigh {
		i.High = 1
		if hits < n {
			// From the other end: 1-tail loses digits.
			i.High = 1 - betaQuantile(tail, n-hits, hits+1)
		}
	}
	return i
}

// betaQuantile returns the p-quantile of a beta distribution. Where one of its
// parameters is 1, it is a power, which is exact.
func betaQuantile(p float64, a, b int) float64 {
	switch {
	case b == 1:
		return math.Pow(p, 1/float64(a))
	case a == 1:
		return -math.Expm1(math.Log1p(-p) / float64(b))
	}
	return mathext.InvRegIncBeta(float64(a), float64(b), p)
}

// CountForProportion returns how many runs without a hit it takes until the
// upper bound of their share is at most a limit, which is above 0.
func CountForProportion(limit float64, l Level) int {
	if limit >= 1 {
		return 1
	}
	return powerBelow(1-limit, l.tail())
}

// MoreForProportion returns about how many more runs it takes until the
// interval of a share lies on one side of a limit, if they hit as often as the
// runs so far. It returns false if they never would: the share is the limit, or
// it takes more than a thousand million runs.
func MoreForProportion(hits, n int, limit float64, l Level) (int, bool) {
	share := float64(hits) / float64(max(n, 1))
	decided := func(total int) bool {
		expected := int(math.Round(share * float64(total)))
		i := Proportion(expected, total, l)
		return i.HasHigh && i.High <= limit || i.HasLow && i.Low > limit
	}
	return more(n, decided)
}

// runsMax is more runs than anybody plays.
const runsMax = 1_000_000_000

// more returns how many more than n values it takes until something holds,
// which holds for every larger number too, about.
func more(n int, holds func(total int) bool) (int, bool) {
	high := max(n, 1)
	for !holds(high) {
		if high *= 2; high > runsMax {
			return 0, false
		}
	}
	low := n - 1
	return 1 + largest(low, high-1, func(total int) bool { return total <= low || !holds(total) }) - n, true
}
