package expect

import (
	"slices"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
)

// quiet is the evidence of a run in which somebody asks about what was not
// there: its only member runs without ever having the virtual IP, c1 never
// sends, c2 sends but has no connection when b crashes at the very end.
func quiet() Evidence {
	return Evidence{
		Duration: at(90), Clients: Clients{"c1": {}, "c2": {Start: at(20)}},
		Events: event.RecordOf([]event.Event{
			changed(0, "a", "Initial", "Listen"),
			changed(30, "d", "Initial", "Listen"),
			{At: at(40), Node: "a", What: event.FaultApplied{Fault: "pull a.lan"}},
			{At: at(90), Node: "b", What: event.FaultApplied{Fault: "crash b"}},
		}),
		Measures: oracle.Measures{
			Groups:      []oracle.Group{{VIP: "192.0.2.100"}},
			Requests:    []oracle.Requests{{Client: "c2", Sent: 10, OK: 10, Failures: map[string]int{}}},
			Outages:     []oracle.Outage{{Client: "c1"}, {Client: "c2"}},
			Connections: []oracle.Connections{{Fault: "pull a.lan", At: at(40)}, {Fault: "crash b", At: at(90)}},
		},
	}
}

// idle is the evidence of a run in which nothing at all happened.
func idle() Evidence { return Evidence{Duration: at(90), Events: event.RecordOf(nil)} }

// refused is the evidence of a run in which whatever was tried was refused.
func refused() Evidence {
	return Evidence{Duration: at(90), Events: event.RecordOf(nil), Measures: oracle.Measures{
		Portals:    []oracle.Portal{{Developer: "c1", Failed: 9}},
		Deliveries: []oracle.Delivery{{Address: "queue orders", Failed: 9}, {Address: "queue waits", Published: 9, Waiting: 9}},
		Exchanges:  []oracle.Exchange{{From: "a", Sent: 9, Open: 9}},
	}}
}

// unread is the evidence of a run in which nobody reads one book at all, and
// the other one not after the last fault.
func unread() Evidence {
	e := quiet()
	e.Measures.Ledgers = []oracle.Ledger{{Book: "shared", OK: 9, LastRead: at(89)}, {Book: "local", OK: 9}}
	return e
}

