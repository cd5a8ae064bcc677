package oracle

import (
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// accounting checks that requests begin, are retried and end as they should.
// Duplicate answers are reported by matching.
type accounting struct {
	watch    *watch
	attempts map[uint64]int // of open requests
	failed   map[uint64]int // of open requests: attempts that failed and will be retried
	ended    numbers
	answered numbers
}

func newAccounting(w *watch) *accounting {
	return &accounting{watch: w, attempts: map[uint64]int{}, failed: map[uint64]int{}}
}

// Observe implements fold.
func (a *accounting) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.RequestSent:
		a.sent(e, b)
	case event.RequestAnswered:
		if !a.answered.has(b.Request) {
			a.end(e, b.Request, "answered")
		}
		a.answered.add(b.Request)
	case event.RequestFailed:
		switch {
		case !b.Retried:
			a.end(e, b.Request, "given up")
		case a.ended.has(b.Request):
			a.watch.report(e.At, "%s will try request %d again after it has ended", e.Node, b.Request)
		default:
			a.failed[b.Request]++
		}
	}
}

func (a *accounting) sent(e event.Event, b event.RequestSent) {
	switch {
	case a.ended.has(b.Request):
		a.watch.report(e.At, "%s sent request %d after it had ended", e.Node, b.Request)
		return
	case b.Attempt <= a.attempts[b.Request] || b.Attempt > a.failed[b.Request]+1:
		a.watch.report(e.At, "%s made attempt %d of request %d after attempt %d, with %d failed",
			e.Node, b.Attempt, b.Request, a.attempts[b.Request], a.failed[b.Request])
	}
	a.attempts[b.Request] = b.Attempt
}

func (a *accounting) end(e event.Event, request uint64, how string) {
	if a.ended.has(request) {
		a.watch.report(e.At, "%s: request %d is %s, but has ended before", e.Node, request, how)
		return
	}
	a.ended.add(request)
	delete(a.attempts, request)
	delete(a.failed, request)
}

// Finish implements fold.
func (a *accounting) Finish(time.Duration) {}
