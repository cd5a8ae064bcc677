package statistic_test

import (
	"math"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/scenarios/statistic"
)

func sample(t *testing.T, values ...float64) statistic.Sample {
	t.Helper()
	s, err := statistic.NewSample(values)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// upTo returns the values 1..n: the value of a rank is the rank.
func upTo(n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = float64(n - i)
	}
	return values
}

// TestCountForQuantile: 0.99^n <= 0.05 from 299 on, and <= 0.025 from 368 on; a
// median at 95 % needs 2·0.5^n <= 0.05, so 6.
func TestCountForQuantile(t *testing.T) {
	for _, row := range []struct {
		q     float64
		level statistic.Level
		want  int
	}{
		{0.99, statistic.Level95Upper, 299},
		{0.99, statistic.Level95, 368},
		{0.01, statistic.Level95, 368},
		{0.01, statistic.Level95Lower, 299},
		{0.01, statistic.Level95Upper, 1},
		{0.5, statistic.Level95, 6},
		{0.5, statistic.Level95Upper, 5},
		{0.999, statistic.Level95Upper, 2995},
		{0.95, statistic.Level95Upper, 59},
	} {
		if got := statistic.CountForQuantile(row.q, row.level); got != row.want {
			t.Errorf("p%v at %+v needs %d values, want %d", 100*row.q, row.level, got, row.want)
		}
	}
}

func TestQuantileBoundsExistFromACountOn(t *testing.T) {
	for _, row := range []struct {
		n     int
		level statistic.Level
		needs int
	}{
		{298, statistic.Level95Upper, 1}, {299, statistic.Level95Upper, 0},
		{367, statistic.Level95, 1}, {368, statistic.Level95, 0},
		{200, statistic.Level95Upper, 99},
	} {
		i := statistic.Quantile(sample(t, upTo(row.n)...), 0.99, row.level)
		if i.HasHigh != (row.needs == 0) || i.Needs != row.needs {
			t.Errorf("p99 of %d: upper bound %v, needs %d; want %d", row.n, i.HasHigh, i.Needs, row.needs)
		}
		if i.HasHigh && i.High != float64(row.n) {
			t.Errorf("p99 of %d: high %v, want the largest value", row.n, i.High)
		}
		if i.HasLow != (row.level.Side == statistic.TwoSided) {
			t.Errorf("p99 of %d: lower bound %v", row.n, i.HasLow)
		}
	}
}

// TestQuantileRanks: known ranks of the median at 95 % (Conover, Practical
// Nonparametric Statistics, table A3): of 10 values the 2nd and 9th, of 20 the
// 6th and 15th, of 100 the 40th and 61st.
func TestQuantileRanks(t *testing.T) {
	for _, row := range []struct{ n, value, low, high int }{
		{6, 3, 1, 6}, {10, 5, 2, 9}, {20, 10, 6, 15}, {100, 50, 40, 61},
	} {
		i := statistic.Quantile(sample(t, upTo(row.n)...), 0.5, statistic.Level95)
		if int(i.Value) != row.value || int(i.Low) != row.low || int(i.High) != row.high || !i.HasLow || !i.HasHigh {
			t.Errorf("median of 1..%d: %+v, want %d (%d..%d)", row.n, i, row.value, row.low, row.high)
		}
	}
}

// TestQuantileIsAValue: a share of the sample times its count is no whole
// number in floats, yet p99 of 1..300 is the 297th.
func TestQuantileIsAValue(t *testing.T) {
	for _, row := range []struct {
		n, want int
		q       float64
	}{{300, 297, 0.99}, {100, 7, 0.07}, {1, 1, 0.99}, {2, 1, 0.5}, {3, 2, 0.5}, {1000, 999, 0.999}} {
		if i := statistic.Quantile(sample(t, upTo(row.n)...), row.q, statistic.Level95); int(i.Value) != row.want {
			t.Errorf("p%v of 1..%d is %v, want %d", 100*row.q, row.n, i.Value, row.want)
		}
	}
}

