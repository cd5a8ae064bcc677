//go:build linux

package testbed

import (
	"sync/atomic"
	"time"

	"github.com/cablepull/cablepull/netfab/netns"
)

// wall drives a loop by the wall clock. Until begin it stands at 0.
type wall struct {
	origin  time.Time     // a moment of this process
	offset  time.Duration // that moment on CLOCK_MONOTONIC, minus instant 0
	began   atomic.Bool
	posted  chan struct{}
	sleeper *time.Timer
}

func newWall() *wall {
	w := &wall{posted: make(chan struct{}, 1), sleeper: time.NewTimer(time.Hour)}
	w.sleeper.Stop()
	return w
}

// begin puts instant 0 at a reading of CLOCK_MONOTONIC, which all processes of
// the machine share.
func (w *wall) begin(zero time.Duration) {
	w.origin, w.offset = time.Now(), netns.Monotonic()-zero
	w.began.Store(true)
}

// Now implements sim.Driver.
func (w *wall) Now() time.Duration {
	if !w.began.Load() {
		return 0
	}
	return max(0, time.Since(w.origin)+w.offset)
}

// Advance implements sim.Driver.
func (w *wall) Advance(until time.Duration) time.Duration {
	for {
		now := w.Now()
		if now >= until {
			return until
		}
		w.sleeper.Reset(until - now)
		select {
		case <-w.posted:
			w.sleeper.Stop()
			return min(w.Now(), until)
		case <-w.sleeper.C:
		}
	}
}

// Posted implements sim.Driver.
func (w *wall) Posted() {
	select {
	case w.posted <- struct{}{}:
	default:
	}
}
