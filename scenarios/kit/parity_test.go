package kit_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/kit"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

const ms = time.Millisecond

// crashOf is a pair with a client of 20 requests a second, and what is done to
// it.
func crashOf(t *testing.T, timeline string) *scenarios.Scenario {
	t.Helper()
	s, err := scenarios.Parse("pair.yaml", []byte("name: pair\nabout: A pair.\nduration: 60s\n"+pair+timeline))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// measured is an outcome in which c1 had an outage, and a went through states.
func measured(outage time.Duration, requests oracle.Requests, moves int, states ...string) *scenarios.Outcome {
	o := &scenarios.Outcome{Digest: "d"}
	if outage > 0 {
		o.Measures.Outages = []oracle.Outage{{Client: "c1", Duration: outage}}
	}
	requests.Client = "c1"
	o.Measures.Requests = []oracle.Requests{requests}
	o.Measures.Groups = []oracle.Group{{VIP: "192.0.2.100", Moves: moves}}
	var events []event.Event
	for _, state := range states {
		events = append(events, event.Event{Node: "a", What: event.StandbyChanged{Interface: "lan", To: state}})
	}
	o.Events = event.RecordOf(events)
	return o
}

// TestMeasureLike walks through what real time may do to the measures, and what
// not.
func TestMeasureLike(t *testing.T) {
	s := crashOf(t, "")
	ok := func(n int) oracle.Requests { return oracle.Requests{Sent: 100, OK: n} }
	references := []*scenarios.Outcome{
		measured(9*time.Second, ok(80), 1, "Listen", "Active"),
		measured(8*time.Second, ok(84), 1, "Listen", "Speak"),
	}
	for _, test := range []struct {
		name string
		got  *scenarios.Outcome
		want string // nothing: it is like them
	}{
		{"as one", measured(9*time.Second, ok(80), 1, "Listen", "Active"), ""},
		{"as the other", measured(8*time.Second, ok(84), 1, "Listen", "Speak"), ""},
		{"between", measured(8500*ms, ok(82), 1, "Listen", "Active"), ""},
		{"just late", measured(9150*ms, ok(80), 1, "Listen", "Active"), ""},
		{"just early", measured(7850*ms, ok(80), 1, "Listen", "Active"), ""},
		{"too late", measured(9151*ms, ok(80), 1, "Listen", "Active"), "outage of c1: 9.151s, want 8s to 9s, give or take 150ms"},
		{"too early", measured(7849*ms, ok(80), 1, "Listen", "Active"), "outage of c1: 7.849s, want 8s to 9s, give or take 150ms"},
		{"none at all", measured(0, ok(80), 1, "Listen", "Active"), "outage of c1: not measured, unlike in virtual time"},
		// At 20/s three requests come due in 150 ms.
		{"three more", measured(9*time.Second, ok(87), 1, "Listen", "Active"), ""},
		{"four more", measured(9*time.Second, ok(88), 1, "Listen", "Active"), "requests ok of c1: 88, want 80 to 84, give or take 3"},
		{"four fewer", measured(9*time.Second, ok(76), 1, "Listen", "Active"), "requests ok of c1: 76, want 80 to 84, give or take 3"},
		{"three more failed", measured(9*time.Second, oracle.Requests{Sent: 100, OK: 80, Failed: 3}, 1, "Listen", "Active"), ""},
		{"four more failed", measured(9*time.Second, oracle.Requests{Sent: 100, OK: 80, Failed: 4}, 1, "Listen", "Active"), "requests failed of c1: 4, want 0 to 0, give or take 3"},
		// They fail together where nobody answers ARP, 60 in the 3 s that it asks.
		{"as many as ask", measured(9*time.Second, oracle.Requests{Sent: 37, OK: 80, Failed: 63, Failures: map[string]int{"unreachable": 63}}, 1, "Listen", "Active"), ""},
		{"more than ask", measured(9*time.Second, oracle.Requests{Sent: 100, OK: 80, Failed: 64, Failures: map[string]int{"unreachable": 64}}, 1, "Listen", "Active"), "requests failed of c1: 64, want 0 to 0, give or take 63"},
		{"another move", measured(9*time.Second, ok(80), 2, "Listen", "Active"), "moves of 192.0.2.100: 2, want 1 to 1, give or take 0"},
		{"answered twice", measured(9*time.Second, oracle.Requests{Sent: 100, OK: 80, AnsweredTwice: 1}, 1, "Listen", "Active"), "answered twice of c1: 1, want 0 to 0"},
		{"another order", measured(9*time.Second, ok(80), 1, "Active", "Listen"), "a.lan went through Active Listen, want Listen Active or Listen Speak"},
		{"a state more", measured(9*time.Second, ok(80), 1, "Listen", "Active", "Speak"), "a.lan went through Listen Active Speak"},
		{"no state", measured(9*time.Second, ok(80), 1), "a.lan went through, want"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := kit.MeasureLike(s, references, 150*ms)
			switch like, err := m.Match(test.got); {
			case err != nil:
				t.Fatal(err)
			case like != (test.want == ""):
				t.Errorf("like: %v\n%s", like, m.FailureMessage(test.got))
			case !like && !strings.Contains(m.FailureMessage(test.got), test.want):
				t.Errorf("%q is missing in:\n%s", test.want, m.FailureMessage(test.got))
			}
		})
	}

	other := measured(9*time.Second, ok(80), 1, "Listen", "Active")
	other.Digest = "e"
	if like, _ := kit.MeasureLike(s, references[:1], 0).Match(other); like {
		t.Error("another digest is as good where there is no tolerance")
	}
	if like, _ := kit.MeasureLike(s, references[:1], 150*ms).Match(other); !like {
		t.Error("real time is asked for a digest")
	}
}

