package oracle

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/sim/event"
)

// local is the client's end of connection n.
func local(n uint64) string { return fmt.Sprintf("192.0.2.201:%d", 10000+n) }

// opened adds a connection of c1 that a member serves.
func (l *log) opened(seconds float64, n uint64, server string) *log {
	return l.at(seconds, "c1", event.ConnOpened{Conn: n, Target: service}, event.ConnEstablished{Conn: n, Local: local(n)}).
		at(seconds, server, event.ConnAccepted{Service: "web", Client: local(n)})
}

// asked adds a request on a connection.
func (l *log) asked(seconds float64, request, conn uint64) *log {
	return l.at(seconds, "c1", event.RequestSent{Request: request, Conn: conn, Attempt: 1})
}

// told adds an answer, as the server and the client see it.
func (l *log) told(seconds float64, request, conn uint64, server string) *log {
	return l.at(seconds, server, event.RequestServed{Service: "web", Request: request, Client: local(conn)}).
		at(seconds, "c1", event.RequestAnswered{Request: request, Conn: conn, By: server, Status: 200, Latency: ms})
}

// closed adds the end of a connection.
func (l *log) closed(seconds float64, conn uint64, how string, answered int) *log {
	return l.at(seconds, "c1", event.ConnClosed{Conn: conn, How: how, Answered: answered})
}

const crashed = "crash a"

// connectionCases are what can become of connection 1, which a serves, after a
// crashes at 40 s, and the verdict.
var connectionCases = []struct {
	name string
	then func(*log) *log
	want Connections
}{
	{"nothing more happens", func(l *log) *log { return l }, Connections{Idle: 1}},
	{"its client closes it unused", func(l *log) *log { return l.closed(41, 1, "client", 1) }, Connections{Idle: 1}},
	{"its server closes it unused", func(l *log) *log { return l.closed(41, 1, "server", 1) }, Connections{Idle: 1}},
	{"it carries an answer", func(l *log) *log { return l.asked(41, 2, 1).told(42, 2, 1, "a") }, Connections{Kept: 1, KeptOnFailed: 1}},
	{"it carries an answer and is closed", func(l *log) *log {
		return l.asked(41, 2, 1).told(42, 2, 1, "a").closed(42, 1, "client", 2)
	}, Connections{Kept: 1, KeptOnFailed: 1}},
	{"it carries an answer and another request is on its way", func(l *log) *log {
		return l.asked(41, 2, 1).told(42, 2, 1, "a").asked(99.9, 3, 1)
	}, Connections{Kept: 1, KeptOnFailed: 1}},
	{"an error is an answer", func(l *log) *log {
		return l.asked(41, 2, 1).at(41, "c1", event.RequestFailed{Request: 2, Conn: 1, Failure: "status-503"})
	}, Connections{Kept: 1, KeptOnFailed: 1}},
	{"an error closes it, and is told afterwards", func(l *log) *log {
		return l.asked(41, 2, 1).closed(41.5, 1, "client", 2).at(41.5, "c1", event.RequestFailed{Request: 2, Conn: 1, Failure: "status-503"})
	}, Connections{Kept: 1, KeptOnFailed: 1}},
	{"a request had failed before", func(l *log) *log {
		return l.at(39, "c1", event.RequestFailed{Request: 5, Conn: 1, Failure: "timeout"}).asked(41, 2, 1).told(42, 2, 1, "a")
	}, Connections{Kept: 1, KeptOnFailed: 1}},
	{"it is reset", func(l *log) *log { return l.closed(49, 1, "reset", 1) }, Connections{Lost: 1, LostOnFailed: 1}},
	{"it is reset after an answer", func(l *log) *log {
		return l.asked(41, 2, 1).told(42, 2, 1, "a").closed(49, 1, "reset", 2)
	}, Connections{Lost: 1, LostOnFailed: 1}},
	{"its request times out", func(l *log) *log {
		return l.asked(41, 2, 1).closed(51, 1, "timeout", 1).at(51, "c1", event.RequestFailed{Request: 2, Conn: 1, Failure: "timeout"})
	}, Connections{Lost: 1, LostOnFailed: 1}},
	{"a request fails, it stays open", func(l *log) *log {
		return l.asked(41, 2, 1).at(51, "c1", event.RequestFailed{Request: 2, Conn: 1, Failure: "timeout"})
	}, Connections{Lost: 1, LostOnFailed: 1}},
	{"the server closes it on a request", func(l *log) *log {
		return l.asked(41, 2, 1).closed(41.1, 1, "server", 1)
	}, Connections{Lost: 1, LostOnFailed: 1}},
	{"the run ends before the answer", func(l *log) *log { return l.asked(41, 2, 1) }, Connections{Lost: 1, LostOnFailed: 1}},
	{"another member had come to serve it", func(l *log) *log {
		return l.at(41, "b", event.RequestServed{Service: "web", Request: 9, Client: local(1)}).closed(49, 1, "reset", 1)
	}, Connections{Lost: 1, LostOnOthers: 1}},
}

