package statistic_test

import (
	"math"
	"testing"

	"github.com/cablepull/cablepull/scenarios/statistic"
)

func near(got, want, by float64) bool { return math.Abs(got-want) <= by }

// TestProportion has published bounds (Clopper and Pearson; R's binom.test).
func TestProportion(t *testing.T) {
	for _, row := range []struct {
		hits, n   int
		low, high float64
	}{
		{0, 10, 0, 0.3085}, {10, 10, 0.6915, 1}, {5, 20, 0.0866, 0.4910}, {10, 100, 0.0490, 0.1762}, {1, 1, 0.025, 1}, {0, 1, 0, 0.975},
	} {
		i := statistic.Proportion(row.hits, row.n, statistic.Level95)
		if !near(i.Low, row.low, 1e-4) || !near(i.High, row.high, 1e-4) || !i.HasLow || !i.HasHigh {
			t.Errorf("%d of %d: %v..%v, want %v..%v", row.hits, row.n, i.Low, i.High, row.low, row.high)
		}
	}
}

// TestProportionOfRareHits: the rule of three, and counts that no float power
// spoils.
func TestProportionOfRareHits(t *testing.T) {
	i := statistic.Proportion(0, 300, statistic.Level95Upper)
	if i.HasLow || !i.HasHigh || i.High >= 0.01 || i.High < 0.0099 {
		t.Errorf("0 of 300: %+v, want just below 1 %%", i)
	}
	if n := statistic.CountForProportion(0.01, statistic.Level95Upper); n != 299 {
		t.Errorf("without a hit, below 1 %% takes %d runs, want 299", n)
	}
	if i := statistic.Proportion(0, 298, statistic.Level95Upper); i.High <= 0.01 {
		t.Errorf("0 of 298: %v, want above 1 %%", i.High)
	}
	if i := statistic.Proportion(3, 10_000_000, statistic.Level95); !near(i.Low*1e7, 0.6187, 1e-3) || !near(i.High*1e7, 8.7673, 1e-3) {
		t.Errorf("3 of ten millions: %v..%v, want the bounds of a Poisson number", i.Low*1e7, i.High*1e7)
	}
	if none := statistic.Proportion(0, 0, statistic.Level95); !math.IsNaN(none.Value) || none.HasHigh || none.HasLow {
		t.Errorf("0 of 0: %+v, want nothing known", none)
	}
}

func TestMoreForProportion(t *testing.T) {
	if more, ok := statistic.MoreForProportion(0, 200, 0.01, statistic.Level95Upper); !ok || more != 99 {
		t.Errorf("0 of 200 needs %d more for 1 %% (%v), want 99", more, ok)
	}
	if more, ok := statistic.MoreForProportion(0, 300, 0.01, statistic.Level95Upper); !ok || more != 0 {
		t.Errorf("0 of 300 needs %d more for 1 %% (%v), want none", more, ok)
	}
	more, ok := statistic.MoreForProportion(2, 300, 0.01, statistic.Level95Upper)
	if !ok || more < 1000 {
		t.Errorf("2 of 300 needs %d more (%v), want more than 1,000", more, ok)
	}
	n := 300 + more
	if i := statistic.Proportion(int(math.Round(2.0/300*float64(n))), n, statistic.Level95Upper); i.High > 0.01 {
		t.Errorf("with %d more, the bound is %v", more, i.High)
	}
	if more, ok := statistic.MoreForProportion(1, 100, 0.01, statistic.Level95); ok {
		t.Errorf("a share that is the limit would be decided after %d more", more)
	}
}

