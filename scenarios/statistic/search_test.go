package statistic_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/cablepull/cablepull/scenarios/statistic"
)

func each(f func(x []float64) float64) func([][]float64) ([]float64, error) {
	return func(points [][]float64) ([]float64, error) {
		var values []float64
		for _, p := range points {
			values = append(values, f(p))
		}
		return values, nil
	}
}

func sphere(x []float64) float64 {
	sum := 0.0
	for i, v := range x {
		sum += (v - float64(i)) * (v - float64(i))
	}
	return sum
}

// rosenbrock is a long bent valley, whose lowest point is at 1 everywhere.
func rosenbrock(x []float64) float64 {
	sum := 0.0
	for i := range len(x) - 1 {
		sum += 100*math.Pow(x[i+1]-x[i]*x[i], 2) + math.Pow(1-x[i], 2)
	}
	return sum
}

func bounds(n int, low, high float64) (lows, highs []float64) {
	for range n {
		lows, highs = append(lows, low), append(highs, high)
	}
	return lows, highs
}

func TestMinimise(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, row := range []struct {
		name      string
		of        func([]float64) float64
		knobs     int
		low, high float64
		budget    int
		want      []float64
		within    float64
	}{
		{"sphere", sphere, 4, -10, 20, 2000, []float64{0, 1, 2, 3}, 1e-4},
		{"sphere of one knob", sphere, 1, -3, 20, 400, []float64{0}, 1e-4},
		{"sphere with its lowest point beyond the bounds", sphere, 3, 0.5, 1.5, 1000, []float64{0.5, 1, 1.5}, 1e-3},
		{"Rosenbrock", rosenbrock, 3, -2, 2, 6000, []float64{1, 1, 1}, 1e-3},
		// A figure that counts whole things: steps of 1, and noise of a step.
		{"noisy steps", func(x []float64) float64 { return math.Floor(sphere(x)) + r.Float64() }, 2, -20, 20, 800, []float64{0, 1}, 1.5},
	} {
		low, high := bounds(row.knobs, row.low, row.high)
		for seed := range uint64(5) {
			used := 0
			point, _, err := statistic.Minimise(low, high, row.budget, seed, func(points [][]float64) ([]float64, error) {
				used += len(points)
				for _, p := range points {
					for _, x := range p {
						if x < row.low || x > row.high {
							t.Errorf("%s: asked for %v, beyond the bounds", row.name, p)
						}
					}
				}
				return each(row.of)(points)
			})
			if err != nil || used > row.budget {
				t.Fatalf("%s: %d points, %v", row.name, used, err)
			}
			for i := range point {
				if !near(point[i], row.want[i], row.within) {
					t.Errorf("%s, seed %d: %v after %d points, want %v", row.name, seed, point, used, row.want)
					break
				}
			}
		}
	}
}

// TestSearchIsRepeatable: same seed, same points; a generation is the same
// until its values are known; another seed asks for others.
func TestSearchIsRepeatable(t *testing.T) {
	low, high := bounds(2, 0, 1)
	play := func(seed uint64) (all [][]float64) {
		s, err := statistic.NewSearch(low, high, 0, seed)
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			points := s.Ask()
			if !reflect.DeepEqual(points, s.Ask()) {
				t.Error("asked twice, the search names other points")
			}
			values, _ := each(sphere)(points)
			if err := s.Tell(values); err != nil {
				t.Fatal(err)
			}
			all = append(all, points...)
		}
		return all
	}
	if !reflect.DeepEqual(play(1), play(1)) {
		t.Error("the same seed asks for other points")
	}
	if reflect.DeepEqual(play(1), play(2)) {
		t.Error("another seed asks for the same points")
	}
}

// TestSearchWithoutValues: points at which nothing was measured are the worst,
// and a search of only those has no best point.
func TestSearchWithoutValues(t *testing.T) {
	low, high := bounds(2, -5, 5)
	point, value, err := statistic.Minimise(low, high, 600, 1, each(func(x []float64) float64 {
		if x[0] < 0 {
			return math.NaN()
		}
		return sphere(x)
	}))
	if err != nil || !near(point[0], 0, 1e-2) || !near(point[1], 1, 1e-2) || math.IsNaN(value) {
		t.Errorf("%v: %v, %v", point, value, err)
	}
	s, _ := statistic.NewSearch(low, high, 4, 1)
	if best, value := s.Best(); best != nil || !math.IsInf(value, 1) {
		t.Errorf("before the first generation: %v, %v", best, value)
	}
}

func TestSearchProblems(t *testing.T) {
	low, high := bounds(2, 0, 1)
	s, _ := statistic.NewSearch(low, high, 4, 1)
	if err := s.Tell(make([]float64, 4)); err == nil {
		t.Error("values before a question are accepted")
	}
	if points := s.Ask(); len(points) != 4 {
		t.Errorf("%d points, want 4", len(points))
	}
	if err := s.Tell(make([]float64, 3)); err == nil {
		t.Error("too few values are accepted")
	}
	for name, try := range map[string]func() error{
		"no knob":         func() error { _, err := statistic.NewSearch(nil, nil, 0, 1); return err },
		"unequal bounds":  func() error { _, err := statistic.NewSearch(low, high[:1], 0, 1); return err },
		"empty range":     func() error { _, err := statistic.NewSearch(low, low, 0, 1); return err },
		"NaN":             func() error { _, err := statistic.NewSearch(low, []float64{1, math.NaN()}, 0, 1); return err },
		"few points":      func() error { _, err := statistic.NewSearch(low, high, 3, 1); return err },
		"small budget":    func() error { _, _, err := statistic.Minimise(low, high, 5, 1, each(sphere)); return err },
		"failed function": func() error { _, _, err := statistic.Minimise(low, high, 100, 1, failing); return err },
	} {
		if try() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func failing([][]float64) ([]float64, error) { return nil, errors.New("no run") }
