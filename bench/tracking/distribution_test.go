package tracking

import (
	"math"
	"testing"

	"github.com/cablepull/cablepull/sim"
)

// TestDurations: the mean duration gives the published number of connections.
func TestDurations(t *testing.T) {
	want := float64(Published.Connections) * Published.Span.Seconds() / PublishedConnections
	if got := durations.mean(); math.Abs(got-want) > 0.005*want {
		t.Errorf("got a mean of %.2f s, want %.2f ± 0.5 %%", got, want)
	}
}

func TestDistributions(t *testing.T) {
	random := sim.Stream(1, "distributions")
	for i, d := range []distribution{durations, downtimes, sizes} {
		before := distribution{{0, 0}}[0]
		for _, step := range d {
			if step.value <= before.value || step.upTo <= before.upTo {
				t.Errorf("distribution %d: %v follows %v", i, step, before)
			}
			before = step
		}
		if before.upTo != 1 {
			t.Errorf("distribution %d ends at %v, want 1", i, before.upTo)
		}
		const n = 100_000
		counts := make([]float64, len(d))
		for range n {
			counts[d.draw(random)]++
		}
		below := 0.0
		for j, count := range counts {
			if want := n * (d[j].upTo - below); math.Abs(count-want) > 5*math.Sqrt(want)+1 {
				t.Errorf("distribution %d: got %v times %v, want about %.0f", i, count, d[j].value, want)
			}
			below = d[j].upTo
		}
	}
}

// TestBinomial compares mean and variance, on each way of drawing.
func TestBinomial(t *testing.T) {
	random := sim.Stream(1, "binomial")
	for _, c := range []struct {
		n int
		p float64
	}{{0, 0.5}, {7, 0}, {7, 1}, {1, 0.3}, {5, 0.9}, {40, 0.02}, {40, 0.99}, {100_000, 0.0001}, {100_000, 0.9999}, {1000, 0.4}} {
		const draws = 20_000
		sum, squares := 0.0, 0.0
		for range draws {
			k := float64(binomial(random, c.n, c.p))
			if k < 0 || k > float64(c.n) {
				t.Fatalf("%d packets, part %v: got %v", c.n, c.p, k)
			}
			sum, squares = sum+k, squares+k*k
		}
		mean, wantMean := sum/draws, float64(c.n)*c.p
		variance, wantVariance := squares/draws-mean*mean, wantMean*(1-c.p)
		if math.Abs(mean-wantMean) > 5*math.Sqrt(wantVariance/draws) || math.Abs(variance-wantVariance) > 0.1*wantVariance {
			t.Errorf("%d packets, part %v: got mean %.4f and variance %.4f, want %.4f and %.4f", c.n, c.p, mean, variance, wantMean, wantVariance)
		}
	}
}