// questions are expectations about nothing, the evidence, and why they fail.
// Each would hold by what was found, or sounds as if it might. Every kind needs
// a row.
var questions = []struct {
	item     string
	evidence func() Evidence
	why      string
}{
	{"active: {node: b}", quiet, "b never took part in a group"},
	{"active: {node: d, to: 29s}", quiet, "d never took part in a group until 29s"},
	{"active: {node: a, from: 91s}", quiet, "the window is at 1m31s, and the run ends at 1m30s"},
	{"active: {node: a, after: crash b}", quiet, "crash b is at 1m30s, and the run ends at 1m30s"},
	{"active: {node: a, after: pull a.lan, at: 60s}", quiet, "the window is at 1m40s, and the run ends at 1m30s"},
	{"only-active: []", idle, "no member ever took part in a group"},
	{"only-active: {nodes: [], from: 91s}", quiet, "the window is at 1m31s, and the run ends at 1m30s"},
	{"only-active: {nodes: [], after: plug a.lan}", quiet, "plug a.lan was never applied"},
	{"elected: []", idle, "no member ever took part in a group"},
	{"elected: {nodes: [], after: crash b}", quiet, "crash b is at 1m30s, and the run ends at 1m30s"},
	{"elected: {nodes: [], after: plug a.lan}", quiet, "plug a.lan was never applied"},
	{"single-active: {}", idle, "there was no group"},
	{"single-active: {vip: 192.0.2.9}", quiet, "there was no group"},
	{"states: {node: d, sequence: [], to: 29s}", quiet, "d never took part in a group until 29s"},
	{"states: {node: b, sequence: []}", quiet, "b never took part in a group"},
	{"states: {node: a, group: 99, sequence: []}", quiet, "a in group 99 never took part in a group"},
	{"states: {node: a, sequence: [], after: pull a.lan, from: 51s}", quiet, "the window is at 1m31s, and the run ends at 1m30s"},
	{"becomes: {node: b, state: Active, at: 0s..}", quiet, "b never took part in a group"},
	{"becomes: {node: a, state: Listen, between: 0s..}", func() Evidence {
		e := quiet()
		e.Events = event.RecordOf(slices.Collect(e.Events.All())[:1])
		return e
	}, "no fault was applied"},
	{"becomes: {node: a, state: Listen, after: crash a}", quiet, "crash a was never applied"},
	{"nothing-else: true", idle, "no member ever took part in a group"},
	{"takeover: {to: b}", idle, "there was no group"},
	{"takeover: {to: b, after: crash a}", quiet, "crash a was never applied"},
	{"moves: 0", idle, "there was no group"},
	{"moves: 0", quiet, "nobody ever had 192.0.2.100"},
	{"moves: {count: 0, vip: 192.0.2.9}", evidence, "there was no group"},
	{"dual-active: 0s", idle, "there was no group"},
	{"dual-active: 0s", quiet, "nobody ever had 192.0.2.100"},
	{"no-active: 0s", idle, "there was no group"},
	{"no-active: 0s", quiet, "nobody ever had 192.0.2.100"},
	{"delivery: {queue: orders, lost: 0}", quiet, "nobody used the queue orders"},
	{"outage: {client: c1, between: ..1s}", quiet, "c1 sent no request"},
	{"outage: {between: ..1s}", quiet, "c1 sent no request"},
	{"outage: {client: c2, retry: ..1s}", quiet, "no outage"},
	{"outage: {client: c2, service: ..1s}", quiet, "no outage"},
	{"outage: {between: ..1s}", idle, "there was no client"},
	{"kept: 0%..", quiet, "no connection was established when pull a.lan was applied, at 40s"},
	{"kept: 0%..", idle, "no fault was applied"},
	{"kept: {share: 0%.., after: crash a}", quiet, "crash a was never applied"},
	{"lost: 0", quiet, "no connection was established when pull a.lan was applied, at 40s"},
	{"lost: {count: 0, after: plug a.lan}", evidence, "nothing was due on the 4 connections that plug a.lan found"},
	{"lost: 0", idle, "no fault was applied"},
	{"lost: {count: 0, after: crash b}", quiet, "no connection was established when crash b was applied, at 1m30s"},
	{"survive: {lost: 0}", idle, "no fault was applied"},
	{"survive: {lost: 0}", quiet, "nothing was due on the 0 balanced connections that pull a.lan found"},
	{"survive: {age: idle, lost: 0}", evidence, "nothing was due on the 7 balanced connections idle that pull a.lan found"},
	{"survive: {lost: 0, after: crash x}", quiet, "crash x was never applied"},
	{"spread: ..1%", quiet, "no connection was assigned"},
	{"spread: {connections: ..1%, service: 192.0.2.100:8080}", evidence, "no connection was assigned"},
	{"blind: {count: 0}", idle, "no member ever took part in a group"},
	{"blind: {node: b, count: 0}", quiet, "b never took part in a group"},
	{"table: ..5", quiet, "there was no forwarding table"},
	{"requests: {client: c1, failed: 0}", quiet, "c1 sent no request"},
	{"requests: {only: []}", quiet, "c1 sent no request"},
	{"requests: {client: c2, latency: ..1s}", func() Evidence {
		e := quiet()
		e.Measures.Requests[0].OK = 0
		return e
	}, "no request of c2 succeeded, so none has a latency"},
	{"requests: {share: 0%..}", idle, "there was no client"},
	{"answered-by: {client: c1, nodes: {a: 0%..}}", quiet, "c1 sent no request"},
	{"answered-by: {client: c2, nodes: {a: 0%..}, to: 19s}", quiet, "c2 sends nothing before 20s, and the window ends at 19s"},
	{"answered-by: {client: c2, nodes: {a: 0%..}, from: 91s}", quiet, "the window is at 1m31s, and the run ends at 1m30s"},
	{"same-member: {services: [front, back], share: 0%..}", quiet, "no request went through the chain"},
	{"same-member: {services: [front, back], share: 0%.., from: 91s}", quiet, "the window is at 1m31s, and the run ends at 1m30s"},
	{"event: {kind: request-failed, node: c1, count: 0}", quiet, "c1 sent no request"},
	{"event: {kind: request-failed, count: 0}", idle, "no client sent a request"},
	{"event: {kind: request-failed, node: c2, to: 19s, count: 0}", quiet, "c2 sends nothing before 20s, and the window ends at 19s"},
	{"event: {kind: request-failed, to: 19s, count: 0}", quiet, "c2 sends nothing before 20s, and the window ends at 19s"},
	{"event: {kind: standby-sent, node: d, to: 29s, count: 0}", quiet, "d never took part in a group until 29s"},
	{"event: {kind: standby-sent, node: b, count: 0}", quiet, "b never took part in a group"},
	{"event: {kind: vip-lost, count: 0, after: crash a}", quiet, "crash a was never applied"},
	{"event: {kind: vip-lost, count: 0, after: crash b}", quiet, "crash b is at 1m30s, and the run ends at 1m30s"},
	{"said: {node: lb, line: DOWN, count: 0, after: crash a}", quiet, "crash a was never applied"},
	{"said: {node: lb, line: DOWN, count: 0, from: 91s}", quiet, "the window is at 1m31s, and the run ends at 1m30s"},
	{"health: {member: s2, becomes: down, after: crash a}", quiet, "crash a was never applied"},
	{"load: {node: gw, requests: 0}", quiet, "gw never had anything under way"},
	{"ledger: {lost: 0}", quiet, "no operation of a teller was acknowledged"},
	{"ledger: {lost: 0}", unread, "no read of shared was answered after crash b, at 1m30s"},
	{"ledger: {book: local, stale: 0}", unread, "no read of local was answered"},
	{"portal: {developer: c1, lost: 0}", quiet, "no developer made a request"},
	{"portal: {lost: 0}", refused, "no call of an API was answered"},
	{"portal: {unsubscribed: 0}", func() Evidence {
		e := refused()
		e.Measures.Portals[0].TokensRefused, e.Measures.Portals[0].Missing = 9, 9
		return e
	}, "no call got as far as its subscription"},
	{"portal: {stale: 0}", refused, "the store answered with no list"},
	{"portal: {publish-failed: 0}", refused, "no developer tried to publish"},
	{"portal: {past: 0}", refused, "no API manager answered"},
	{"delivery: {queue: orders, lost: 0}", refused, "nothing was published to the queue orders"},
	{"delivery: {queue: waits, doubled: 0}", refused, "no message of the queue waits was processed"},
	{"sessions: {client: c1, moved: 0}", quiet, "no session got a good answer"},
	{"activities: {twice: 0}", quiet, "no member of a cluster did anything as coordinator"},
	{"exchange: {lost: 0}", quiet, "nobody sent a document"},
	{"exchange: {from: [a], lost: 0}", quiet, "a sent no document"},
	{"exchange: {lost: 0}", refused, "no document was processed, and none was given up"},
	{"exchange: {status-wrong: 0}", refused, "nobody asked for a status"},
	{"recovers: 5s", idle, "nobody asked for anything, and there was no group"},
	{"violations: [one-active]", quiet, "one-active 0"},
}

