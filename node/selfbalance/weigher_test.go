package selfbalance

import (
	"slices"
	"testing"
)

// TestWeigher follows the weights for a row of samples.
func TestWeigher(t *testing.T) {
	for _, c := range []struct {
		about string
		w     Weigher
		busy  []float64
		want  []uint16
	}{
		{"idle CPU in per cent", Weigher{}, []float64{0, 0.25, 0.5, 1, 0.9}, []uint16{100, 75, 50, 1, 10}},
		{"what a gauge cannot say", Weigher{}, []float64{-0.1, 1.2}, []uint16{100, 1}},
		{"half of the past", Weigher{Smoothing: 0.5}, []float64{0, 1, 1, 0}, []uint16{100, 50, 25, 63}},
		{"full after three samples", Weigher{FullSamples: 3}, []float64{1, 1, 1, 1, 0.99, 1, 1, 1}, []uint16{1, 1, 0, 0, 1, 1, 1, 0}},
		{"a break in between", Weigher{FullSamples: 2}, []float64{1, 0.9, 1, 0.995}, []uint16{1, 10, 1, 0}},
		{"full although the past was idle", Weigher{Smoothing: 0.9, FullSamples: 2}, []float64{0, 1, 1, 0.9}, []uint16{100, 90, 0, 74}},
	} {
		var got []uint16
		for _, busy := range c.busy {
			got = append(got, c.w.Sample(busy))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.about, got, c.want)
		}
	}
}
