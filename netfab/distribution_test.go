package netfab

import (
	"math"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim"
)

// TestDistributions: mean and standard deviation are within 4 standard errors,
// and the bounds are kept. The error of the variance follows from the fourth
// moment: 1.8, 3 and 9 times the square of the variance, less one.
func TestDistributions(t *testing.T) {
	const n = 100_000
	const jitter = time.Millisecond
	tests := []struct {
		d          Distribution
		mean, sd   float64 // in units of jitter
		kurtosis   float64
		least, max float64
	}{
		{"", 0, 1 / math.Sqrt(3), 1.8, -1, 1},
		{Uniform, 0, 1 / math.Sqrt(3), 1.8, -1, 1},
		{Normal, 0, 1, 3, -6, 6},
		{Exponential, 1, 1, 9, 0, 30},
	}
	for _, tt := range tests {
		random := sim.Stream(3, "link/a~lan/out/jitter")
		sum, squares := 0.0, 0.0
		for range n {
			x := float64(tt.d.draw(random, jitter)) / float64(jitter)
			if x < tt.least || x > tt.max {
				t.Fatalf("%s: drew %v, want %v to %v", tt.d, x, tt.least, tt.max)
			}
			sum += x
			squares += (x - tt.mean) * (x - tt.mean)
		}
		if off := math.Abs(sum/n - tt.mean); off > sigmas*tt.sd/math.Sqrt(n) {
			t.Errorf("%s: mean %v, want %v", tt.d, sum/n, tt.mean)
		}
		variance := tt.sd * tt.sd
		if off := math.Abs(squares/n - variance); off > sigmas*variance*math.Sqrt((tt.kurtosis-1)/n) {
			t.Errorf("%s: variance %v, want %v", tt.d, squares/n, variance)
		}
	}
	if d := Normal.draw(nil, 0); d != 0 {
		t.Errorf("no jitter drew %v", d)
	}
}

// TestDrawsArePinned: these values must stay the same on every machine: a seed
// in a bug report must give the same run.
func TestDrawsArePinned(t *testing.T) {
	for d, want := range map[Distribution]time.Duration{
		Uniform: 143239, Normal: 327695, Exponential: 1008697,
	} {
		if got := d.draw(sim.Stream(1, "link/a~lan/out/jitter"), time.Millisecond); got != want {
			t.Errorf("%s: drew %d, want %d", d, got, want)
		}
	}
}
