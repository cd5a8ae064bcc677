package oracle

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/sim/event"
)

// The cluster of the tests on paper: a and b share 192.0.2.100, c1 asks it ten
// times a second, and nobody ages.
const (
	vip     = "192.0.2.100"
	service = vip + ":80"
	macA    = "02:00:00:00:00:01"
	macB    = "02:00:00:00:00:02"
	ms      = time.Millisecond
)

func paper(duration time.Duration) Facts {
	member := func(node string, place int) Member {
		return Member{
			Node: node, Interface: "lan", Segment: "lan", Address: fmt.Sprintf("192.0.2.%d", place),
			Group: 1, VIP: vip, Hello: 3 * time.Second, Hold: 10 * time.Second,
		}
	}
	return Facts{
		Duration: duration,
		Clients:  []Client{{Node: "c1", Target: vip, Interval: 100 * ms}},
		Members:  []Member{member("a", 11), member("b", 12)},
		Segments: []Segment{{Name: "lan"}},
	}
}

// log is a log written by hand. Lines may be added out of order; those of one
// instant stay in the order in which they were added.
type log struct{ events []event.Event }

func (l *log) at(seconds float64, node string, bodies ...event.Body) *log {
	for _, b := range bodies {
		l.events = append(l.events, event.Event{At: instant(seconds), Node: node, What: b})
	}
	return l
}

func instant(seconds float64) time.Duration {
	return (time.Duration(seconds*1e6) * time.Microsecond).Round(10 * time.Microsecond)
}

// in returns the events in order.
func (l *log) in() []event.Event {
	sorted := slices.Clone(l.events)
	slices.SortStableFunc(sorted, func(a, b event.Event) int { return cmpDuration(a.At, b.At) })
	return sorted
}

func cmpDuration(a, b time.Duration) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// turn is a change of state with the cause that node/standby gives it.
func turn(from, to string, cause standby.Cause) event.Body {
	return event.StandbyChanged{
		Interface: "lan", Group: 1, From: from, To: to, Owner: to == "Active",
		Cause: cause.String(), ActiveLost: cause.ActiveLost(),
	}
}

// takes adds what a member does when it becomes Active: it says so, takes the
// address and announces it.
func (l *log) takes(seconds float64, node, from string, cause standby.Cause) *log {
	mac := map[string]string{"a": macA, "b": macB}[node]
	return l.at(seconds, node,
		turn(from, "Active", cause),
		event.VIPGained{Interface: "lan", VIP: vip},
		event.VIPAnnounced{Interface: "lan", VIP: vip, MAC: mac},
		event.VIPClaimed{Segment: "lan", VIP: vip, Frame: "gratuitous-arp"},
	)
}

// gives adds what a member does when it leaves Active.
func (l *log) gives(seconds float64, node, to string, cause standby.Cause) *log {
	return l.at(seconds, node, event.VIPLost{Interface: "lan", VIP: vip}, turn("Active", to, cause))
}

// settled adds the cold start of the pair: a is Active at 20 s, b its Standby.
func (l *log) settled() *log {
	return l.takes(20, "a", "Standby", standby.CauseNoActive).
		at(30, "b", turn("Speak", "Standby", standby.CauseStandbyTimer)).
		at(20.001, "c1", event.NeighbourChanged{Interface: "lan", IP: vip, MAC: macA}).
		at(20.001, "a", event.VIPServed{Segment: "lan", VIP: vip}).
		arrives(20.001, "c1", "a", 0)
}

// arrives says that what a client asks arrives at a node, and when something
// last went another way.
func (l *log) arrives(seconds float64, client, node string, before float64) *log {
	return l.at(seconds, client, event.PathChanged{IP: vip, Via: client, To: node, PreviousAt: instant(before)})
}

// loses says that what a client asks is lost on the way to a node.
func (l *log) loses(seconds float64, client, node string) *log {
	return l.at(seconds, client, event.PathChanged{IP: vip, Via: client, To: node, Lost: node + ".lan is switched off"})
}

// opens adds a connection, accepted at once, that fails or is never closed.
func (l *log) opens(seconds float64, client string, conn uint64) *log {
	return l.at(seconds, client, event.ConnOpened{Conn: conn, Target: service}, event.ConnEstablished{Conn: conn})
}

// asks adds a request.
func (l *log) asks(seconds float64, client string, request, conn uint64) *log {
	return l.at(seconds, client, event.RequestSent{Request: request, Conn: conn, Attempt: 1})
}

// fails adds the failure of a request.
func (l *log) fails(seconds float64, client string, request, conn uint64, how string) *log {
	return l.at(seconds, client, event.RequestFailed{Request: request, Conn: conn, Failure: how})
}

// refused adds connections that are refused, one for every 100 ms from one
// instant to another, both included.
func (l *log) refused(client string, from, to float64) *log {
	for s := from; s <= to+1e-9; s += 0.1 {
		n := uint64(len(l.events) + 1)
		l.at(s, client, event.ConnOpened{Conn: n, Target: service}, event.ConnClosed{Conn: n, How: "refused"})
	}
	return l
}

// answers adds one request and its answer for every 100 ms from one instant to
// another, both included, on a connection of its own each.
func (l *log) answers(client, server string, from, to float64) *log {
	for s := from; s <= to+1e-9; s += 0.1 {
		n := uint64(len(l.events) + 1)
		local := fmt.Sprintf("192.0.2.201:%d", 10000+n)
		l.at(s, client,
			event.ConnOpened{Conn: n, Target: service}, event.ConnEstablished{Conn: n, Local: local},
			event.RequestSent{Request: n, Conn: n, Attempt: 1})
		l.at(s, server, event.ConnAccepted{Service: "web", Client: local}, event.RequestServed{Service: "web", Request: n, Client: local})
		l.at(s, client, event.RequestAnswered{Request: n, Conn: n, By: server, Status: 200, Latency: 300 * time.Microsecond},
			event.ConnClosed{Conn: n, How: "client", Answered: 1})
	}
	return l
}

func same[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// quiet fails if any invariant is reported.
func quiet(t *testing.T, events []event.Event, f Facts) {
	t.Helper()
	for _, v := range Check(events, f) {
		t.Errorf("%s is reported at %v: %s", v.Invariant, v.At, v.Detail)
	}
}
