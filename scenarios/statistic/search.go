package statistic

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Search looks for the point within bounds at which a function is smallest, by
// the evolution strategy CMA-ES (Hansen, The CMA Evolution Strategy, arXiv
// 1604.00772): it draws a generation of points from a normal distribution, and
// moves and shapes the distribution after the better half of them. It compares
// values only: steps, kinks and noise do no harm but to its speed.
//
// Ask and Tell take turns. All points of a generation may be evaluated at once.
// The same seed and values give the same points.
type Search struct {
	low, high []float64
	random    *rand.Rand

	// Coordinates from here on are 0..1 between the bounds.
	mean       []float64
	step       float64
	factor     [][]float64 // lower triangle whose square is the covariance
	covariance [][]float64
	stepPath   []float64
	shapePath  []float64
	count      int // generations so far
	population int
	weights    []float64
	rates

	asked     [][]float64 // the generation without values
	best      []float64
	bestValue float64
}

// rates are how fast the strategy learns, all from its dimensions (Hansen,
// table 1).
type rates struct {
	effective                    float64 // how many points the weights are worth
	stepRate, stepDamp           float64
	shapeRate, rankOne, rankMany float64
	lengthOfNormal               float64
}

// startStep is the first deviation of each coordinate, of its range.
const startStep = 0.3

// NewSearch returns a search between bounds with so many points in a
// generation; 0: as many as the strategy recommends, 4+3·ln(knobs).
func NewSearch(low, high []float64, population int, seed uint64) (*Search, error) {
	n := len(low)
	if n == 0 || len(high) != n {
		return nil, fmt.Errorf("statistic: search: got %d lower and %d upper bounds, want as many, and at least 1", n, len(high))
	}
	for i := range low {
		if !(low[i] < high[i]) || math.IsInf(high[i]-low[i], 0) {
			return nil, fmt.Errorf("statistic: search: bounds of knob %d: got %v and %v, want finite ones, the lower first", i+1, low[i], high[i])
		}
	}
	if population == 0 {
		population = 4 + int(3*math.Log(float64(n)))
	}
	if population < 4 {
		return nil, fmt.Errorf("statistic: search: points in a generation: got %d, want at least 4", population)
	}
	s := &Search{
		low: slices.Clone(low), high: slices.Clone(high), random: source(seed, 0), step: startStep,
		mean: make([]float64, n), stepPath: make([]float64, n), shapePath: make([]float64, n),
		covariance: unit(n), factor: unit(n), bestValue: math.Inf(1),
	}
	for i := range s.mean {
		s.mean[i] = 0.5
	}
	s.learn(population)
	return s, nil
}

// learn sets weights and rates for a number of points in a generation.
func (s *Search) learn(population int) {
	n, sum, squares := float64(len(s.mean)), 0.0, 0.0
	for i := range population / 2 {
		w := math.Log(float64(population)/2+0.5) - math.Log(float64(i+1))
		s.weights = append(s.weights, w)
		sum += w
	}
	for i := range s.weights {
		s.weights[i] /= sum
		squares += s.weights[i] * s.weights[i]
	}
	e := 1 / squares
	s.effective = e
	s.stepRate = (e + 2) / (n + e + 5)
	s.stepDamp = 1 + 2*max(0, math.Sqrt((e-1)/(n+1))-1) + s.stepRate
	s.shapeRate = (4 + e/n) / (n + 4 + 2*e/n)
	s.rankOne = 2 / ((n+1.3)*(n+1.3) + e)
	s.rankMany = min(1-s.rankOne, 2*(e-2+1/e)/((n+2)*(n+2)+e))
	s.lengthOfNormal = math.Sqrt(n) * (1 - 1/(4*n) + 1/(21*n*n))
	s.asked = nil
	s.population = population
}

// Ask returns the points of the next generation, within the bounds: a
// coordinate that was drawn beyond one is on it. Until Tell is called, it
// returns the same points.
func (s *Search) Ask() [][]float64 {
	if s.asked == nil {
		s.asked = make([][]float64, s.population)
		for i := range s.asked {
			s.asked[i] = s.draw()
		}
	}
	points := make([][]float64, len(s.asked))
	for i, p := range s.asked {
		points[i] = s.scaled(p)
	}
	return points
}

// draw returns a point of the distribution, within the bounds.
func (s *Search) draw() []float64 {
	normal := make([]float64, len(s.mean))
	for i := range normal {
		normal[i] = s.random.NormFloat64()
	}
	point := slices.Clone(s.mean)
	for i := range point {
		for j := range i + 1 {
			point[i] += s.step * s.factor[i][j] * normal[j]
		}
		point[i] = min(max(point[i], 0), 1)
	}
	return point
}

// scaled returns a point in the user's coordinates.
func (s *Search) scaled(p []float64) []float64 {
	point := make([]float64, len(p))
	for i := range p {
		point[i] = min(s.low[i]+p[i]*(s.high[i]-s.low[i]), s.high[i])
	}
	return point
}

