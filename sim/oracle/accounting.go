package oracle

import (
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// accounting checks that requests begin, are retried and end as they should.
// Duplicate answers are reported by matching.
type accounting struct {
	watch    *watch
	attempts pending[int]
	failed   pending[int] // attempts that failed and will be retried
	ended    numbers
	answered numbers
}

func newAccounting(w *watch) *accounting {
	return &accounting{watch: w}
}

var accountingReads = event.SetOf(event.RequestSent{}, event.RequestAnswered{}, event.RequestFailed{})

// reads implements fold.
func (*accounting) reads() event.Set { return accountingReads }

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
			failed, _ := a.failed.get(b.Request)
			a.failed.set(b.Request, failed+1)
		}
	}
}

func (a *accounting) sent(e event.Event, b event.RequestSent) {
	if a.ended.has(b.Request) {
		a.watch.report(e.At, "%s sent request %d after it had ended", e.Node, b.Request)
		return
	}
	before, _ := a.attempts.get(b.Request)
	failed, _ := a.failed.get(b.Request)
	if b.Attempt <= before || b.Attempt > failed+1 {
		a.watch.report(e.At, "%s made attempt %d of request %d after attempt %d, with %d failed",
			e.Node, b.Attempt, b.Request, before, failed)
	}
	a.attempts.set(b.Request, b.Attempt)
}

func (a *accounting) end(e event.Event, request uint64, how string) {
	if a.ended.has(request) {
		a.watch.report(e.At, "%s: request %d is %s, but has ended before", e.Node, request, how)
		return
	}
	a.ended.add(request)
	a.attempts.delete(request)
	a.failed.delete(request)
}

// Finish implements fold.
func (a *accounting) Finish(time.Duration) {}
