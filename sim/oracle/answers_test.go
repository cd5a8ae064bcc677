package oracle

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

func TestResponsesMatch(t *testing.T) {
	answer := func(request, conn uint64) event.Body {
		return event.RequestAnswered{Request: request, Conn: conn, By: "a", Status: 200}
	}
	served := event.RequestServed{Service: "web", Request: 1, Client: local(1)}
	one := func() *log { return (&log{}).opened(1, 1, "a").asked(2, 1, 1) }
	check(t, "responses-match", paper(time.Minute), []breach{
		{"all is well", one().told(3, 1, 1, "a").asked(4, 2, 1).told(5, 2, 1, "a").closed(5, 1, "client", 2), 0, ""},
		{"wrong bytes", one().at(3, "c1", event.AnswerMismatched{Request: 1, Conn: 1, Detail: "byte 7"}), 3, "c1 got a wrong answer to request 1: byte 7"},
		{"answered twice", one().told(3, 1, 1, "a").at(4, "c1", answer(1, 1), answer(1, 1)), 4, "c1 got 2 answers to request 1, which it sent 1 times"},
		{"served twice", one().at(3, "a", served).told(4, 1, 1, "a"), 4, "a answered request 1 of " + local(1) + " 2 times"},
		{"crossed", one().opened(1, 2, "a").asked(2, 2, 2).at(3, "c1", answer(2, 1)), 3, "request 2 on connection 1, on which it does not wait"},
		{"never sent", (&log{}).opened(1, 1, "a").at(3, "c1", answer(1, 1)), 3, "does not wait"},
		{
			"sent again on the same connection", one().
				at(3, "c1", event.RequestFailed{Request: 1, Conn: 1, Failure: "timeout", Retried: true}, event.RequestSent{Request: 1, Conn: 1, Attempt: 2}).
				at(4, "a", served).told(5, 1, 1, "a"),
			0, "",
		},
		{
			"sent again on another", one().at(3, "a", served).
				at(3, "c1", event.RequestFailed{Request: 1, Conn: 1, Failure: "reset", Retried: true}).closed(3, 1, "reset", 0).
				opened(4, 2, "b").at(4, "c1", event.RequestSent{Request: 1, Conn: 2, Attempt: 2}).told(5, 1, 2, "b"),
			0, "",
		},
		{"told after its connection ended", one().closed(3, 1, "server", 1).at(3, "c1", answer(1, 1)), 0, ""},
		{
			"a back end has its own count", one().
				at(3, "web", event.RequestServed{Service: "http", Request: 1, Client: "192.0.2.11:7"}, event.RequestServed{Service: "http", Request: 1, Client: "192.0.2.11:8"}).
				told(3, 1, 1, "a"),
			0, "",
		},
		{"served late for a request before", one().asked(3, 2, 1).at(4, "a", served).told(5, 2, 1, "a"), 0, ""},
	})
}

func TestAccounting(t *testing.T) {
	sent := func(attempt int) event.Body { return event.RequestSent{Request: 1, Conn: 1, Attempt: attempt} }
	failed := func(again bool) event.Body {
		return event.RequestFailed{Request: 1, Conn: 1, Failure: "timeout", Retried: again}
	}
	answered := event.RequestAnswered{Request: 1, Conn: 1, By: "a", Status: 200}
	for _, tc := range []struct {
		name   string
		bodies []event.Body
		detail string
	}{
		{"answered", []event.Body{sent(1), answered}, ""},
		{"given up", []event.Body{sent(1), failed(false)}, ""},
		{"open", []event.Body{sent(1)}, ""},
		{"never sent, given up", []event.Body{failed(false)}, ""},
		{"tried again", []event.Body{sent(1), failed(true), sent(2), failed(true), sent(3), answered}, ""},
		{"first attempt found no connection", []event.Body{failed(true), sent(2), answered}, ""},
		{"given up twice", []event.Body{sent(1), failed(false), failed(false)}, "c1: request 1 is given up, but has ended before"},
		{"answered after it was given up", []event.Body{sent(1), failed(false), answered}, "is answered, but has ended before"},
		{"given up after its answer", []event.Body{sent(1), answered, failed(false)}, "is given up, but has ended before"},
		{"sent after its end", []event.Body{sent(1), answered, sent(2)}, "c1 sent request 1 after it had ended"},
		{"to be tried after its end", []event.Body{sent(1), answered, failed(true)}, "will try request 1 again after it has ended"},
		{"sent twice at once", []event.Body{sent(1), sent(2)}, "made attempt 2 of request 1 after attempt 1, with 0 failed"},
		{"the same attempt twice", []event.Body{sent(1), failed(true), sent(1)}, "made attempt 1 of request 1 after attempt 1"},
	} {
		at := 0.0
		if tc.detail != "" {
			at = 3
		}
		l := (&log{}).opened(1, 1, "a")
		for i, b := range tc.bodies {
			when := 2.0
			if i == len(tc.bodies)-1 {
				when = 3
			}
			l.at(when, "c1", b)
		}
		check(t, "accounting", paper(time.Minute), []breach{{tc.name, l, at, tc.detail}})
	}
}

func TestVIPNotSource(t *testing.T) {
	from := vip + ":40000"
	established := event.ConnEstablished{Conn: 1, Local: from}
	accepted := event.ConnAccepted{Service: "http", Client: from}
	served := event.RequestServed{Service: "http", Request: 1, Client: from}
	f := paper(time.Minute)
	f.Members[0].Secondary = []string{"192.0.2.101"}
	check(t, "vip-not-source", f, []breach{
		{"as its opener says", (&log{}).at(1, "a", established), 1, "a opened a connection from 192.0.2.100:40000, a virtual IP"},
		{"as the back end sees", (&log{}).at(1, "web", accepted, served), 1, "web accepted a connection from"},
		{"as its requests show", (&log{}).at(1, "web", served), 1, "web served a connection from"},
		{"only the first is told", (&log{}).at(1, "a", established).at(1, "web", accepted).at(2, "web", served), 1, "a opened"},
		{"a secondary one", (&log{}).at(1, "web", event.ConnAccepted{Client: "192.0.2.101:1"}), 1, "from 192.0.2.101:1"},
		{"from the interface's own address", (&log{}).at(1, "web", event.ConnAccepted{Client: "192.0.2.11:40000"}), 0, ""},
		{"of a member to its own address", (&log{}).at(1, "a", accepted, served), 0, ""},
		{"a longer address", (&log{}).at(1, "web", event.ConnAccepted{Client: "192.0.2.10:40000"}), 0, ""},
		{"no address", (&log{}).at(1, "web", event.ConnAccepted{Client: "unknown"}), 0, ""},
	})
	f.Sources = []string{vip}
	check(t, "vip-not-source", f, []breach{
		{"on purpose", (&log{}).at(1, "a", established).at(1, "web", accepted, served), 0, ""},
		{"another one", (&log{}).at(1, "web", event.ConnAccepted{Client: "192.0.2.101:1"}), 1, "from 192.0.2.101:1"},
	})
}
