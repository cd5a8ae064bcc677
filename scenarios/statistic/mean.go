package statistic

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Mean returns the mean of the sample with Student's interval. It is right for
// values with a normal distribution, and about right for many values of any:
// for means of few outages, whose distribution has a long tail, prefer
// quantiles. If the sample has censored values, the mean is at least its value,
// and has no upper bound.
func Mean(s Sample, l Level) Interval {
	n := s.Count()
	tail := l.tail()
	if n == 0 {
		return none(2)
	}
	mean, deviation := moments(s.atLeast)
	i := Interval{Value: mean, Count: n, AtLeast: s.open > 0}
	if n == 1 {
		i.Needs = 1
		return i
	}
	half := student(n-1, tail) * deviation / math.Sqrt(float64(n))
	if i.HasLow = l.low(); i.HasLow {
		i.Low = mean - half
	}
	if i.HasHigh = l.high() && s.open == 0; i.HasHigh {
		i.High = mean + half
	}
	return i
}

// student returns the value that Student's t exceeds with a probability.
func student(freedom int, tail float64) float64 {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(freedom)}.Quantile(1 - tail)
}

// Deviation returns the standard deviation of values, 0 for fewer than two.
func Deviation(values []float64) float64 {
	_, deviation := moments(values)
	return deviation
}

// moments returns mean and standard deviation, in two passes: one pass loses
// the digits of small differences between large values, and times are large.
func moments(values []float64) (mean, deviation float64) {
	if len(values) == 0 {
		return math.NaN(), 0
	}
	for _, v := range values {
		mean += v
	}
	mean /= float64(len(values))
	if len(values) < 2 {
		return mean, 0
	}
	squares, rest := 0.0, 0.0
	for _, v := range values {
		squares += (v - mean) * (v - mean)
		rest += v - mean
	}
	n := float64(len(values))
	return mean, math.Sqrt(max(squares-rest*rest/n, 0) / (n - 1))
}

// CountToTell returns about how many pairs of runs it takes to tell a mean
// difference from none with a probability (the power, such as 0.8), if the
// differences have a standard deviation: the square of the sum of the normal
// quantiles of level and power, times deviation by difference (Cohen,
// Statistical Power Analysis, ch. 2, for one sample of differences). It returns
// 2 at least, and false if the difference is 0.
func CountToTell(difference, deviation, power float64, l Level) (int, bool) {
	if difference == 0 {
		return 0, false
	}
	z := l.normal() + distuv.UnitNormal.Quantile(power)
	n := math.Ceil(math.Pow(z*deviation/difference, 2))
	if n > runsMax {
		return 0, false
	}
	return max(int(n), 2), true
}
