package oracle

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// usersFacts is a closed-loop client, c1, whose users think for 2 s.
func usersFacts() Facts {
	f := paper(time.Minute)
	f.Clients[0].Users, f.Clients[0].Interval = 2, time.Second
	return f
}

// userAsks adds a request of a user, which is answered after a while; never if
// that is 0.
func (l *log) userAsks(request uint64, seconds, latency float64) *log {
	l.at(seconds, "c1", event.RequestSent{Request: request, Conn: request, Attempt: 1})
	if latency > 0 {
		l.at(seconds+latency, "c1", event.RequestAnswered{Request: request, Conn: request, By: "a", Status: 200, Latency: instant(latency)})
	}
	return l
}

// TestOutageOfUsers: users who think miss nothing; an outage begins when the
// first that waits has waited for as long as the quickest answer took.
func TestOutageOfUsers(t *testing.T) {
	for _, c := range []struct {
		name string
		log  *log
		want Outage // From, To and Open
	}{
		{"two users think at the same time", (&log{}).userAsks(1, 10, 0.1).userAsks(2, 10.05, 0.1).userAsks(3, 14, 0.1), Outage{}},
		{"one answer is late", (&log{}).userAsks(1, 10, 0.1).userAsks(2, 12, 0.5), Outage{From: 12100 * ms, To: 12500 * ms}},
		{
			// The request of 10.05 s waits when that of 10 s is answered.
			"one waits while the other is answered",
			(&log{}).userAsks(1, 5, 0.1).userAsks(2, 10, 0.1).userAsks(3, 10.05, 3), Outage{From: 10150 * ms, To: 13050 * ms},
		},
		{
			// The second user is answered first, the first one has waited longer.
			"the first that waits is not the first that is answered",
			(&log{}).userAsks(1, 5, 0.1).userAsks(2, 10, 8).userAsks(3, 11, 4), Outage{From: 10100 * ms, To: 15 * time.Second},
		},
		{
			// Between the failures they think.
			"failures do not end it",
			(&log{}).userAsks(1, 5, 0.1).userAsks(2, 10, 0).
				at(10.5, "c1", event.RequestFailed{Request: 2, Conn: 2, Failure: "reset", After: 500 * ms}).userAsks(3, 12.5, 0.1),
			Outage{From: 10100 * ms, To: 12600 * ms},
		},
		{
			"a connection that cannot be opened",
			(&log{}).userAsks(1, 5, 0.1).at(10, "c1", event.ConnOpened{Conn: 9, Target: service}), Outage{From: 10100 * ms, To: time.Minute, Open: true},
		},
		{
			"a connection that could not be opened",
			(&log{}).userAsks(1, 5, 0.1).at(10, "c1", event.ConnOpened{Conn: 9, Target: service}).
				at(11, "c1", event.ConnClosed{Conn: 9, How: "timeout"}, event.RequestFailed{Request: 9, Conn: 9, Failure: "timeout", After: time.Second}).
				userAsks(10, 13, 0.1),
			Outage{From: 10100 * ms, To: 13100 * ms},
		},
		{"they think as the run ends", (&log{}).userAsks(1, 10, 0.1).userAsks(2, 10.05, 0.1), Outage{}},
		{"the run ends as one waits", (&log{}).userAsks(1, 10, 0.1).userAsks(2, 50, 0), Outage{From: 50100 * ms, To: time.Minute, Open: true}},
		{"never an answer", (&log{}).userAsks(1, 10, 0), Outage{From: 10 * time.Second, To: time.Minute, Open: true}},
	} {
		m := Measure(c.log.in(), usersFacts())
		got := m.Outages[0]
		if c.want.To == 0 && got.Duration == 0 {
			continue
		}
		if got.From != c.want.From || got.To != c.want.To || got.Open != c.want.Open || got.Duration != got.To-got.From {
			t.Errorf("%s: got %v to %v (open %v), want %v to %v (open %v)", c.name, got.From, got.To, got.Open, c.want.From, c.want.To, c.want.Open)
		}
	}
}
