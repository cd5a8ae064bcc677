package kit

import (
	"fmt"
	"strings"

	"github.com/onsi/gomega/types"

	"github.com/cablepull/cablepull/scenarios/expect"
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
func Meet(all ...expect.Expectation) types.GomegaMatcher { return &matcher{all: all} }

// matcher checks expectations against a cluster.
type matcher struct {
	all   []expect.Expectation
	found []expect.Verdict
}

// Match implements types.GomegaMatcher.
func (m *matcher) Match(actual any) (bool, error) {
	c, ok := actual.(*Cluster)
	if !ok {
		return false, fmt.Errorf("kit: want a *kit.Cluster, got %T", actual)
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
	for _, v := range m.found {
		ok = ok && v.Passed
	}
	return ok, nil
}

// FailureMessage implements types.GomegaMatcher.
func (m *matcher) FailureMessage(any) string {
	message := "Expected of the cluster:"
	for _, v := range m.found {
		if !v.Passed {
			message += "\n  " + v.Text + "\n  got " + v.Got
		}
	}
	return message
}

// NegatedFailureMessage implements types.GomegaMatcher.
func (m *matcher) NegatedFailureMessage(any) string {
	message := "Expected that the cluster does not meet:"
	for _, v := range m.found {
		message += "\n  " + v.Text + "\n  got " + v.Got
	}
	return message
}

// HaveTakenOver matches when, after a fault, the virtual IP went From one
// member To another, detected Between two durations after that fault, and moved
// no other time. To is needed.
func HaveTakenOver(list ...Term) types.GomegaMatcher {
	t := termsOf(list)
	if !t.between.Given {
		t.between = atAll // a first election has no fault before it that could be detected
	}
	return Meet(expect.Takeover{From: t.from, To: t.to, VIP: t.vip, Detection: t.between}, expect.Moves{Count: once, VIP: t.vip})
}

// HaveOneActive matches when each group has exactly one Active member now.
func HaveOneActive() types.GomegaMatcher { return Meet(expect.SingleActive{}) }

// HaveActive matches when the node, and no other, is Active now in the group of
// the virtual IP; without one, in each group.
func HaveActive(node string, list ...Term) types.GomegaMatcher {
	return Meet(expect.SingleActive{Node: node, VIP: termsOf(list).vip})
}

// Elect matches when exactly these members became Active, in this order.
func Elect(nodes ...string) types.GomegaMatcher {
	return Meet(expect.Elected{Nodes: append([]string{}, nodes...)})
}

// KeepConnections matches when, of the connections that were established at the
// fault After, or at the first one, and that had something to do afterwards, a
// sufficient share was kept.
func KeepConnections(least Share, list ...Term) types.GomegaMatcher {
	return Meet(expect.Kept{Share: least, After: termsOf(list).after})
}

// HaveOutage matches when the Client's longest outage has ended and lies
// Between two durations; without a client, that of every single client, even
// if it was never without answers.
func HaveOutage(list ...Term) types.GomegaMatcher {
	t := termsOf(list)
	return Meet(expect.Outage{Client: t.client, Between: t.between})
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
