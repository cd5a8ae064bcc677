package detection_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/bench/detection"
)

// alpha is how probable times must be if the formula is right: of a thousand
// right formulas, one fails.
const alpha = 0.001

// TestFormulas plays some runs of the formulas that cost little: those without
// requests. BenchmarkFormulas plays many runs of all.
func TestFormulas(t *testing.T) {
	played := 0
	for _, f := range detection.Formulas() {
		if !f.Quick {
			continue
		}
		played++
		took, err := f.Measure(t.Context(), 50)
		if err != nil {
			t.Error(err)
			continue
		}
		if test := f.Test(took); test.P < alpha || !test.Exact {
			slices.Sort(took)
			t.Errorf("%s: %s: times are off by %.3f (P = %.5f): %v", f.Name, f.Says, test.Statistic, test.P, took)
		}
	}
	if played < 5 {
		t.Errorf("%d formulas are quick, want the most", played)
	}
}

// TestJitterCounts: hellos that vary by half of their time do not leave phi
// anything from 0 to a hello time, and the benchmark would notice.
func TestJitterCounts(t *testing.T) {
	jittered := detection.Formulas()[1]
	var took []time.Duration
	for i := range many {
		took = append(took, quantile(jittered, (float64(i)+0.5)/many))
	}
	steady := jittered
	steady.AtMost = func(x time.Duration) float64 { return min(max(float64(x-5*time.Second)/float64(2*time.Second), 0), 1) }
	if test := steady.Test(took); test.P >= alpha {
		t.Errorf("times of hellos with jitter fit a formula without: %+v", test)
	}
}

// TestFormulasCanFail: times of another phase, or late by a second, are
// noticed by as many runs as the benchmark plays.
func TestFormulasCanFail(t *testing.T) {
	for _, f := range detection.Formulas() {
		var took, late, same []time.Duration
		for i := range many {
			p := (float64(i) + 0.5) / many
			x := quantile(f, p)
			took, late, same = append(took, x), append(late, x+time.Second), append(same, quantile(f, p*p))
		}
		if test := f.Test(took); test.P < 0.99 {
			t.Errorf("%s: times that are the formula's: %+v", f.Name, test)
		}
		if test := f.Test(late); test.P >= alpha {
			t.Errorf("%s: times that are late by a second: %+v", f.Name, test)
		}
		if test := f.Test(same); test.P >= alpha {
			t.Errorf("%s: times that are too short too often: %+v", f.Name, test)
		}
	}
}

// quantile returns the time that a share of times does not exceed.
func quantile(f detection.Formula, p float64) time.Duration {
	low, high := time.Duration(0), 10*time.Minute
	for high-low > time.Microsecond {
		if middle := low + (high-low)/2; f.AtMost(middle) < p {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// TestDistributions: each begins at 0, ends at 1, and never falls.
func TestDistributions(t *testing.T) {
	for _, f := range detection.Formulas() {
		last := 0.0
		for x := time.Duration(0); x < 2*time.Minute; x += 10 * time.Millisecond {
			p := f.AtMost(x)
			if math.IsNaN(p) || p < last-1e-12 || p < 0 || p > 1 {
				t.Fatalf("%s: %v at %v, after %v", f.Name, p, x, last)
			}
			last = p
		}
		if f.AtMost(0) != 0 || last < 0.9999 {
			t.Errorf("%s: from %v to %v", f.Name, f.AtMost(0), last)
		}
	}
}

// many is how many runs of each formula the benchmark plays.
const many = 300

// BenchmarkFormulas holds each formula against many runs. Its figure least-P is
// that of the formula that fits least.
func BenchmarkFormulas(b *testing.B) {
	least := 1.0
	for range b.N {
		for _, f := range detection.Formulas() {
			took, err := f.Measure(b.Context(), many)
			if err != nil {
				b.Fatal(err)
			}
			test := f.Test(took)
			b.Logf("%s: %s: off by %.4f, P = %.4f", f.Name, f.Says, test.Statistic, test.P)
			if test.P < alpha {
				b.Errorf("%s: times do not follow %s: off by %.4f, P = %.6f", f.Name, f.Says, test.Statistic, test.P)
			}
			least = min(least, test.P)
		}
	}
	b.ReportMetric(least, "least-P")
}
