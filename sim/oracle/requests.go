package oracle

import (
	"fmt"
	"strings"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// requests counts the outcomes of each client's requests.
type requests struct {
	clients  map[string]*ledger
	open     pending[bool]
	answered numbers
}

// ledger is the requests of one client.
type ledger struct {
	Requests
	latencies durations
}

func newRequests(*scene) recorder {
	return &requests{clients: map[string]*ledger{}}
}

func (r *requests) client(node string) *ledger {
	l := r.clients[node]
	if l == nil {
		l = &ledger{Requests: Requests{Client: node, Failures: map[string]int{}}}
		r.clients[node] = l
	}
	return l
}

var requestReads = event.SetOf(
	event.RequestSent{}, event.RequestWaiting{}, event.RequestAnswered{}, event.RequestFailed{},
)

// reads implements fold.
func (*requests) reads() event.Set { return requestReads }

// Observe implements fold.
func (r *requests) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.RequestSent:
		r.begin(r.client(e.Node), b.Request)
	case event.RequestWaiting:
		r.begin(r.client(e.Node), b.Request)
	case event.RequestAnswered:
		l := r.client(e.Node)
		if r.answered.has(b.Request) {
			l.AnsweredTwice++
			return
		}
		r.answered.add(b.Request)
		r.begin(l, b.Request)
		r.open.delete(b.Request)
		l.OK++
		l.latencies.add(b.Latency)
	case event.RequestFailed:
		l := r.client(e.Node)
		r.begin(l, b.Request)
		if b.Retried {
			l.Retried++
			return
		}
		r.open.delete(b.Request)
		l.Failed++
		l.Failures[b.Failure]++
	}
}

// begin counts a request when it first appears.
func (r *requests) begin(l *ledger, request uint64) {
	if _, open := r.open.get(request); !open {
		r.open.set(request, true)
		l.Sent++
	}
}

// Finish implements fold.
func (r *requests) Finish(time.Duration) {}

func (r *requests) record(to *Measures) {
	all := make([]Requests, 0, len(r.clients))
	for _, name := range sorted(r.clients) {
		l := r.clients[name]
		l.Open = l.Sent - l.OK - l.Failed
		l.LatencyMedian, l.LatencyMax = l.latencies.median(), l.latencies.max
		all = append(all, l.Requests)
	}
	to.Requests = all
}

var (
	requestsSent    = &Column{"requests-sent", "requests sent", "sent", Count, WithAsking}
	requestsOK      = &Column{"requests-ok", "requests ok", "ok", Count, WithDue}
	requestsFailed  = &Column{"requests-failed", "requests failed", "failed", Count, WithAsking}
	requestsOpen    = &Column{"requests-open", "requests open", "open", Count, Freely}
	requestsRetried = &Column{"requests-retried", "requests retried", "retried", Count, WithDue}
	requestsTwice   = &Column{"requests-answered-twice", "answered twice", "twice", Count, Never}
	requestsMedian  = &Column{"latency-median", "latency median", "median", Span, WithTime}
	requestsSlowest = &Column{"latency-slowest", "latency slowest", "slowest", Span, WithSYN}
)

func requestTable(m *Measures) Table {
	t := Table{
		Title: "Requests", Names: []string{"client"}, Notes: []string{"failures"},
		Columns: []*Column{
			requestsSent, requestsOK, requestsFailed, requestsOpen, requestsRetried, requestsTwice, requestsMedian, requestsSlowest,
		},
	}
	for _, q := range m.Requests {
		r := row(q.Client)
		r.count(requestsSent, q.Sent)
		r.count(requestsOK, q.OK)
		r.count(requestsFailed, q.Failed).bad()
		r.count(requestsOpen, q.Open)
		r.count(requestsRetried, q.Retried)
		r.count(requestsTwice, q.AnsweredTwice).bad()
		r.span(requestsMedian, q.LatencyMedian)
		r.span(requestsSlowest, q.LatencyMax)
		var kinds []string
		for _, kind := range sorted(q.Failures) {
			kinds = append(kinds, fmt.Sprintf("%s %d", kind, q.Failures[kind]))
		}
		if len(kinds) > 0 {
			r.Notes = []Note{{Text: strings.Join(kinds, ", ")}}
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}
