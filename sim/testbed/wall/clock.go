//go:build linux

package wall

import (
	"slices"
	"sync/atomic"
	"time"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim"
)

// Clock drives a loop by the wall clock. Until Begin it stands at 0. While the
// loop has nothing to do, the clock waits for frames on the wires of its
// uplinks, on the loop's own goroutine: no other one has to wake between the
// kernel and the fabric.
type Clock struct {
	origin  time.Time     // a moment of this process
	offset  time.Duration // that moment on CLOCK_MONOTONIC, minus instant 0
	zero    time.Duration // instant 0 on CLOCK_MONOTONIC
	began   atomic.Bool
	poller  *netns.Poller
	uplinks []*Uplink
	gauge   *Gauge      // nil: nobody measures
	fail    func(error) // ends the run
}

// NewClock makes a clock that stands.
func NewClock() (*Clock, error) {
	poller, err := netns.NewPoller()
	if err != nil {
		return nil, err
	}
	return &Clock{poller: poller}, nil
}

// Drive names the loop that the clock drives. It is called before that runs.
func (c *Clock) Drive(loop *sim.Loop) { c.fail = loop.Fail }

// watch has what arrives on the uplink's wire sent into the fabric. Like
// forget, it is called on the loop or while the loop does not run.
func (c *Clock) watch(u *Uplink) {
	if err := c.poller.Add(u.wire); err != nil {
		u.loop.Fail(err)
	}
	c.uplinks = append(c.uplinks, u)
}

// forget undoes watch.
func (c *Clock) forget(u *Uplink) {
	c.uplinks = slices.DeleteFunc(c.uplinks, func(o *Uplink) bool { return o == u })
	c.poller.Forget(u.wire)
}

// Begin puts instant 0 at a reading of CLOCK_MONOTONIC, which all processes of
// the machine share.
func (c *Clock) Begin(zero time.Duration) {
	c.zero = zero
	c.origin, c.offset = time.Now(), netns.Monotonic()-zero
	c.began.Store(true)
}

// Zero returns instant 0 on CLOCK_MONOTONIC. It is valid once the clock has
// begun.
func (c *Clock) Zero() time.Duration { return c.zero }

// KeepThread says that the loop of this clock runs on the calling thread from
// now on, to which the goroutine is locked.
func (c *Clock) KeepThread() { c.poller.KeepThread() }

// Now implements sim.Driver.
func (c *Clock) Now() time.Duration {
	if !c.began.Load() {
		return 0
	}
	return max(0, time.Since(c.origin)+c.offset)
}

// Advance implements sim.Driver.
func (c *Clock) Advance(until time.Duration) time.Duration {
	now := c.Now()
	if now < until && !c.arrivals() {
		if err := c.poller.Wait(until - now); err != nil {
			c.fail(err)
		}
		c.arrivals()
		now = c.Now()
	}
	if now >= until && c.gauge != nil {
		c.gauge.reached(until, now)
	}
	return min(now, until)
}

// arrivals posts the uplinks that have frames waiting, and reports whether
// there are any.
func (c *Clock) arrivals() bool {
	any := false
	for _, u := range c.uplinks {
		if u.wire.Ready() {
			u.loop.Post(u)
			any = true
		}
	}
	return any
}

// Posted implements sim.Driver.
func (c *Clock) Posted() { c.poller.Wake() }

// Close ends the clock of a loop that will not run again.
func (c *Clock) Close() { _ = c.poller.Close() }

var _ sim.Driver = (*Clock)(nil)
