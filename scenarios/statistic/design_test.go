package statistic_test

import (
	"math"
	"reflect"
	"testing"

	"github.com/cablepull/cablepull/scenarios/statistic"
)

func TestLatinHypercube(t *testing.T) {
	points := statistic.LatinHypercube(50, 4, 1)
	for knob := range 4 {
		seen := make([]bool, 50)
		for _, p := range points {
			seen[int(p[knob]*50)] = true
		}
		for part, is := range seen {
			if !is {
				t.Errorf("knob %d has no point in part %d", knob, part)
			}
		}
	}
	if !reflect.DeepEqual(points, statistic.LatinHypercube(50, 4, 1)) {
		t.Error("the same seed gives other points")
	}
	if reflect.DeepEqual(points, statistic.LatinHypercube(50, 4, 2)) {
		t.Error("another seed gives the same points")
	}
	if got := statistic.LatinHypercube(0, 3, 1); len(got) != 0 {
		t.Errorf("no points: %v", got)
	}
}

// TestHalton: of base^2 points, each part of base^2 equal ones has one; means
// and products are closer to those of the cube than random points', whose mean
// of 1,000 would be off by 0.009.
func TestHalton(t *testing.T) {
	const n, knobs = 1000, 12
	points := statistic.Halton(n, knobs, 7)
	if !reflect.DeepEqual(points[:100], statistic.Halton(100, knobs, 7)) {
		t.Error("more points change the first ones")
	}
	if reflect.DeepEqual(points, statistic.Halton(n, knobs, 8)) {
		t.Error("another seed gives the same points")
	}
	for knob, base := range []int{2, 3, 5, 7} {
		parts := base * base
		seen := make([]int, parts)
		for _, p := range points[:parts] {
			seen[int(p[knob]*float64(parts))]++
		}
		for part, count := range seen {
			if count != 1 {
				t.Errorf("knob %d has %d points in part %d of %d", knob, count, part, parts)
			}
		}
	}
	for a := range knobs {
		mean := 0.0
		for _, p := range points {
			if p[a] < 0 || p[a] >= 1 {
				t.Fatalf("coordinate %v", p[a])
			}
			mean += p[a] / n
		}
		if !near(mean, 0.5, 0.015) {
			t.Errorf("knob %d has the mean %v", a, mean)
		}
		for b := range a {
			product := 0.0
			for _, p := range points {
				product += (p[a] - 0.5) * (p[b] - 0.5) / n * 12
			}
			if math.Abs(product) > 0.1 {
				t.Errorf("knobs %d and %d have a correlation of %v", a, b, product)
			}
		}
	}
}

func TestHaltonOfTooManyKnobs(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("48 knobs are accepted")
		}
	}()
	statistic.Halton(1, 48, 1)
}

// measured returns the values of a function at the points of a design.
func measured(s *statistic.Sensitivity, f func(x []float64) float64) []float64 {
	var values []float64
	for _, p := range s.Points() {
		values = append(values, f(p))
	}
	return values
}

// ishigami is a function whose indices are known (Ishigami and Homma 1990), for
// a = 7 and b = 0.1.
func ishigami(p []float64) float64 {
	x, y, z := math.Pi*(2*p[0]-1), math.Pi*(2*p[1]-1), math.Pi*(2*p[2]-1)
	return math.Sin(x) + 7*math.Pow(math.Sin(y), 2) + 0.1*math.Pow(z, 4)*math.Sin(x)
}

// linear has variances of 16, 4, 1 and 0 parts.
func linear(p []float64) float64 { return 1000 + 4*p[0] - 2*p[1] + p[2] }

// TestIndices: the bounds hold the known indices, and are narrow: with 2,000
// rows, the values are known to about 0.05.
func TestIndices(t *testing.T) {
	for _, row := range []struct {
		name         string
		of           func([]float64) float64
		first, total []float64
	}{
		{"Ishigami", ishigami, []float64{0.3139, 0.4424, 0}, []float64{0.5576, 0.4424, 0.2437}},
		{"linear", linear, []float64{16.0 / 21, 4.0 / 21, 1.0 / 21, 0}, []float64{16.0 / 21, 4.0 / 21, 1.0 / 21, 0}},
	} {
		s := statistic.NewSensitivity(2000, len(row.first), 3)
		indices, err := s.Indices(measured(s, row.of), statistic.Level95)
		if err != nil {
			t.Fatal(err)
		}
		for k, index := range indices {
			for what, got := range map[string]struct {
				statistic.Interval
				want float64
			}{"first": {index.First, row.first[k]}, "total": {index.Total, row.total[k]}} {
				if !near(got.Value, got.want, 0.05) || got.Width() > 0.2 || got.Low > got.want+0.01 || got.High < got.want-0.01 {
					t.Errorf("%s, knob %d: %s index %v (%v..%v), want %v", row.name, k, what, got.Value, got.Low, got.High, got.want)
				}
			}
		}
		again, _ := s.Indices(measured(s, row.of), statistic.Level95)
		if !reflect.DeepEqual(indices, again) {
			t.Errorf("%s: the same values give other bounds", row.name)
		}
	}
}

func TestIndicesOfNothing(t *testing.T) {
	s := statistic.NewSensitivity(10, 2, 1)
	if len(s.Points()) != 40 {
		t.Errorf("%d points, want 10 rows of 4 matrices", len(s.Points()))
	}
	if _, err := s.Indices(make([]float64, 39), statistic.Level95); err == nil {
		t.Error("a value is missing, without an error")
	}
	if _, err := s.Indices(append(make([]float64, 39), math.NaN()), statistic.Level95); err == nil {
		t.Error("NaN is accepted")
	}
	indices, err := s.Indices(make([]float64, 40), statistic.Level95)
	if err != nil || !math.IsNaN(indices[0].First.Value) || indices[0].First.HasLow {
		t.Errorf("equal values: %+v, %v; want no index", indices, err)
	}
}
