package expect

import (
	"slices"
	"testing"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
)

// TestNothingElseCountsWhatOthersName: each becomes accounts for one change, a
// states for all in its window; any other change fails.
func TestNothingElseCountsWhatOthersName(t *testing.T) {
	for _, c := range []struct {
		name   string
		others []string
		extra  []event.Event
		want   Result
	}{
		{"all named", []string{"becomes: {node: b, state: Active, between: 8s}", "becomes: {node: a, state: Speak, between: 1s}"}, nil, Result{true, "none"}},
		{"states name too", []string{"states: {node: b, sequence: [Active], from: 40s}", "states: {node: a, sequence: [Speak], after: plug a.lan}"}, nil, Result{true, "none"}},
		{"one missing", []string{"becomes: {node: b, state: Active, between: 8s}"}, nil, Result{false, "a Speak 1m1s"}},
		{"wrong window", []string{"becomes: {node: b, state: Active, between: 8s}", "states: {node: a, sequence: [Speak], to: 60s}"}, nil, Result{false, "a Speak 1m1s"}},
		{"a second time", []string{"becomes: {node: b, state: Active, between: 8s}", "becomes: {node: a, state: Speak, between: 1s}"},
			[]event.Event{changed(80, "b", "Active", "Speak"), changed(81, "b", "Speak", "Active")}, Result{false, "b Speak 1m20s, b Active 1m21s"}},
	} {
		e := evidence()
		e.Events = event.RecordOf(append(runEvents(), c.extra...))
		for _, item := range c.others {
			e.All = append(e.All, readExpectation(t, item))
		}
		if got := (NothingElse{Wanted: true}).Check(e); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

// Without a fault nothing-else looks at the whole run.
func TestNothingElseWithoutFault(t *testing.T) {
	e := Evidence{Duration: at(90), Events: event.RecordOf([]event.Event{changed(5, "a", "Initial", "Listen")})}
	if got := (NothingElse{Wanted: true}).Check(e); got != (Result{false, "a Listen 5s"}) {
		t.Errorf("got %+v", got)
	}
	e.Events = event.RecordOf(nil)
	if got := (NothingElse{Wanted: true}).Check(e); got != (Result{true, "none"}) {
		t.Errorf("got %+v", got)
	}
}

// Judge gives one verdict for each expectation and leaves out the violations
// that are meant.
func TestJudge(t *testing.T) {
	all := []Expectation{Moves{Count: form.Exactly(3)}, Moves{Count: form.Exactly(0)}}
	verdicts, unexpected := Judge(all, evidence())
	want := []Verdict{{Text: "moves of the virtual IP: 3", Result: Result{true, "3"}}, {Text: "moves of the virtual IP: 0", Result: Result{false, "3"}}}
	if !slices.Equal(verdicts, want) || len(unexpected) != 2 {
		t.Errorf("got %+v and %v", verdicts, unexpected)
	}
	all = append(all, Violations{Names: []string{"one-active"}})
	e := evidence()
	e.Violations = append(e.Violations, oracle.Violation{Invariant: "no-loop"})
	verdicts, unexpected = Judge(all, e)
	if len(verdicts) != 3 || !verdicts[2].Passed || len(unexpected) != 1 || unexpected[0].Invariant != "no-loop" {
		t.Errorf("got %+v and %v", verdicts, unexpected)
	}
}

// TestSingleActive: an owner has the address on its interface and may act.
func TestSingleActive(t *testing.T) {
	gains := func(seconds float64, node string) event.Event {
		return event.Event{At: at(seconds), Node: node, What: event.VIPGained{Interface: "lan", VIP: "192.0.2.100"}}
	}
	events := []event.Event{changed(20, "a", "Standby", "Active"), gains(20, "a"), changed(48, "b", "Standby", "Active"), gains(48, "b")}
	frozen := append(slices.Clone(events), event.Event{At: at(50), Node: "a", What: event.PowerChanged{State: event.PowerFrozen}})
	left := append(slices.Clone(events), changed(60, "a", "Active", "Speak"), event.Event{At: at(60), Node: "a", What: event.VIPLost{Interface: "lan", VIP: "192.0.2.100"}})
	for _, c := range []struct {
		name   string
		events []event.Event
		want   Result
	}{
		{"two", events, Result{false, "a and b for 192.0.2.100"}},
		{"one frozen", frozen, Result{true, "b for 192.0.2.100"}},
		{"one left", left, Result{true, "b for 192.0.2.100"}},
		{"nobody yet", nil, Result{false, "nobody for 192.0.2.100"}},
	} {
		e := Evidence{Duration: at(90), Events: event.RecordOf(c.events), Measures: oracle.Measures{Groups: []oracle.Group{{VIP: "192.0.2.100"}}}}
		if got := (SingleActive{}).Check(e); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}
