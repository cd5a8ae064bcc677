package kit

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/onsi/gomega/types"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/parity"
	"github.com/cablepull/cablepull/sim/event"
)

// MeasureLike matches an outcome of the scenario that measured what the
// references did. Each time lies between theirs, give or take the tolerance;
// each count does, give or take the requests that come due in it; and each
// member went through the states of one of them, in the same order. A request
// that a takeover catches may wait for one more SYN. Without a tolerance the
// digest is the same too.
func MeasureLike(s *scenarios.Scenario, references []*scenarios.Outcome, tolerance time.Duration) types.GomegaMatcher {
	return &outcomeMatcher{
		want: fmt.Sprintf("measure what %d runs in virtual time did, within %v", len(references), tolerance),
		problems: func(o *scenarios.Outcome) []string {
			problems := append(parity.Unlike(s, o, references, tolerance), unlikeStates(o, references)...)
			if tolerance == 0 && o.Digest != references[0].Digest {
				problems = append(problems, fmt.Sprintf("digest %s, want %s", o.Digest, references[0].Digest))
			}
			return problems
		},
	}
}

// Pass matches an outcome whose expectations and invariants all held.
func Pass() types.GomegaMatcher {
	return &outcomeMatcher{
		want: "pass",
		problems: func(o *scenarios.Outcome) (problems []string) {
			for _, v := range o.Expectations {
				if !v.Passed {
					problems = append(problems, v.Text+"; got "+v.Got)
				}
			}
			for _, v := range o.Violations {
				problems = append(problems, violation(v))
			}
			return problems
		},
	}
}

// outcomeMatcher asks for all that is wrong with an outcome.
type outcomeMatcher struct {
	want     string
	problems func(*scenarios.Outcome) []string
	got      []string
}

// Match implements types.GomegaMatcher.
func (m *outcomeMatcher) Match(actual any) (bool, error) {
	o, ok := actual.(*scenarios.Outcome)
	if !ok {
		return false, fmt.Errorf("kit: want a *scenarios.Outcome, got %T", actual)
	}
	m.got = m.problems(o)
	return len(m.got) == 0, nil
}

// FailureMessage implements types.GomegaMatcher.
func (m *outcomeMatcher) FailureMessage(actual any) string {
	text := fmt.Sprintf("Expected the run to %s, but:\n  %s", m.want, strings.Join(m.got, "\n  "))
	o := actual.(*scenarios.Outcome)
	if o.Noise > 0 {
		text += fmt.Sprintf("\nIts noise was %v.", o.Noise)
	}
	return text + again(o)
}

// NegatedFailureMessage implements types.GomegaMatcher.
func (m *outcomeMatcher) NegatedFailureMessage(actual any) string {
	return fmt.Sprintf("Expected the run not to %s", m.want) + again(actual.(*scenarios.Outcome))
}

// again says how to see the same run again.
func again(o *scenarios.Outcome) string {
	if o.Digest == "" {
		return fmt.Sprintf("\nIt was in real time, with seed %d.", o.Seed)
	}
	return fmt.Sprintf("\nIts seed was %d, which gives the same run again.", o.Seed)
}

// unlikeStates names the members that went another way than in all references.
func unlikeStates(o *scenarios.Outcome, references []*scenarios.Outcome) (problems []string) {
	got, members := statesOf(o), map[string]bool{}
	all := []map[string]string{got}
	for _, r := range references {
		all = append(all, statesOf(r))
	}
	for _, states := range all {
		for member := range states { // order: a set
			members[member] = true
		}
	}
	for _, member := range slices.Sorted(maps.Keys(members)) {
		var want []string
		for _, states := range all[1:] {
			want = append(want, states[member])
		}
		if !slices.Contains(want, got[member]) {
			problems = append(problems, fmt.Sprintf("%s went through%s, want%s", member, got[member], strings.Join(slices.Compact(want), " or")))
		}
	}
	return problems
}

// Compared is the kinds of events by which MeasureLike compares a run with its
// references. Of the references it reads only changes of states.
var Compared = event.SetOf(event.StandbyChanged{}, event.VIPLost{}, event.RequestAnswered{})

// statesOf returns the states that each member entered, in order.
func statesOf(o *scenarios.Outcome) map[string]string {
	states := map[string]string{}
	for e, c := range event.From[event.StandbyChanged](o.Events) {
		states[e.Node+"."+c.Interface] += " " + c.To
	}
	return states
}