// TestQuestionsAboutNothing: what the run says nothing about fails, and says
// why.
func TestQuestionsAboutNothing(t *testing.T) {
	asked := map[string]bool{}
	for _, q := range questions {
		x := readExpectation(t, q.item)
		asked[Kinds{}.NameOf(x)] = true
		e := q.evidence()
		verdicts, _ := Judge([]Expectation{x}, e)
		if want := (Result{Got: q.why}); verdicts[0].Result != want {
			t.Errorf("%s: got %+v, want %+v", q.item, verdicts[0].Result, want)
		}
		e.Duration = 0
		if verdicts, _ := Judge([]Expectation{x}, e); verdicts[0].Passed || verdicts[0].Got != "the run has not begun" {
			t.Errorf("%s: before the run: got %+v", q.item, verdicts[0].Result)
		}
	}
	for _, k := range kinds {
		if !asked[k.Name] {
			t.Errorf("%s: nobody asks it about nothing, want a row in questions", k.Name)
		}
	}
}

// TestAnswerIsNothing: that something is absent can be expected, if it could
// have been there.
func TestAnswerIsNothing(t *testing.T) {
	for item, got := range map[string]string{
		"requests: {client: c1, sent: 0}":                           "0 sent, 0 ok (0%), 0 failed, 0 open, 0 retried, 0 answered twice, longest latency 0s",
		"outage: {client: c2, between: 0s}":                         "no outage",
		"requests: {client: c2, failed: 0}":                         "10 sent, 10 ok (100%), 0 failed, 0 open, 0 retried, 0 answered twice, longest latency 0s",
		"only-active: {nodes: [], from: 90s}":                       "nobody else",
		"elected: {nodes: [], after: pull a.lan, from: 50s}":        "nobody",
		"states: {node: a, sequence: [], after: pull a.lan}":        "no change",
		"nothing-else: true":                                        "none",
		"event: {kind: request-failed, count: 0}":                   "0",
		"event: {kind: standby-sent, node: a, count: 0}":            "0",
		"event: {kind: vip-gained, count: 0, after: pull a.lan}":    "0",
		"said: {node: lb, line: DOWN, count: 0, after: pull a.lan}": "0",
	} {
		verdicts, _ := Judge([]Expectation{readExpectation(t, item)}, quiet())
		if want := (Result{Passed: true, Got: got}); verdicts[0].Result != want {
			t.Errorf("%s: got %+v, want %+v", item, verdicts[0].Result, want)
		}
	}
}