// TestRate has published bounds of Poisson numbers (Garwood).
func TestRate(t *testing.T) {
	for _, row := range []struct {
		events    int
		low, high float64
	}{{0, 0, 3.689}, {1, 0.0253, 5.572}, {5, 1.623, 11.668}, {100, 81.36, 121.63}} {
		i := statistic.Rate(row.events, 2, statistic.Level95)
		if !near(i.Low*2, row.low, 5e-3) || !near(i.High*2, row.high, 5e-3) || i.Value*2 != float64(row.events) {
			t.Errorf("%d events: %+v, want %v..%v", row.events, i, row.low/2, row.high/2)
		}
	}
	if i := statistic.Rate(0, 1, statistic.Level95Upper); !near(i.High, 2.996, 1e-3) || i.HasLow {
		t.Errorf("no event: %+v, want at most 2.996", i)
	}
	if i := statistic.Rate(0, 0, statistic.Level95); !math.IsNaN(i.Value) || i.HasHigh {
		t.Errorf("in no time: %+v", i)
	}
}

// TestMoreForRate: no event in a time of 1 has an upper bound of 2.996, so that
// a bound of 1 takes three times as long.
func TestMoreForRate(t *testing.T) {
	if more, ok := statistic.MoreForRate(0, 1, 100, 1, statistic.Level95Upper); !ok || more != 200 {
		t.Errorf("got %d more runs (%v), want 200", more, ok)
	}
	if more, ok := statistic.MoreForRate(3, 1, 100, 3, statistic.Level95); ok {
		t.Errorf("a rate that is the limit would be decided after %d more", more)
	}
	if _, ok := statistic.MoreForRate(0, 0, 0, 1, statistic.Level95); ok {
		t.Error("no run tells how long more runs take")
	}
}

// TestMean has Student's t from tables: 12.706 for 1 degree of freedom, 2.776
// for 4.
func TestMean(t *testing.T) {
	i := statistic.Mean(sample(t, 0, 2), statistic.Level95)
	if i.Value != 1 || !near(i.High-1, 12.706, 1e-3) || !near(1-i.Low, 12.706, 1e-3) {
		t.Errorf("of 0 and 2: %+v", i)
	}
	i = statistic.Mean(sample(t, 1, 2, 3, 4, 5), statistic.Level95)
	if i.Value != 3 || !near(i.High-3, 2.776*math.Sqrt(2.5/5), 1e-3) {
		t.Errorf("of 1..5: %+v", i)
	}
	if i := statistic.Mean(statistic.Sample{}, statistic.Level95); !math.IsNaN(i.Value) || i.Needs != 2 {
		t.Errorf("of nothing: %+v", i)
	}
	if i := statistic.Mean(sample(t, 7), statistic.Level95); i.Value != 7 || i.HasLow || i.HasHigh || i.Needs != 1 {
		t.Errorf("of one value: %+v", i)
	}
	if i := statistic.Mean(sample(t, 4, 4, 4), statistic.Level95); i.Width() != 0 || i.Value != 4 {
		t.Errorf("of equal values: %+v", i)
	}
	// A second's difference of hours in nanoseconds: squares of these differ by
	// less than a float can tell.
	if d := statistic.Deviation([]float64{1e15 + 1, 1e15 + 3}); !near(d, math.Sqrt2, 1e-9) {
		t.Errorf("deviation %v, want the root of 2", d)
	}
}

// TestCountToTell: the usual table has 34 pairs for an effect of half a
// deviation at a power of 80 % with t, which is 32 by the normal formula.
func TestCountToTell(t *testing.T) {
	if n, ok := statistic.CountToTell(0.5, 1, 0.8, statistic.Level95); !ok || n != 32 {
		t.Errorf("got %d pairs (%v), want 32", n, ok)
	}
	if n, ok := statistic.CountToTell(-5, 1, 0.8, statistic.Level95); !ok || n != 2 {
		t.Errorf("got %d pairs (%v), want 2", n, ok)
	}
	if _, ok := statistic.CountToTell(0, 1, 0.8, statistic.Level95); ok {
		t.Error("some number of runs tells a difference of 0")
	}
	if _, ok := statistic.CountToTell(1e-9, 1, 0.8, statistic.Level95); ok {
		t.Error("a difference of a thousand millionth is told by a number of runs that anybody plays")
	}
}
