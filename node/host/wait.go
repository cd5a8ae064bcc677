package host

import (
	"net"
	"time"

	"github.com/cablepull/cablepull/sim"
)

// wait is one direction's parked proc and its deadline.
type wait struct {
	proc  *sim.Proc
	until time.Duration // by the machine's own clock, Scope.Elapsed; 0: no deadline
	timer *sim.Timer
	owner *sim.Proc // the proc that timer wakes

	done int   // bytes moved by the current call
	err  error // how it ended
}

// block records that the current proc waits for one direction of a socket. It
// fails once the deadline has passed.
func (w *wait) block(h *Host, network, op string) error {
	if w.until != 0 && h.programs.Elapsed() >= w.until {
		return &net.OpError{Op: op, Net: network, Err: ErrTimeout}
	}
	w.proc = h.loop.Current()
	w.arm(h)
	return nil
}

// unblock records that no proc waits any longer.
func (w *wait) unblock() {
	w.proc = nil
	w.stop()
}

// stop stops the timer.
func (w *wait) stop() {
	if w.timer != nil {
		w.timer.Stop()
	}
}

// wake wakes the parked proc, if any, to check again.
func (w *wait) wake() {
	if w.proc != nil {
		w.proc.Wake()
	}
}

// arm sets the timer that wakes the parked proc of one direction at its
// deadline.
func (w *wait) arm(h *Host) {
	switch {
	case w.until == 0:
		w.stop()
		return
	case w.owner != w.proc:
		w.timer, w.owner = h.programs.NewTimer(sim.Func(w.proc.Wake)), w.proc
	}
	w.timer.Reset(w.until - h.programs.Elapsed())
}

// bound sets the deadline of one direction, including that of a current call.
func (w *wait) bound(h *Host, until time.Duration) {
	w.until = until
	if w.proc != nil {
		w.arm(h)
	}
}

// timeout returns the instant after a span by the machine's own clock; 0, no
// deadline, if the span is 0.
func (h *Host) timeout(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return h.programs.Elapsed() + d
}

// deadline converts an instant of the world to the machine's own clock. The
// result is never 0, which would mean none.
func (h *Host) deadline(t time.Time) time.Duration {
	if t.IsZero() {
		return 0
	}
	return max(h.programs.Elapsed()+t.Sub(Epoch)-h.loop.Now(), 1)
}
