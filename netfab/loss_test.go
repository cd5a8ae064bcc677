package netfab

import (
	"math"
	"testing"

	"github.com/cablepull/cablepull/sim"
)

// sigmas is the tolerance of the statistical tests, in standard deviations. The
// seeds are fixed, so a test that passes once always passes.
const sigmas = 4

// TestLossStatistics: the share of losses is within 4 standard deviations of
// the requested one, and so is the mean length of a burst. For independent
// losses the number lost is binomial; for Gilbert-Elliott its variance is
// greater by a factor of (1+r)/(1-r), where r is the correlation of consecutive
// frames.
func TestLossStatistics(t *testing.T) {
	const n = 200_000
	tests := []struct {
		share, burst float64
		rows         float64 // expected mean length
	}{
		{0.02, 0, 1 / 0.98},
		{0.02, 1, 1 / 0.98},
		{0.5, 0, 2},
		{0.02, 4, 4},
		{0.1, 2.5, 2.5},
		{0.3, 20, 20},
		{0.8, 5, 5},
		{0.8, 2, 4}, // 4 in 5 cannot be lost in shorter bursts, so they lengthen
	}
	for _, tt := range tests {
		l := newLosses(tt.share, tt.burst, sim.Stream(7, "link/a~lan/out/loss"))
		lost, rows, before := 0, 0, false
		for range n {
			now := l.next()
			if now {
				lost++
				if !before {
					rows++
				}
			}
			before = now
		}
		recovery := 1 / tt.rows
		correlation := 1 - recovery - tt.share/(1-tt.share)*recovery
		sd := math.Sqrt(n * tt.share * (1 - tt.share) * (1 + correlation) / (1 - correlation))
		if off := math.Abs(float64(lost) - n*tt.share); off > sigmas*sd {
			t.Errorf("loss %v burst %v: lost %d of %d, %.1f standard deviations off", tt.share, tt.burst, lost, n, off/sd)
		}
		mean := float64(lost) / float64(rows)
		sd = math.Sqrt(1-recovery) / recovery / math.Sqrt(float64(rows))
		if off := math.Abs(mean - tt.rows); off > sigmas*sd+2.0/n {
			t.Errorf("loss %v burst %v: rows of %.3f, want %.3f, %.1f standard deviations off", tt.share, tt.burst, mean, tt.rows, off/sd)
		}
	}
}

// TestLossExtremes: shares of 0 and 1 are exact, whatever the burst.
func TestLossExtremes(t *testing.T) {
	for _, burst := range []float64{0, 1, 10} {
		none, all := newLosses(0, burst, sim.Stream(1, "x")), newLosses(1, burst, sim.Stream(1, "x"))
		for range 1000 {
			if none.next() || !all.next() {
				t.Fatalf("burst %v: a share of 0 lost a frame or a share of 1 kept one", burst)
			}
		}
	}
}

// TestLossBeginsAnywhere: the first frame of a bursty channel is as likely to
// be lost as any other.
func TestLossBeginsAnywhere(t *testing.T) {
	const n, share = 2000, 0.3
	lost := 0
	for seed := range uint64(n) {
		l := newLosses(share, 10, sim.Stream(seed, "x"))
		if l.next() {
			lost++
		}
	}
	if off := math.Abs(float64(lost) - n*share); off > sigmas*math.Sqrt(n*share*(1-share)) {
		t.Errorf("%d of %d first frames lost, want about %.0f", lost, n, n*share)
	}
}