// Tell takes the values at the points of Ask, in that order. NaN is worse than
// any number: a point at which there was nothing to measure.
func (s *Search) Tell(values []float64) error {
	if s.asked == nil {
		return errors.New("statistic: search: got values, want a call of Ask first")
	}
	if len(values) != len(s.asked) {
		return fmt.Errorf("statistic: search: got %d values, want %d", len(values), len(s.asked))
	}
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	worst := func(v float64) float64 {
		if math.IsNaN(v) {
			return math.Inf(1)
		}
		return v
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(worst(values[i]), worst(values[j])) })
	if first := order[0]; s.best == nil || worst(values[first]) < s.bestValue {
		s.best, s.bestValue = s.scaled(s.asked[first]), worst(values[first])
	}
	better := make([][]float64, len(s.weights))
	for i := range better {
		better[i] = s.asked[order[i]]
	}
	s.asked = nil
	s.move(better)
	return nil
}

// move learns from the better points of a generation, the best first.
func (s *Search) move(better [][]float64) {
	n := len(s.mean)
	s.count++
	old, shift := s.mean, make([]float64, n)
	s.mean = make([]float64, n)
	for i := range n {
		for k, p := range better {
			s.mean[i] += s.weights[k] * p[i]
		}
		shift[i] = (s.mean[i] - old[i]) / s.step
	}
	normal := s.solve(shift)
	keep, add := 1-s.stepRate, math.Sqrt(s.stepRate*(2-s.stepRate)*s.effective)
	length := 0.0
	for i := range n {
		s.stepPath[i] = keep*s.stepPath[i] + add*normal[i]
		length += s.stepPath[i] * s.stepPath[i]
	}
	length = math.Sqrt(length)
	// While steps grow, the shape must not stretch after them as well.
	settled := math.Sqrt(1 - math.Pow(keep, 2*float64(s.count)))
	slow := length/settled < (1.4+2/(float64(n)+1))*s.lengthOfNormal
	keep, add = 1-s.shapeRate, math.Sqrt(s.shapeRate*(2-s.shapeRate)*s.effective)
	lost := 0.0
	if !slow {
		add, lost = 0, s.rankOne*s.shapeRate*(2-s.shapeRate)
	}
	for i := range n {
		s.shapePath[i] = keep*s.shapePath[i] + add*shift[i]
	}
	for i := range n {
		for j := range i + 1 {
			c := (1 - s.rankOne - s.rankMany + lost) * s.covariance[i][j]
			c += s.rankOne * s.shapePath[i] * s.shapePath[j]
			for k, p := range better {
				c += s.rankMany * s.weights[k] * (p[i] - old[i]) * (p[j] - old[j]) / (s.step * s.step)
			}
			s.covariance[i][j] = c
		}
	}
	s.step *= math.Exp(min(1, s.stepRate/s.stepDamp*(length/s.lengthOfNormal-1)))
	s.step = min(s.step, 1)
	s.decompose()
}

// solve returns x with factor times x = y.
func (s *Search) solve(y []float64) []float64 {
	x := slices.Clone(y)
	for i := range x {
		for j := range i {
			x[i] -= s.factor[i][j] * x[j]
		}
		x[i] /= s.factor[i][i]
	}
	return x
}

// varianceMin keeps the distribution from losing a dimension.
const varianceMin = 1e-20

// decompose sets factor to the Cholesky factor of the covariance.
func (s *Search) decompose() {
	for i := range s.factor {
		for j := range i + 1 {
			sum := s.covariance[i][j]
			for k := range j {
				sum -= s.factor[i][k] * s.factor[j][k]
			}
			if i == j {
				s.factor[i][i] = math.Sqrt(max(sum, varianceMin))
			} else {
				s.factor[i][j] = sum / s.factor[j][j]
			}
		}
	}
}

// Best returns the best point so far and its value, which noise may have
// improved. Before the first Tell there is none: nil and infinity.
func (s *Search) Best() ([]float64, float64) { return slices.Clone(s.best), s.bestValue }

// Mean returns where the distribution is centred: with noise, a better guess
// than the best point.
func (s *Search) Mean() []float64 { return s.scaled(s.mean) }

// Settled reports whether all deviations of the distribution are below a share
// of the range of their knob.
func (s *Search) Settled(share float64) bool {
	for i := range s.covariance {
		if s.step*math.Sqrt(max(s.covariance[i][i], 0)) > share {
			return false
		}
	}
	return true
}

func unit(n int) [][]float64 {
	m := cube(n, n)
	for i := range m {
		m[i][i] = 1
	}
	return m
}

// Minimise searches with at most budget points, in whole generations, until the
// search has settled to a thousandth of a millionth of each range. Evaluate
// returns the values of a generation's points, in their order; an error ends
// the search. It returns the best point and its value.
func Minimise(low, high []float64, budget int, seed uint64, evaluate func(points [][]float64) ([]float64, error)) ([]float64, float64, error) {
	s, err := NewSearch(low, high, 0, seed)
	if err != nil {
		return nil, 0, err
	}
	if budget < s.population {
		return nil, 0, fmt.Errorf("statistic: search: got a budget of %d points, want at least one generation of %d", budget, s.population)
	}
	for used := s.population; used <= budget && !s.Settled(1e-9); used += s.population {
		values, err := evaluate(s.Ask())
		if err == nil {
			err = s.Tell(values)
		}
		if err != nil {
			return nil, 0, err
		}
	}
	point, value := s.Best()
	return point, value, nil
}
