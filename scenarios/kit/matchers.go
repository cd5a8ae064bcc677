package kit

import (
	"fmt"
	"strings"
	"time"

	"github.com/onsi/gomega/types"

	"github.com/cablepull/cablepull/scenarios/expect"
	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// Meet matches a cluster that has met all expectations so far: those of
// scenario files, or a spec's own. "The end" in an expectation means now.
//
// A question that the cluster cannot answer is an error, for To and NotTo: if
// it has not run yet, if a fault of its timetable lies ahead, if an
// expectation names something that does not exist, or if nothing happened that
// it could be judged by, such as requests of a client.
//
// Matchers may be combined by gomega.And, Or, Not and ContainElement.
func Meet(all ...expect.Expectation) types.GomegaMatcher { return &matcher{all: all} }

// matcher checks expectations against a cluster.
type matcher struct {
	all   []expect.Expectation
	wrong error // with what it was told
	found []expect.Verdict
	again string // how to see the same again
}

// Match implements types.GomegaMatcher.
func (m *matcher) Match(actual any) (bool, error) {
	c, ok := actual.(*Cluster)
	if !ok {
		return false, fmt.Errorf("kit: want a *kit.Cluster, got %T", actual)
	}
	if m.wrong != nil {
		return false, m.wrong
	}
	if err := c.pending(); err != nil {
		return false, err
	}
	plan, evidence := c.Plan(), c.Evidence()
	for _, x := range m.all {
		for _, p := range append(topology.CheckFields(x), x.Problems(plan)...) {
			return false, fmt.Errorf("kit: %s: %s", x.Text(), strings.TrimPrefix(p.String(), ": "))
		}
		if err := expect.Missing(x, evidence); err != nil {
			return false, fmt.Errorf("kit: %s: nothing to judge it by: %w", x.Text(), err)
		}
	}
	m.found, _ = expect.Judge(m.all, evidence)
	m.again = "This is the cluster " + c.history() + ".\nThe same seed and faults give the same again."
	for _, v := range m.found {
		ok = ok && v.Passed
	}
	return ok, nil
}

// FailureMessage implements types.GomegaMatcher.
func (m *matcher) FailureMessage(any) string {
	return "Expected of the cluster:" + m.list(func(v expect.Verdict) bool { return !v.Passed })
}

// NegatedFailureMessage implements types.GomegaMatcher.
func (m *matcher) NegatedFailureMessage(any) string {
	return "Expected that the cluster does not meet:" + m.list(func(expect.Verdict) bool { return true })
}

// list prints verdicts, and how to see the same again.
func (m *matcher) list(shown func(expect.Verdict) bool) (text string) {
	for _, v := range m.found {
		if shown(v) {
			text += "\n  " + v.Text + "\n  got " + v.Got
		}
	}
	return text + "\n" + m.again
}

// meet is Meet for a matcher that takes some terms.
func (t terms) meet(name string, takes []string, all ...expect.Expectation) types.GomegaMatcher {
	return &matcher{all: all, wrong: t.check(name, takes...)}
}

// HaveTakenOver matches when, after a fault, the virtual IP went From one
// member To another, detected Between two durations (or Within one) after that
// fault, and moved no other time. To is needed; VIP says which address.
func HaveTakenOver(list ...Term) types.GomegaMatcher {
	t := termsOf(list)
	if !t.between.Given {
		t.between = atAll // a first election has no fault before it that could be detected
	}
	return t.meet("HaveTakenOver", []string{"From", "To", "VIP", "Between", "Within"},
		expect.Takeover{From: t.from, To: t.to, VIP: t.vip, Detection: t.between}, expect.Moves{Count: once, VIP: t.vip})
}

// HaveOneActive matches when each group has exactly one Active member now.
func HaveOneActive() types.GomegaMatcher { return Meet(expect.SingleActive{}) }

// HaveActive matches when the node, and no other, is Active now in the group of
// the VIP; without one, in each group.
func HaveActive(node string, list ...Term) types.GomegaMatcher {
	t := termsOf(list)
	return t.meet("HaveActive", []string{"VIP"}, expect.SingleActive{Node: node, VIP: t.vip})
}

// Elect matches when exactly these members became Active, in this order.
func Elect(nodes ...string) types.GomegaMatcher {
	return Meet(expect.Elected{Nodes: append([]string{}, nodes...)})
}

// HaveSplitBrain matches when more than one member was Active at once, in the
// group of the VIP or in any, for Between two times, or Within one, in all.
// Without a time it matches any split brain: NotTo(HaveSplitBrain()) wants
// none.
func HaveSplitBrain(list ...Term) types.GomegaMatcher {
	t := termsOf(list)
	if !t.between.Given {
		t.between = form.AtLeast(time.Nanosecond)
	}
	return t.meet("HaveSplitBrain", []string{"VIP", "Between", "Within"}, expect.DualActive{Total: t.between, VIP: t.vip})
}

// KeepConnections matches when, of the connections that were established at the
// fault After, or at the first one, and that had something to do afterwards, a
// sufficient share was kept: 1 is all.
func KeepConnections(least Share, list ...Term) types.GomegaMatcher {
	t := termsOf(list)
	return t.meet("KeepConnections", []string{"After"}, expect.Kept{Share: least, After: t.after})
}

// HaveOutage matches when the Client's longest outage has ended and lies
// Between two durations, or is Within one; without a client, that of every
// single client, even if it was never without answers.
func HaveOutage(list ...Term) types.GomegaMatcher {
	t := termsOf(list)
	return t.meet("HaveOutage", []string{"Client", "Between", "Within"}, expect.Outage{Client: t.client, Between: t.between})
}

// AnswerRequests matches when that share of the Client's requests, or of all
// clients', has succeeded so far: 1 is all. Requests that are on their way have
// not.
func AnswerRequests(share Share, list ...Term) types.GomegaMatcher {
	t := termsOf(list)
	return t.meet("AnswerRequests", []string{"Client"}, expect.Requests{Client: t.client, Share: share})
}

// FailOnlyBy matches when the requests of the Client, or of all clients, failed
// in no other way than these, such as "timeout", "reset", "refused" or
// "status-503"; the expectation requests lists them. FailOnlyBy(nil) matches
// when none failed.
func FailOnlyBy(kinds []string, list ...Term) types.GomegaMatcher {
	t := termsOf(list)
	return t.meet("FailOnlyBy", []string{"Client"}, expect.Requests{Client: t.client, Only: append([]string{}, kinds...)})
}

// HaveLatency matches when the longest time from when a request of the Client,
// or of any, was due to its answer lies Between two durations, or is Within
// one.
func HaveLatency(list ...Term) types.GomegaMatcher {
	t := termsOf(list)
	return t.meet("HaveLatency", []string{"Client", "Between", "Within"}, expect.Requests{Client: t.client, Latency: t.between})
}

// BeAnsweredBy matches when each of the nodes gave its share of the answers,
// and no other node gave any: to the Client or to all, since the fault After or
// the beginning. BeAnsweredBy(map[string]Share{"a": AtLeast(1)}) wants one.
func BeAnsweredBy(nodes map[string]Share, list ...Term) types.GomegaMatcher {
	t := termsOf(list)
	return t.meet("BeAnsweredBy", []string{"Client", "After"},
		expect.AnsweredBy{Client: t.client, Nodes: nodes, Window: expect.Window{After: t.after}})
}

// HaveHappened matches when an event of the kind, such as "vip-announced", has
// happened: of the Node or of any, Where its fields have some values, since the
// fault After or the beginning, that many Times or at least once.
func HaveHappened(kind string, list ...Term) types.GomegaMatcher {
	t := termsOf(list)
	return t.meet("HaveHappened", []string{"Node", "Where", "After", "Times"},
		expect.Happening{Kind: kind, Node: t.node, Where: t.where, Count: t.times, Window: expect.Window{After: t.after}})
}

// HoldInvariants matches when no invariant was violated.
func HoldInvariants() types.GomegaMatcher { return Meet(invariants{}) }

// invariants expects that no invariant was violated, which scenario files
// imply.
type invariants struct{}

// Text implements expect.Expectation.
func (invariants) Text() string { return "all invariants hold" }

// Needs implements expect.Expectation: invariants hold at any time.
func (invariants) Needs() []expect.Need { return nil }

// Reads implements expect.Expectation.
func (invariants) Reads() event.Set { return event.Set{} }

// Check implements expect.Expectation.
func (invariants) Check(e expect.Evidence) expect.Result {
	var got []string
	for _, v := range e.Violations {
		got = append(got, violation(v))
	}
	return expect.Result{Passed: len(got) == 0, Got: strings.Join(got, "; ")}
}

// Problems implements expect.Expectation.
func (invariants) Problems(expect.Plan) []topology.Problem { return nil }

func violation(v oracle.Violation) string {
	return fmt.Sprintf("%s violated at %v: %s", v.Invariant, v.At, v.Detail)
}
