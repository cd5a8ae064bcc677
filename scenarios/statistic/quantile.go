package statistic

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Quantile returns the q-quantile of what the sample was drawn from, with a
// bound on each side that is itself a value of the sample.
//
// The estimate is the smallest value that at least a share q of the sample does
// not exceed: always the value of one run, and never between two.
//
// The bounds are exact whatever the distribution is (David and Nagaraja, Order
// Statistics, §7.1): of n values, the number B below the true quantile is
// binomial, so the r-th smallest value is a lower bound unless B < r, whose
// probability is at most the level's tail. As ranks are whole numbers, the
// intervals cover the true value more often than the level says. They need so
// many values that a bound exists: see CountForQuantile.
func Quantile(s Sample, q float64, l Level) Interval {
	n := s.Count()
	if n == 0 {
		return none(CountForQuantile(q, l))
	}
	i := Interval{Count: n}
	i.Value, i.AtLeast = s.at(rank(q, n))
	if l.low() {
		// The largest rank r with P(B <= r-1) <= tail.
		r := largest(0, n, func(r int) bool { return r == 0 || binomialAtMost(r-1, n, q) <= l.tail() })
		if i.HasLow = r > 0; i.HasLow {
			i.Low = s.atLeast[r-1]
		}
	}
	if l.high() {
		// The smallest rank r with P(B >= r) <= tail.
		r := 1 + largest(0, n, func(r int) bool { return r == 0 || 1-binomialAtMost(r-1, n, q) > l.tail() })
		if i.HasHigh = r <= n && !math.IsInf(s.atMost[r-1], 1); i.HasHigh {
			i.High = s.atMost[r-1]
		}
	}
	i.Needs = max(CountForQuantile(q, l)-n, 0)
	return i
}

// rank returns the rank of the q-quantile among n values, from 1.
func rank(q float64, n int) int {
	return min(max(int(math.Ceil(q*float64(n)-1e-9)), 1), n)
}

// CountForQuantile returns how many values it takes until the bounds of a
// q-quantile that the level asks for exist: for p99 at 95 %, 299 if only the
// upper one is wanted, and 368 for both.
func CountForQuantile(q float64, l Level) int {
	checkQuantile(q)
	n := 1
	if l.high() {
		n = max(n, powerBelow(q, l.tail()))
	}
	if l.low() {
		n = max(n, powerBelow(1-q, l.tail()))
	}
	return n
}

// checkQuantile panics if q is no share: that is a mistake in the program.
func checkQuantile(q float64) {
	if !(q > 0 && q < 1) {
		panic(fmt.Sprintf("statistic: quantile: got %v, want above 0 and below 1; least and largest values have no bounds", q))
	}
}

// powerBelow returns the smallest n such that the n-th power of p is at most a
// limit.
func powerBelow(p, limit float64) int {
	n := max(int(math.Floor(math.Log(limit)/math.Log(p))), 1)
	for math.Pow(p, float64(n)) > limit {
		n++
	}
	return n
}

// binomialAtMost returns the probability of at most k hits in n trials that
// each hit with a probability of p.
func binomialAtMost(k, n int, p float64) float64 {
	switch {
	case k < 0:
		return 0
	case k >= n:
		return 1
	case p <= 0:
		return 1
	case p >= 1:
		return 0
	}
	return mathext.RegIncBeta(float64(n-k), float64(k+1), 1-p)
}

// largest returns the largest number of low..high for which holds is true. It
// must be true for low, and not again after it was false.
func largest(low, high int, holds func(int) bool) int {
	for low < high {
		middle := low + (high-low+1)/2
		if holds(middle) {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return low
}
