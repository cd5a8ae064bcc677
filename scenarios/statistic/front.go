package statistic

import (
	"math"
	"slices"
)

// Front returns the indices of the points that no other point beats: one that
// is at most as large in all coordinates, and smaller in one. All coordinates
// are better the smaller they are. Equal points are all in it, or none; a point
// with NaN, of which something was not measured, never is. The indices are in
// order.
func Front(points [][]float64) []int {
	var front []int
	for i, p := range points {
		unknown := slices.ContainsFunc(p, math.IsNaN)
		if !unknown && !slices.ContainsFunc(points, func(q []float64) bool { return beats(q, p) }) {
			front = append(front, i)
		}
	}
	return front
}

func beats(q, p []float64) bool {
	smaller := false
	for i := range p {
		switch {
		case !(q[i] <= p[i]): // NaN beats nothing
			return false
		case q[i] < p[i]:
			smaller = true
		}
	}
	return smaller
}
