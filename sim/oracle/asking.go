package oracle

import (
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// asking is what the users of a closed-loop client wait for. They ask nothing
// while they think or wait, so their next answer is due when the first of them
// has waited for as long as the quickest answer so far took.
type asking struct {
	quickest time.Duration // latency of the quickest good answer; 0: none yet
	asked    bool          // since the last good answer a request has ended that was begun at since
	since    time.Duration // the earliest
	waits    map[wish]bool // what is not over
	order    []wishedAt    // of these and some others, in the order of their instants
}

// wish is a connection that is being opened, or a request that has been sent.
type wish struct {
	connection bool
	number     uint64
}

type wishedAt struct {
	wish
	at time.Duration
}

// observe notes events of the client.
func (a *asking) observe(e event.Event) {
	switch b := e.What.(type) {
	case event.ConnOpened: // by a user, who has to wait for it
		a.add(wish{true, b.Conn}, e.At)
	case event.ConnEstablished:
		delete(a.waits, wish{true, b.Conn})
	case event.ConnClosed:
		delete(a.waits, wish{true, b.Conn})
	case event.RequestSent:
		a.add(wish{false, b.Request}, e.At)
	case event.RequestAnswered:
		a.over(b.Request, e.At-b.Latency)
	case event.RequestFailed:
		if !b.Retried {
			a.over(b.Request, e.At-b.After)
		}
	}
}

func (a *asking) add(w wish, at time.Duration) {
	if a.waits[w] {
		return // sent again
	}
	if a.waits == nil {
		a.waits = map[wish]bool{}
	}
	a.waits[w] = true
	a.order = append(a.order, wishedAt{w, at})
}

func (a *asking) over(request uint64, since time.Duration) {
	delete(a.waits, wish{false, request})
	if !a.asked || since < a.since {
		a.asked, a.since = true, since
	}
}

// answered notes a good answer.
func (a *asking) answered(b event.RequestAnswered) {
	if a.quickest == 0 || b.Latency < a.quickest {
		a.quickest = b.Latency
	}
	a.asked = false
}

// due returns when an answer is due; now if nobody waits for one.
func (a *asking) due(now time.Duration) time.Duration {
	for len(a.order) > 0 && !a.waits[a.order[0].wish] {
		a.order = a.order[1:]
	}
	first, some := a.since, a.asked
	if len(a.order) > 0 && (!some || a.order[0].at < first) {
		first, some = a.order[0].at, true
	}
	if !some {
		return now
	}
	return first + a.quickest
}