// TestMeasureLikeCaughtRequest: who asks as the address is given up may wait
// for the next SYN, and for no longer; who asks at another time may not.
func TestMeasureLikeCaughtRequest(t *testing.T) {
	const lost = 44 * time.Second
	slowest := func(due, latency time.Duration) *scenarios.Outcome {
		o := measured(9*time.Second, oracle.Requests{Sent: 100, OK: 80, LatencyMax: latency}, 1)
		o.Events = event.RecordOf([]event.Event{
			{At: lost, Node: "a", What: event.VIPLost{Interface: "lan", VIP: "192.0.2.100"}},
			{At: due + latency, Node: "c1", What: event.RequestAnswered{Latency: latency}},
			{At: 50 * time.Second, Node: "c1", What: event.RequestAnswered{Latency: ms}},
			{At: 50 * time.Second, Node: "c2", What: event.RequestAnswered{Latency: 9 * time.Second}},
		})
		return o
	}
	m := kit.MeasureLike(crashOf(t, ""), []*scenarios.Outcome{slowest(lost, ms)}, 150*ms)
	for _, test := range []struct {
		name         string
		due, latency time.Duration
		like         bool
	}{
		{"no SYN lost", 30 * time.Second, 151 * ms, true},
		{"slow all the same", 30 * time.Second, 152 * ms, false},
		{"due just then", lost, 1003 * ms, true},
		{"due a little sooner", lost - 150*ms, 1150 * ms, true},
		{"due a little later", lost + 150*ms, 1150 * ms, true},
		{"due sooner", lost - 151*ms, 1003 * ms, false},
		{"due later", lost + 151*ms, 1003 * ms, false},
		{"two SYNs lost", lost, 1151 * ms, false},
	} {
		o := slowest(test.due, test.latency)
		if like, _ := m.Match(o); like != test.like {
			t.Errorf("%s: like: %v\n%s", test.name, like, m.FailureMessage(o))
		}
	}
}

// TestMeasureLikeOfABalancedGroup: how many connections and requests a member
// has there is a matter of chance, within limits, and nothing else is.
func TestMeasureLikeOfABalancedGroup(t *testing.T) {
	plain := crashOf(t, "")
	balanced := crashOf(t, "")
	for name, n := range balanced.Topology.Nodes { // order: each for itself
		for iface, s := range n.Standby { // order: as above
			s.SelfBalance = &topology.SelfBalance{}
			n.Standby[iface] = s
		}
		balanced.Topology.Nodes[name] = n
	}
	outcome := func(kept, served, elsewhere int) *scenarios.Outcome {
		o := measured(9*time.Second, oracle.Requests{Sent: 100, OK: 80}, 1)
		o.Measures.Connections = []oracle.Connections{{Fault: "crash a", Established: 900, Kept: kept, Lost: 900 - kept}}
		// Members open connections among themselves too, which nobody deals.
		o.Measures.Spread = []oracle.Spread{{Node: "a", Connections: 900 + served, Requests: served}, {Node: "proxy", Requests: elsewhere}}
		events := slices.Collect(o.Events.All())
		for conn := range uint64(900) {
			events = append(events, event.Event{Node: "c1", What: event.RequestAnswered{Conn: conn}})
		}
		o.Events = event.RecordOf(events)
		return o
	}
	references := []*scenarios.Outcome{outcome(600, 5000, 100)}
	for _, test := range []struct {
		name          string
		got           *scenarios.Outcome
		plain, shared bool
	}{
		{"the same", outcome(600, 5000, 100), true, true},
		// Three more of those that are made for one request may be open just then.
		{"two deviations", outcome(567, 5000, 100), false, true},
		{"more than two", outcome(566, 5000, 100), false, false},
		// Each of 900 connections has five or six requests, and 30 may be elsewhere.
		{"a little more", outcome(600, 5160, 100), false, true},
		{"another share", outcome(600, 4000, 100), false, false},
		{"who is no member", outcome(600, 5000, 50), false, false},
	} {
		for s, want := range map[*scenarios.Scenario]bool{plain: test.plain, balanced: test.shared} { // order: each for itself
			m := kit.MeasureLike(s, references, 150*ms)
			if like, _ := m.Match(test.got); like != want {
				t.Errorf("%s: like: %v, want %v\n%s", test.name, like, want, m.FailureMessage(test.got))
			}
		}
	}
}

// TestMeasureLikeKnowsAllCounts: a real outcome is like itself, so it is said
// of each count what follows for it.
func TestMeasureLikeKnowsAllCounts(t *testing.T) {
	s := crashOf(t, "timeline: [40s: crash a]\n")
	o, err := s.Run(t.Context(), scenarios.RunOptions{Seed: 7, Keep: kit.Compared})
	if err != nil {
		t.Fatal(err)
	}
	if len(o.Measures.Takeovers) == 0 || len(o.Measures.Outages) == 0 || len(o.Measures.Connections) == 0 || len(o.Measures.Spread) == 0 {
		t.Fatal("not everything is measured in it")
	}
	m := kit.MeasureLike(s, []*scenarios.Outcome{o}, 150*ms)
	if like, err := m.Match(o); err != nil || !like {
		t.Errorf("%v\n%s", err, m.FailureMessage(o))
	}
}