// TestNothingOnPurpose: whoever says that nothing is done may also say that
// nothing came of it.
func TestNothingOnPurpose(t *testing.T) {
	for _, item := range []string{
		"delivery: {queue: orders, published: 0, lost: 0}", "delivery: {queue: orders, failed: 9}", "delivery: {queue: waits, lost: 0, waiting: 9}",
		"delivery: {queue: waits, processed: 0, doubled: 0}", "exchange: {once: 0, lost: 0}", "exchange: {open: 9, twice: 0}",
		"exchange: {status-asked: 0, status-wrong: 0}", "portal: {served: 0, failed: 9, missing: 0}", "portal: {published: 0}",
	} {
		if err := Missing(readExpectation(t, item), refused()); err != nil {
			t.Errorf("%s: got %v", item, err)
		}
	}
}

// TestOutageOfEveryClient: without a name, each client must have the outage,
// also those that were never without answers.
func TestOutageOfEveryClient(t *testing.T) {
	e := evidence()
	e.Measures.Outages = e.Measures.Outages[:1]
	verdicts, _ := Judge([]Expectation{readExpectation(t, "outage: {between: 7s..16s}")}, e)
	if want := (Result{Got: "c2 no outage"}); verdicts[0].Result != want {
		t.Errorf("got %+v, want %+v", verdicts[0].Result, want)
	}
}

// TestSources: for each kind of event it is known what it can be about.
func TestSources(t *testing.T) {
	for _, kind := range event.Kinds() {
		if _, known := sources[kind]; !known {
			t.Errorf("%s: not in sources", kind)
		}
	}
	if len(sources) != len(event.Kinds()) {
		t.Errorf("got %d sources, want %d", len(sources), len(event.Kinds()))
	}
	none := Plan{Nodes: map[string]Node{"a": {}, "b": {}}}
	for kind, s := range sources {
		problems := (Happening{Kind: kind, Node: "a"}).Problems(none)
		everywhere := (Happening{Kind: kind}).Problems(none)
		if s.of == "" {
			if len(problems)+len(everywhere) > 0 {
				t.Errorf("%s: got %v and %v, want no problem", kind, problems, everywhere)
			}
			continue
		}
		if len(problems) != 1 || !slices.Equal(problems[0].Path, []string{"node"}) || !strings.HasPrefix(problems[0].Message, "node a ") {
			t.Errorf("%s of a: got %v", kind, problems)
		}
		if want := "no node can cause such an event, want " + s.of; len(everywhere) != 1 || everywhere[0].Message != want {
			t.Errorf("%s: got %v, want %s", kind, everywhere, want)
		}
	}
}
