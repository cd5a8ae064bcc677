//go:build linux

package realhost

import (
	"fmt"
	"time"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// readiness waits until the programs of a real host are ready, and fails the
// run if they never are. Its fields are the loop's.
type readiness struct {
	host     *Host
	how      topology.Ready
	main     *program // whose readiness counts
	deadline *sim.Timer
	enough   *sim.Timer    // the program has run for long enough
	patience int           // how often more time is given to one that computes
	over     chan struct{} // closed at the end of the wait
}

// startupTime is long enough for a program that has a processor to find out
// that its arguments are wrong. One that still computes then, or waits for its
// turn on a busy machine, gets the same time again, up to startupRetries times.
const (
	startupTime    = 100 * time.Millisecond
	startupRetries = 9
)

// awaitReady begins to wait.
func (h *Host) awaitReady(main *program) *readiness {
	r := &readiness{host: h, how: h.cfg.Exec.Ready, main: main, over: make(chan struct{}), patience: startupRetries}
	r.deadline = h.Bed.Loop.NewTimer(sim.Func(r.late))
	r.deadline.Reset(r.how.Within)
	r.enough = h.Bed.Loop.NewTimer(sim.Func(r.ranLongEnough))
	if r.how.TCP != 0 {
		go r.pollPort(h.Namespace.Namespace, h.Bed.Loop)
	}
	return r
}

// placed is called when the program runs.
func (r *readiness) placed() {
	switch {
	case r.how.TCP != 0 || r.how.Log != "":
	case r.how.After != 0:
		r.enough.Reset(r.how.After)
	default:
		r.deadline.Stop() // nothing more is asked of it than not to end
		r.enough.Reset(startupTime)
	}
}

// ranLongEnough is called when the program has run for a while.
func (r *readiness) ranLongEnough() {
	if r.how.After == 0 && r.patience > 0 && r.main.computes() {
		r.patience--
		r.enough.Reset(startupTime)
		return
	}
	r.reached()
}

// pollGap is the time between two questions.
const pollGap = 5 * time.Millisecond

// pollPort asks the kernel until a program listens, or the wait is over. It
// runs on a goroutine of its own, since the kernel's answer may take long.
func (r *readiness) pollPort(space *netns.Namespace, loop *sim.Loop) {
	for {
		listens, err := space.Listens(uint16(r.how.TCP))
		select {
		case <-r.over: // the answer may be that of a kernel that has crashed since
			return
		default:
		}
		if listens || err != nil {
			loop.Post(sim.Func(func() { r.answered(err) }))
			return
		}
		select {
		case <-r.over:
			return
		case <-time.After(pollGap):
		}
	}
}

// answered is called when a program listens, or when the kernel gives an error.
func (r *readiness) answered(err error) {
	if err == nil {
		r.reached()
	} else if r.waits() {
		r.fail(r.main, err)
	}
}

// said is called, on another goroutine, when a program has printed the line.
func (h *Host) said(p *program) {
	h.Bed.Loop.Post(sim.Func(func() {
		if h.ready != nil && h.ready.main == p {
			h.ready.reached()
		}
	}))
}

// waits reports whether the wait is not over.
func (r *readiness) waits() bool { return r.host.ready == r }

// reached is the end of the wait.
func (r *readiness) reached() {
	if r.waits() {
		r.cancel()
		r.host.Log(event.ServiceChanged{Service: r.main.name, State: "running"})
	}
}

// cancel ends the wait without an event.
func (r *readiness) cancel() {
	r.deadline.Stop()
	r.enough.Stop()
	r.host.ready = nil
	close(r.over)
}

// late is the deadline.
func (r *readiness) late() {
	missing := "it does not run yet"
	switch {
	case r.how.TCP != 0:
		missing = fmt.Sprintf("nobody listens on TCP port %d", r.how.TCP)
	case r.how.Log != "":
		missing = fmt.Sprintf("no line of output matches %q", r.how.Log)
	}
	r.fail(r.main, fmt.Errorf("not ready after %v: %s", r.how.Within, missing))
}

// ended is called when a program ends before all are ready. One that only
// prepares something may end with exit 0, and so may the main one if nothing is
// expected of it.
func (r *readiness) ended(p *program) {
	expected := r.how.TCP != 0 || r.how.Log != "" || r.how.After != 0
	switch {
	case p.failed || p == r.main && expected:
		r.fail(p, fmt.Errorf("it has ended before it was ready: %s", p.status))
	case p == r.main:
		r.cancel()
	}
}

// fail ends the run.
func (r *readiness) fail(p *program, err error) {
	r.cancel()
	r.host.Fail(programError(p.name, p.withLastWords(err)))
}