func TestQuantileOfFewValues(t *testing.T) {
	none := statistic.Quantile(statistic.Sample{}, 0.5, statistic.Level95)
	if !math.IsNaN(none.Value) || none.HasLow || none.HasHigh || none.Needs != 6 {
		t.Errorf("of nothing: %+v", none)
	}
	for n := 1; n <= 5; n++ {
		i := statistic.Quantile(sample(t, upTo(n)...), 0.5, statistic.Level95)
		if i.HasLow || i.HasHigh || i.Needs != 6-n {
			t.Errorf("of %d: %+v", n, i)
		}
	}
	equal := statistic.Quantile(sample(t, 3, 3, 3, 3, 3, 3), 0.5, statistic.Level95)
	if equal.Low != 3 || equal.High != 3 || equal.Width() != 0 || equal.AtLeast {
		t.Errorf("of equal values: %+v", equal)
	}
}

// TestCensored: the true value of a censored one may be anything above its
// bound, so it decides no upper bound, and an estimate only as "at least".
func TestCensored(t *testing.T) {
	s, err := statistic.NewCensored([]float64{1, 2, 3, 10}, []float64{5})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		q       float64
		value   float64
		atLeast bool
	}{
		{0.5, 3, false}, // rank 3: 3, wherever the censored one is
		{0.8, 5, true},  // rank 4: from 5 to 10
		{0.99, 10, true},
	} {
		i := statistic.Quantile(s, row.q, statistic.Level95)
		if i.Value != row.value || i.AtLeast != row.atLeast {
			t.Errorf("p%v: %+v, want %v, at least: %v", row.q*100, i, row.value, row.atLeast)
		}
	}
	if above, unknown := s.Exceed(4); above != 2 || unknown != 0 {
		t.Errorf("above 4: %d and %d, want 2 for certain", above, unknown)
	}
	if above, unknown := s.Exceed(7); above != 1 || unknown != 1 {
		t.Errorf("above 7: %d and %d, want 1 for certain and 1 that may be", above, unknown)
	}
	if above, unknown := s.Exceed(10); above != 0 || unknown != 1 {
		t.Errorf("above 10: %d and %d, want none but 1 that may be", above, unknown)
	}
	high, err := statistic.NewCensored(upTo(298), []float64{1})
	if err != nil {
		t.Fatal(err)
	}
	if i := statistic.Quantile(high, 0.99, statistic.Level95Upper); i.HasHigh || i.Needs != 0 {
		t.Errorf("p99 of 299 of which one is censored: %+v, want no upper bound, and no count that helps", i)
	}
	all, _ := statistic.NewCensored(nil, upTo(10))
	if i := statistic.Quantile(all, 0.5, statistic.Level95); i.Value != 5 || !i.AtLeast || !i.HasLow || i.Low != 2 || i.HasHigh {
		t.Errorf("median of censored values: %+v", i)
	}
	if i := statistic.Mean(s, statistic.Level95); i.Value != 4.2 || !i.AtLeast || i.HasHigh || !i.HasLow {
		t.Errorf("mean with a censored value: %+v", i)
	}
}

func TestNoNumbers(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if _, err := statistic.NewSample([]float64{1, v}); err == nil || !strings.Contains(err.Error(), "value 2: got") {
			t.Errorf("%v: %v, want an error that names it", v, err)
		}
	}
}

func TestLevelAndQuantileThatAreNoShares(t *testing.T) {
	for name, call := range map[string]func(){
		"confidence 0":   func() { statistic.Proportion(1, 2, statistic.Level{}) },
		"confidence 95":  func() { statistic.Proportion(1, 2, statistic.Level{Confidence: 95}) },
		"quantile 1":     func() { statistic.Quantile(statistic.Sample{}, 1, statistic.Level95) },
		"quantile NaN":   func() { statistic.CountForQuantile(math.NaN(), statistic.Level95) },
		"more hits":      func() { statistic.Proportion(3, 2, statistic.Level95) },
		"negative time":  func() { statistic.Rate(1, -1, statistic.Level95) },
		"unequal counts": func() { statistic.Differences([]float64{1}, nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s is accepted", name)
				}
			}()
			call()
		}()
	}
}
