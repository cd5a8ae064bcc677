package expect

import (
	"testing"

	"github.com/cablepull/cablepull/sim/event"
)

// judgeCounted judges an expectation of a run whose record has only what counts
// do not need.
func judgeCounted(x Expectation, events []event.Event) Result {
	e := evidence()
	e.Counts = NewCounts([]Expectation{x}, e.Duration)
	for _, ev := range events {
		e.Counts.Observe(ev)
	}
	e.Events = event.RecordOf(events).Only(e.Counts.Keep())
	verdicts, _ := Judge([]Expectation{x}, e)
	return verdicts[0].Result
}

// TestCounts: what is counted while the run goes on is what the record says
// afterwards.
func TestCounts(t *testing.T) {
	counted := map[string]int{}
	for _, item := range []string{
		"event: {kind: request-answered, after: pull a.lan}",
		"event: {kind: request-answered, after: pull a.lan, count: 5..}",
		"event: {kind: request-answered, after: pull a.lan, from: 10s, to: 11s, node: c1, count: 2}",
		"event: {kind: fault-applied, after: pull a.lan}",
		"event: {kind: fault-applied, after: pull a.lan, from: 1ns}",
		"event: {kind: vip-announced, after: crash b}",
	} {
		x := readExpectation(t, item)
		e := evidence()
		e.Events = event.RecordOf(append(runEvents(), // more than are shown, and one just before the fault
			answered(71, "c1", "b"), answered(72, "c1", "b"), answered(73, "c2", "b"), answered(74, "c2", "b"), answered(75, "c1", "a")))
		verdicts, _ := Judge([]Expectation{x}, e)
		var events []event.Event
		for ev := range e.Events.All() {
			events = append(events, ev)
		}
		if got := judgeCounted(x, events); got != verdicts[0].Result {
			t.Errorf("%s: counted %+v, read %+v", item, got, verdicts[0].Result)
		}
	}
	for _, g := range goldenChecks {
		x := readExpectation(t, g[0])
		if _, is := x.(counter); !is {
			continue
		}
		counted[Kinds{}.NameOf(x)]++
		verdicts, _ := Judge([]Expectation{x}, evidence())
		if got := judgeCounted(x, runEvents()); got != verdicts[0].Result {
			t.Errorf("%s: counted %+v, read %+v", g[0], got, verdicts[0].Result)
		}
	}
	if counted["answered-by"] == 0 || counted["event"] == 0 || counted["same-member"] == 0 || len(counted) != 3 {
		t.Errorf("counted %v, want answered-by, event and same-member", counted)
	}
}

// TestCountsAtTheFault: what happens in the instant of the fault counts, even
// if it is logged before.
func TestCountsAtTheFault(t *testing.T) {
	x := readExpectation(t, "event: {kind: request-answered, after: pull a.lan, to: 10s}")
	events := []event.Event{
		answered(39, "c1", "a"), answered(40, "c1", "a"), answered(40, "c1", "a"),
		{At: at(40), Node: "a", What: event.FaultApplied{Fault: "pull a.lan"}},
		answered(40, "c1", "a"), answered(50, "c1", "b"), answered(50.1, "c1", "b"),
	}
	if got, want := judgeCounted(x, events), (Result{true, "4, at 40s, 40s, 40s, 50s"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestCountsKeepNothingFrequent: a run that is only counted keeps none of the
// events that it counts.
func TestCountsKeepNothingFrequent(t *testing.T) {
	x := readExpectation(t, "answered-by: {client: c1, nodes: {a: 100%}}")
	if keep := NewCounts([]Expectation{x}, at(90)).Keep(); keep.Has(event.RequestAnswered{}) || keep != readByNeeds {
		t.Errorf("it keeps %v", keep)
	}
}
