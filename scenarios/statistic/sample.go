package statistic

import (
	"fmt"
	"math"
	"slices"
)

// Sample is a list of values of independent runs, sorted. Some of them may be
// censored: only a lower bound is known, because a run ended first.
type Sample struct {
	// atLeast has each value, or its lower bound, sorted.
	atLeast []float64
	// atMost has each value, or infinity if it is censored, sorted.
	atMost []float64
	open   int
}

// NewSample returns a sample of values that are known. It refuses NaN and
// infinities: they are no results.
func NewSample(values []float64) (Sample, error) { return NewCensored(values, nil) }

// NewCensored returns a sample of values that are known, and of values that are
// known to be at least so much.
//
// No censored value takes a place of its own among the others: an order
// statistic is at least what it is if each censored value equals its bound, and
// at most what it is if they are all beyond the largest. What these two agree
// on is known.
func NewCensored(values, atLeast []float64) (Sample, error) {
	all := slices.Concat(values, atLeast)
	for i, v := range all {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return Sample{}, fmt.Errorf("statistic: value %d: got %v, want a number", i+1, v)
		}
	}
	s := Sample{atLeast: all, atMost: slices.Clone(values), open: len(atLeast)}
	for range atLeast {
		s.atMost = append(s.atMost, math.Inf(1))
	}
	slices.Sort(s.atLeast)
	slices.Sort(s.atMost)
	return s, nil
}

// Count returns how many values the sample has.
func (s Sample) Count() int { return len(s.atLeast) }

// Censored returns of how many values only a lower bound is known.
func (s Sample) Censored() int { return s.open }

// Values returns the values, sorted; of censored ones, their lower bounds.
func (s Sample) Values() []float64 { return slices.Clone(s.atLeast) }

// Least returns the smallest value, and whether it is only known to be at least
// that. A sample without values has none: NaN.
func (s Sample) Least() (float64, bool) { return s.at(1) }

// Largest is like Least for the largest value.
func (s Sample) Largest() (float64, bool) { return s.at(s.Count()) }

// at returns the order statistic of a rank from 1.
func (s Sample) at(rank int) (value float64, atLeast bool) {
	if s.Count() == 0 {
		return math.NaN(), false
	}
	rank = min(max(rank, 1), s.Count())
	value = s.atLeast[rank-1]
	return value, value < s.atMost[rank-1]
}

// Exceed counts the values above a limit for certain: a censored value whose
// bound is below it is not among them, but among the second result, those that
// may be above.
func (s Sample) Exceed(limit float64) (above, unknown int) {
	first, _ := slices.BinarySearch(s.atMost, math.Nextafter(limit, math.Inf(1)))
	may := s.Count() - first
	first, _ = slices.BinarySearch(s.atLeast, math.Nextafter(limit, math.Inf(1)))
	above = s.Count() - first
	return above, may - above
}
