package selfbalance

import "math"

// Weigher turns how busy a member's CPU is into the weight that the member
// reports. The zero value neither smooths nor ever says 0.
type Weigher struct {
	// Smoothing is the part of the past in each weight, from 0 to below 1. Without
	// it a group at more than half its capacity swings: the members that were idle
	// in the last second get all connections of the next. 0.9 keeps a group at 80 %
	// steady with reports every second.
	Smoothing float64
	// FullSamples is the number of samples in a row at 100 % that make the weight
	// 0; 0: none do. The first sample below 100 % ends that.
	FullSamples int

	sampled bool
	idle    float64 // smoothed
	full    int     // samples at 100 % in a row
}

// fullyBusy is what counts as 100 %: all that rounds to it.
const fullyBusy = 0.995

// Sample takes the part of the time since the last sample in which the CPU was
// busy, 0 to 1, and returns the weight: 0, or the idle part from 1 to 100.
func (w *Weigher) Sample(busy float64) uint16 {
	idle := 1 - min(max(busy, 0), 1)
	if w.sampled {
		idle = float64(w.Smoothing*w.idle) + float64((1-w.Smoothing)*idle) // rounded: some processors would fuse product and sum
	}
	w.sampled, w.idle = true, idle
	if busy < fullyBusy {
		w.full = 0
	} else if w.full++; w.FullSamples > 0 && w.full >= w.FullSamples {
		return 0
	}
	return uint16(max(1, math.Round(100*idle)))
}
