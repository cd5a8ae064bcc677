//go:build linux

package testbed

import (
	"slices"
	"sync/atomic"
	"time"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim"
)

// wall drives a loop by the wall clock. Until begin it stands at 0. While the
// loop has nothing to do it waits for frames on the wires of its uplinks, on the
// loop's own goroutine: between the kernel and the fabric nobody else is woken.
type wall struct {
	origin  time.Time     // a moment of this process
	offset  time.Duration // that moment on CLOCK_MONOTONIC, minus instant 0
	began   atomic.Bool
	poller  *netns.Poller
	uplinks []*uplink
	fail    func(error) // ends the run
}

func newWall() (*wall, error) {
	poller, err := netns.NewPoller()
	if err != nil {
		return nil, err
	}
	return &wall{poller: poller}, nil
}

// drive is told the loop before that runs.
func (w *wall) drive(loop *sim.Loop) { w.fail = loop.Fail }

// watch has what arrives on the uplink's wire sent into the fabric. It is called
// on the loop, or while the loop does not run, as is forget.
func (w *wall) watch(u *uplink) {
	if err := w.poller.Add(u.wire); err != nil {
		u.loop.Fail(err)
	}
	w.uplinks = append(w.uplinks, u)
}

// forget undoes watch.
func (w *wall) forget(u *uplink) {
	w.uplinks = slices.DeleteFunc(w.uplinks, func(o *uplink) bool { return o == u })
	w.poller.Forget(u.wire)
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
	now := w.Now()
	if now < until && !w.arrivals() {
		if err := w.poller.Wait(until - now); err != nil {
			w.fail(err)
		}
		w.arrivals()
		now = w.Now()
	}
	return min(now, until)
}

// arrivals posts the uplinks for which frames wait, and reports whether there
// are any.
func (w *wall) arrivals() bool {
	any := false
	for _, u := range w.uplinks {
		if u.wire.Ready() {
			u.loop.Post(u)
			any = true
		}
	}
	return any
}

// Posted implements sim.Driver.
func (w *wall) Posted() { w.poller.Wake() }

// close ends the clock of a loop that will not run again.
func (w *wall) close() { _ = w.poller.Close() }

var _ sim.Driver = (*wall)(nil)
