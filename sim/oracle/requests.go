package oracle

import (
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// requests counts what became of the requests of each client.
type requests struct {
	clients  map[string]*ledger
	open     map[uint64]bool
	answered numbers
}

// ledger is the requests of one client.
type ledger struct {
	Requests
	latencies []time.Duration
}

func newRequests() *requests {
	return &requests{clients: map[string]*ledger{}, open: map[uint64]bool{}, answered: numbers{}}
}

func (r *requests) client(node string) *ledger {
	l := r.clients[node]
	if l == nil {
		l = &ledger{Requests: Requests{Client: node, Failures: map[string]int{}}}
		r.clients[node] = l
	}
	return l
}

// Observe implements fold.
func (r *requests) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.RequestSent:
		r.begin(e.Node, b.Request)
	case event.RequestAnswered:
		l := r.client(e.Node)
		if r.answered.has(b.Request) {
			l.AnsweredTwice++
			return
		}
		r.answered.add(b.Request)
		r.begin(e.Node, b.Request)
		delete(r.open, b.Request)
		l.OK++
		l.latencies = append(l.latencies, b.Latency)
	case event.RequestFailed:
		l := r.begin(e.Node, b.Request)
		if b.Retried {
			l.Retried++
			return
		}
		delete(r.open, b.Request)
		l.Failed++
		l.Failures[b.Failure]++
	}
}

// begin counts a request when it is first heard of.
func (r *requests) begin(node string, request uint64) *ledger {
	l := r.client(node)
	if !r.open[request] {
		r.open[request] = true
		l.Sent++
	}
	return l
}

// Finish implements fold.
func (r *requests) Finish(time.Duration) {}

func (r *requests) result() []Requests {
	all := make([]Requests, 0, len(r.clients))
	for _, name := range sorted(r.clients) {
		l := r.clients[name]
		l.Open = l.Sent - l.OK - l.Failed
		slices.Sort(l.latencies)
		if n := len(l.latencies); n > 0 {
			l.LatencyMedian, l.LatencyMax = l.latencies[(n-1)/2], l.latencies[n-1]
		}
		all = append(all, l.Requests)
	}
	return all
}
