package statistic

import (
	"fmt"
	"math"
	"slices"
)

// Sensitivity is a design that tells which knobs a figure depends on, by the
// indices of Sobol. It has two matrices of points A and B, and for each knob k
// a matrix that is A but for column k, which is of B (Saltelli et al., Computer
// Physics Communications 181, 2010).
type Sensitivity struct {
	rows, knobs int
	seed        uint64
	a, b        [][]float64
}

// NewSensitivity returns the design with so many rows in each matrix, which
// takes rows times (knobs+2) points. A few hundred rows tell large indices
// apart.
func NewSensitivity(rows, knobs int, seed uint64) *Sensitivity {
	s := &Sensitivity{rows: rows, knobs: knobs, seed: seed}
	for _, p := range Halton(rows, 2*knobs, seed) {
		s.a, s.b = append(s.a, p[:knobs:knobs]), append(s.b, p[knobs:])
	}
	return s
}

// Points returns the points of the unit cube at which to measure: those of A,
// of B, then of each mixed matrix.
func (s *Sensitivity) Points() [][]float64 {
	points := slices.Concat(s.a, s.b)
	for k := range s.knobs {
		for i := range s.rows {
			mixed := slices.Clone(s.a[i])
			mixed[k] = s.b[i][k]
			points = append(points, mixed)
		}
	}
	return points
}

// Index says how much of the variance of a figure is due to one knob.
type Index struct {
	// First is the share that goes if the knob is fixed, on average: what the knob
	// does on its own. It may come out below 0 if it is about 0.
	First Interval
	// Total is the share that stays if all other knobs are fixed: what it does on
	// its own and together with others.
	Total Interval
}

// resamples is how many bootstrap samples an interval is from.
const resamples = 1000

// Indices returns the index of each knob from the values at Points, in that
// order. The bounds are quantiles of a bootstrap over rows, and no exact ones.
// If all values are equal, there is no variance to divide: each Value is NaN.
func (s *Sensitivity) Indices(values []float64, l Level) ([]Index, error) {
	if want := s.rows * (s.knobs + 2); len(values) != want || s.rows < 2 {
		return nil, fmt.Errorf("statistic: sensitivity: got %d values of %d rows, want %d of at least 2", len(values), s.rows, want)
	}
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("statistic: sensitivity: value %d: got %v, want a number", i+1, v)
		}
	}
	all := make([]int, s.rows)
	for i := range all {
		all[i] = i
	}
	indices := make([]Index, s.knobs)
	for k := range indices {
		first, total := s.index(values, k, all)
		indices[k] = Index{Interval{Value: first, Count: s.rows}, Interval{Value: total, Count: s.rows}}
		if math.IsNaN(first) {
			continue
		}
		r := source(s.seed, uint64(1000+k))
		var firsts, totals []float64
		drawn := make([]int, s.rows)
		for range resamples {
			for i := range drawn {
				drawn[i] = r.IntN(s.rows)
			}
			if f, t := s.index(values, k, drawn); !math.IsNaN(f) {
				firsts, totals = append(firsts, f), append(totals, t)
			}
		}
		bound(&indices[k].First, firsts, l)
		bound(&indices[k].Total, totals, l)
	}
	return indices, nil
}

// index returns the indices of a knob from some of the rows.
func (s *Sensitivity) index(values []float64, k int, rows []int) (first, total float64) {
	mixed := values[(2+k)*s.rows:]
	both := make([]float64, 0, 2*len(rows))
	for _, i := range rows {
		both = append(both, values[i], values[s.rows+i])
	}
	mean, deviation := moments(both)
	for _, i := range rows {
		a, b, m := values[i], values[s.rows+i]-mean, mixed[i]
		first += b * (m - a)
		total += (a - m) * (a - m) / 2
	}
	variance := deviation * deviation * float64(len(rows))
	if variance == 0 {
		return math.NaN(), math.NaN()
	}
	return first / variance, total / variance
}

// bound gives an interval the bounds of a bootstrap.
func bound(i *Interval, drawn []float64, l Level) {
	slices.Sort(drawn)
	if len(drawn) == 0 {
		return
	}
	if i.HasLow = l.low(); i.HasLow {
		i.Low = drawn[rank(l.tail(), len(drawn))-1]
	}
	if i.HasHigh = l.high(); i.HasHigh {
		i.High = drawn[rank(1-l.tail(), len(drawn))-1]
	}
}