func TestConnections(t *testing.T) {
	for _, tc := range connectionCases {
		t.Run(tc.name, func(t *testing.T) {
			l := (&log{}).opened(35, 1, "a").asked(36, 1, 1).told(36, 1, 1, "a").
				opened(36, 7, "a").closed(37, 7, "reset", 0). // over before the fault
				at(39, "b", event.ConnEstablished{Conn: 8, Local: "192.0.2.12:40000"}).
				at(40, "a", event.FaultApplied{Fault: crashed}).
				opened(40.5, 9, "b").closed(41, 9, "reset", 0) // began after it
			tc.want.Fault, tc.want.At, tc.want.Established = crashed, 40*time.Second, 1
			m := Measure(tc.then(l).in(), paper(100*time.Second))
			same(t, "connections", m.Connections, []Connections{tc.want})
		})
	}
}

// TestConnectionsOfSeveralFaults: what has carried an answer since a fault has
// survived it; a loss is charged once, to the earliest fault since the last
// answer that is nearest to the connection. A fault in words that nobody can
// parse may be the nearest.
func TestConnectionsOfSeveralFaults(t *testing.T) {
	l := (&log{}).opened(35, 1, "a").opened(35, 2, "a").
		at(40, "a", event.FaultApplied{Fault: "pull a.lan silently"}).
		asked(41, 1, 1).told(42, 1, 1, "a").
		at(50, "", event.FaultApplied{Fault: "partition a | b"}).
		at(60, "", event.FaultApplied{Fault: "the moon is full"}).
		closed(61, 1, "reset", 1).closed(61, 2, "reset", 0)
	m := Measure(l.in(), paper(100*time.Second))
	same(t, "connections", m.Connections, []Connections{
		{Fault: "pull a.lan silently", At: 40 * time.Second, Established: 2, Kept: 1, KeptOnFailed: 1, Lost: 1, LostOnFailed: 1},
		{Fault: "partition a | b", At: 50 * time.Second, Established: 2, LostOtherwise: 2},
		{Fault: "the moon is full", At: 60 * time.Second, Established: 2, Lost: 1, LostOnOthers: 1, LostOtherwise: 1},
	})
}

// TestLostOnce: a connection that two faults hit is lost to the one that can
// have caused it, and to both if they came at one instant.
func TestLostOnce(t *testing.T) {
	for _, tc := range []struct {
		name string
		log  *log
		want []string // faults that it is lost to
	}{
		{"another client's cable later", lostAfter(40, "crash a", 42, "impair c2~lan delay 1ms"), []string{"crash a"}},
		{"another client's cable before", lostAfter(38, "impair c2~lan delay 1ms", 40, "crash a"), []string{"crash a"}},
		{"its own cable before", lostAfter(38, "impair c1~lan delay 1ms", 40, "crash a"), []string{"crash a"}},
		{"its own cable alone", lostAfter(38, "impair c1~lan loss 90%", 40, "crash c2"), []string{"impair c1~lan loss 90%"}},
		{"the same server later", lostAfter(40, "crash a", 42, "pull a.lan"), []string{"crash a"}},
		{"its back end", lostAfter(40, "backend web hang", 42, "crash c2"), []string{"backend web hang"}},
		{"other clients only", lostAfter(40, "crash c2", 42, "impair c2~lan delay 1ms"), nil},
		{"frames between others", lostAfter(40, "partition b | c2", 42, "partition a | c1"), []string{"partition a | c1"}},
		{"both at one instant", lostAfter(40, "crash a", 40, "pull c1.lan"), []string{"crash a", "pull c1.lan"}},
		{
			"a takeover", lostAfter(40, "set b standby.priority 200", 43, "set a standby.priority 90").
				takes(41.9, "b", "Standby", standby.CausePreempt).gives(41.9001, "a", "Speak", standby.CauseCoup),
			[]string{"set b standby.priority 200"},
		},
	} {
		f := paper(100 * time.Second)
		f.Clients = append(f.Clients, Client{Node: "c2", Target: vip, Interval: 100 * ms})
		var got []string
		for _, c := range Measure(tc.log.in(), f).Connections {
			if c.Lost > 0 {
				got = append(got, c.Fault)
			}
			if c.Established != 1 || c.Lost+c.LostOtherwise != 1 || c.LostOnFailed+c.LostOnOthers != c.Lost {
				t.Errorf("%s: %s: got %+v, want one connection, lost to it or otherwise", tc.name, c.Fault, c)
			}
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: lost to %q, want %q", tc.name, got, tc.want)
		}
	}
}

// lostAfter is a log with two faults and a connection that is reset afterwards.
func lostAfter(first float64, one string, second float64, other string) *log {
	return (&log{}).settled().opened(35, 1, "a").asked(36, 1, 1).told(36, 1, 1, "a").
		at(first, "", applied(one)).at(second, "", applied(other)).closed(50, 1, "reset", 1)
}

