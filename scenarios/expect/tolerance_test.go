package expect

import (
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// tolerance is that of real time by default.
const tolerance = 150 * time.Millisecond

// real is the evidence of the made-up run as if it had been measured in real
// time, with a client that asks 20 times a second, each time on a connection of
// its own: three requests are due within the tolerance.
func real() Evidence {
	e := evidence()
	e.Tolerance = tolerance
	e.Clients = Clients{"c1": {Rate: 20, Mode: topology.ModeNew}, "c2": {Rate: 1, Mode: topology.ModeLongLived}}
	e.Measures.Groups[1].DualActive = time.Millisecond
	e.Measures.Outages = append(e.Measures.Outages,
		oracle.Outage{Client: "c3", From: at(89.9), To: at(90), Duration: at(0.1), Open: true},
		oracle.Outage{Client: "c4", From: at(89.8), To: at(90), Duration: at(0.2), Open: true})
	return e
}

// granted holds by the tolerance only, and refused does not hold in spite of
// it, by a millisecond or by one of what is counted. The run is that of
// runEvents.
var granted = []struct{ granted, refused string }{
	{"becomes: {node: b, state: Active, between: 7s..7.85s}", "becomes: {node: b, state: Active, between: 7s..7.849s}"},
	{"becomes: {node: b, state: Active, between: 8.15s..9s}", "becomes: {node: b, state: Active, between: 8.151s..9s}"},
	{"becomes: {node: a, state: Active, at: 19.85s}", "becomes: {node: a, state: Active, at: 19.849s}"},
	{"takeover: {to: b, after: pull a.lan, detection: 7.9s, gap: 8.3s}", "takeover: {to: b, after: pull a.lan, detection: 7.9s, gap: 8.401s}"},
	{"takeover: {to: b, after: pull a.lan, detection: 8.15s}", "takeover: {to: b, after: pull a.lan, detection: 8.151s}"},
	{"active: {node: b, from: 47.85s}", "active: {node: b, from: 47.849s}"},
	{"active: {node: a, from: 20s, to: 61.149s}", "active: {node: a, from: 20s, to: 61.15s}"},
	{"only-active: {nodes: [], to: 20.149s}", "only-active: {nodes: [], to: 20.15s}"},
	{"only-active: {nodes: [b], from: 60.85s}", "only-active: {nodes: [b], from: 60.849s}"},
	// What lies near an end may be left out, or counted.
	{"states: {node: b, sequence: [Standby, Active], from: 19.851s}", "states: {node: b, sequence: [Standby, Active], from: 19.85s}"},
	{"states: {node: b, sequence: [Speak, Standby, Active], from: 20.15s}", "states: {node: b, sequence: [Speak, Standby, Active], from: 20.151s}"},
	{"states: {node: b, sequence: [Speak, Standby], from: 19.9s, to: 48.149s}", "states: {node: b, sequence: [Speak, Standby], from: 19.9s, to: 48.15s}"},
	{"elected: {nodes: [b], from: 19.851s}", "elected: {nodes: [b], from: 19.85s}"},
	{"event: {kind: vip-announced, count: 0, to: 48.149s}", "event: {kind: vip-announced, count: 0, to: 48.15s}"},
	{"event: {kind: vip-announced, count: 2, to: 48.85s}", "event: {kind: vip-announced, count: 2, to: 48.849s}"},
	{"event: {kind: vip-announced, count: 1, after: pull a.lan, from: 8.001s, to: 8.849s}", "event: {kind: vip-announced, count: 3, after: pull a.lan, from: 8.001s, to: 8.849s}"},
	{"answered-by: {client: c1, nodes: {b: 100%}, from: 35.851s}", "answered-by: {client: c1, nodes: {b: 100%}, from: 35.85s}"},
	{"answered-by: {client: c1, nodes: {a: 100%}, to: 50.1s}", "answered-by: {client: c1, nodes: {a: 100%}, to: 50.2s}"},
	{"said: {node: lb, program: curl, line: after, between: 55.9s}", "said: {node: lb, program: curl, line: after, between: 55.8s}"},
	{"outage: {client: c1, between: 8.85s, detection: 8.1s, election: 0s, announcement: 0s, neighbour: 0.3s, retry: 0.7s}",
		"outage: {client: c1, between: 8.849s}"},
	{"outage: {client: c1, detection: 8.1s, retry: 0.9s}", "outage: {client: c1, detection: 8.1s, retry: 0.901s}"},
	{"no-active: {total: 0.45s..0.49s, vip: 192.0.2.100}", "no-active: {total: ..0.3s, vip: 192.0.2.100}"},
	{"dual-active: {total: 13.1s, longest: 12.1s, joined: 0.9s, vip: 192.0.2.100}", "dual-active: {total: 13.1s, joined: 0.8s, vip: 192.0.2.100}"},
	// Of requests as many as are due in that time, and of connections those that
	// are there for one request.
	{"requests: {client: c1, sent: 97, ok: 93, failed: 6, open: 4, latency: 2.9s}", "requests: {client: c1, sent: 97, ok: 94}"},
	// A request that came due just before the end may have no answer yet.
	{"outage: {client: c3, between: 100ms}", "outage: {client: c4}"},
	{"requests: {client: c1, share: 93%}", "requests: {client: c1, share: 94%}"},
	{"requests: {client: c2, sent: 101}", "requests: {client: c2, sent: 102}"},
	{"requests: {sent: 204}", "requests: {sent: 205}"},
	{"kept: 80%", "kept: 83%"},
	{"lost: {count: 13, on-failed: 12, on-others: 4}", "lost: {count: 14}"},
}

// TestToleranceIsGranted shows how far the tolerance goes, and that a verdict
// says when it counted. In virtual time nothing is granted.
func TestToleranceIsGranted(t *testing.T) {
	virtual := real()
	virtual.Tolerance = 0
	for _, c := range granted {
		x := readExpectation(t, c.granted)
		if r := tolerantly(x, virtual); r.Passed {
			t.Errorf("%s: holds in virtual time, with %s", c.granted, r.Got)
		}
		if r := tolerantly(x, real()); !r.Passed || !strings.HasSuffix(r.Got, "; within the 150ms of real time") {
			t.Errorf("%s: want it granted, got %+v", c.granted, r)
		}
		if r := tolerantly(readExpectation(t, c.refused), real()); r.Passed || strings.Contains(r.Got, "real time") {
			t.Errorf("%s: want it refused, got %+v", c.refused, r)
		}
	}
}

// TestToleranceIsNotGranted: order, moves, and that something never happens are
// the same in real time. What holds without the tolerance does not mention it.
func TestToleranceIsNotGranted(t *testing.T) {
	for _, item := range []string{
		"moves: 2", "dual-active: {total: 0s, vip: 192.0.2.101}", "no-active: {total: 0s, vip: 192.0.2.100}",
		"requests: {client: c1, failed: 0}", "requests: {client: c1, only: [timeout]}", "requests: {client: c1, twice: 1}",
		"lost: 0", "lost: {on-others: 0}", "outage: {client: c2, open: false}",
		"states: {node: b, sequence: [Active, Standby], from: 20.1s}", "nothing-else: true", "elected: [b, a]", "single-active: {}", "violations: [no-loop]",
		"event: {kind: vip-announced, count: 0, after: pull a.lan}", "event: {kind: vip-announced, count: 3}",
	} {
		if r := tolerantly(readExpectation(t, item), real()); r.Passed {
			t.Errorf("%s: holds with %s", item, r.Got)
		}
	}
	if r := tolerantly(readExpectation(t, "becomes: {node: b, state: Active, between: 8s}"), real()); r != (Result{true, "at 48s, 8s after the fault"}) {
		t.Errorf("what holds exactly: got %+v", r)
	}
}

// TestOwnTolerance: with timers of milliseconds the tolerance is smaller, and
// the verdict knows it.
func TestOwnTolerance(t *testing.T) {
	e := evidence()
	e.Tolerance = 25 * time.Millisecond
	verdicts, _ := Judge([]Expectation{
		readExpectation(t, "becomes: {node: b, state: Active, between: 7.976s}"), readExpectation(t, "becomes: {node: b, state: Active, between: 7.974s}"),
	}, e)
	if v := verdicts[0]; !v.Passed || !strings.HasSuffix(v.Got, "; within the 25ms of real time") {
		t.Errorf("24 ms off: got %+v", v)
	}
	if v := verdicts[1]; v.Passed {
		t.Errorf("26 ms off: got %+v", v)
	}
}