// TestManyConnections: closed ones are forgotten between faults, open ones are
// not.
func TestManyConnections(t *testing.T) {
	l := (&log{}).opened(1, 1, "a").answers("c1", "a", 2, 60).at(70, "a", event.FaultApplied{Fault: crashed})
	c := newConnections(newScene(paper(100 * time.Second))).(*connections)
	for _, e := range l.in() {
		if c.Observe(e); len(c.order) > 100 {
			t.Fatalf("%d connections are remembered at %v, one is open", len(c.order), e.At)
		}
	}
	if got := c.faults[0].Established; got != 1 {
		t.Errorf("established: got %d, want 1", got)
	}
}

// TestRequests counts by client and kind, and what sent is made of.
func TestRequests(t *testing.T) {
	sent := func(n uint64, attempt int) event.Body {
		return event.RequestSent{Request: n, Conn: n, Attempt: attempt}
	}
	answer := func(n uint64, latency time.Duration) event.Body {
		return event.RequestAnswered{Request: n, Conn: n, By: "a", Status: 200, Latency: latency}
	}
	l := (&log{}).
		at(1, "c2", sent(1, 1), answer(1, 5*ms)).
		at(2, "c1", sent(2, 1), answer(2, 30*ms)).
		at(3, "c1", sent(3, 1), answer(3, 10*ms), answer(3, 99*ms)). // answered twice
		at(4, "c1", event.RequestFailed{Request: 4, Failure: "refused", Retried: true}, sent(4, 2), answer(4, 20*ms)).
		at(5, "c1", sent(5, 1), event.RequestFailed{Request: 5, Failure: "timeout", Retried: true},
											sent(5, 2), event.RequestFailed{Request: 5, Failure: "reset"}).
		at(6, "c1", event.RequestFailed{Request: 6, Failure: "timeout"}). // it never found a connection
		at(7, "c1", sent(7, 1)).
		at(8, "c1", sent(8, 1), answer(8, 40*ms)).
		at(9, "c1", event.RequestFailed{Request: 9, Failure: "refused", Retried: true}).
		at(10, "c1", event.RequestWaiting{Request: 9}, event.RequestWaiting{Request: 10}) // 9 is known already
	same(t, "requests", Measure(l.in(), paper(10*time.Second)).Requests, []Requests{
		{
			Client: "c1", Sent: 9, OK: 4, Failed: 2, Failures: map[string]int{"reset": 1, "timeout": 1}, Open: 3,
			Retried: 3, AnsweredTwice: 1, LatencyMedian: 20 * ms, LatencyMax: 40 * ms,
		},
		{Client: "c2", Sent: 1, OK: 1, Failures: map[string]int{}, LatencyMedian: 5 * ms, LatencyMax: 5 * ms},
	})
}

// TestSpread counts a request for every node that had a hand in its answer, and
// not what was served in vain.
func TestSpread(t *testing.T) {
	through := func(seconds float64, n uint64, gateway string) *log {
		return (&log{}).opened(seconds, n, gateway).asked(seconds, n, n).
			at(seconds, "web", event.RequestServed{Service: "http", Request: n, Client: "192.0.2.11:5000"}).
			told(seconds, n, n, gateway)
	}
	l := (&log{}).at(0, "web", event.ConnAccepted{Service: "http", Client: "192.0.2.11:5000"})
	for n := range uint64(3) {
		l.events = append(l.events, through(1, n+1, "a").events...)
	}
	l.events = append(l.events, through(2, 4, "b").events...)
	l.opened(3, 5, "b").asked(3, 5, 5).
		at(3, "b", event.RequestServed{Service: "web", Request: 5, Client: local(5)}).
		at(4, "c1", event.RequestFailed{Request: 5, Conn: 5, Failure: "timeout"}).
		at(5, "c1", event.RequestAnswered{Request: 4, Conn: 4, By: "b", Status: 200}) // a second time
	same(t, "spread", Measure(l.in(), paper(10*time.Second)).Spread, []Spread{
		{Node: "a", Connections: 3, Requests: 3, RequestShare: 0.75},
		{Node: "b", Connections: 2, Requests: 1, RequestShare: 0.25},
		{Node: "web", Connections: 1, Requests: 4, RequestShare: 1},
	})
}

// TestNothingHappened: every list is there, and empty.
func TestNothingHappened(t *testing.T) {
	same(t, "measures", Measure(nil, Facts{}), Measures{
		Takeovers: []Takeover{}, Outages: []Outage{}, Gaps: []Outage{}, Connections: []Connections{}, Survival: []Survival{},
		Requests: []Requests{}, Groups: []Group{}, Dark: []Dark{}, Spread: []Spread{}, Members: []MemberStatus{},
		Balance: []Balance{}, Recoveries: []Recovery{}, Forwarding: []Forwarding{},
		Balanced: []BalancedStatus{}, BalanceCounters: []BalanceCounters{},
		Works: []Work{}, Queues: []Queue{}, Loads: []Load{}, LBMembers: []LBMember{}, Sessions: []Sessions{}, Deliveries: []Delivery{},
		Activities: []Activities{},
		Files:      []Files{},
		Exchanges:  []Exchange{}, Stores: []PersistenceStore{},
		Ledgers: []Ledger{},
		Portals: []Portal{},
	})
	same(t, "violations", Check(nil, Facts{}), []Violation{})
}
