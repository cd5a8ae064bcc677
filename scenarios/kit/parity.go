package kit

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/onsi/gomega/types"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Around plays a scenario in virtual time as it is and, if there is a tolerance,
// in the ways in which real time may differ by it:
//
//   - Everything that is done to the cluster comes a tolerance sooner, or later. In
//     real time what is done and what the cluster does are late independently of
//     each other: a hello that is due as a cable is pulled leaves, or not.
//   - The end comes a tolerance sooner, or later: what is due just then is part of
//     the run, or not.
//   - All clocks are slow, by a tolerance until the end, or that of one node is. In
//     real time each timer goes off a little late, and what is counted from that
//     moment on is later still. So a rhythm that falls together with another one in
//     virtual time does so no more.
//   - One node starts a tolerance later. So of two that want the same in the same
//     instant one is the first, and not both.
func Around(s *scenarios.Scenario, tolerance time.Duration, play func(*scenarios.Scenario) (*scenarios.Outcome, error)) ([]*scenarios.Outcome, error) {
	variants := []*scenarios.Scenario{s}
	if tolerance > 0 {
		for _, by := range []time.Duration{-tolerance, tolerance} {
			if len(s.Timeline) > 0 {
				variants = append(variants, moved(s, by))
			}
			variants = append(variants, ended(s, by))
		}
		nodes := topology.Names(s.Topology.Nodes)
		loss := float64(tolerance) / float64(s.Duration)
		variants = append(variants, slowed(s, loss, nodes...))
		for _, name := range nodes {
			variants = append(variants, slowed(s, loss, name), started(s, tolerance, name))
		}
	}
	var outcomes []*scenarios.Outcome
	for _, v := range variants {
		o, err := play(v)
		if err != nil {
			return nil, err
		}
		outcomes = append(outcomes, o)
	}
	return outcomes, nil
}

// moved is the scenario with all that is done to the cluster later.
func moved(s *scenarios.Scenario, by time.Duration) *scenarios.Scenario {
	v := *s
	v.Timeline = slices.Clone(s.Timeline)
	for i := range v.Timeline {
		v.Timeline[i].At = max(0, v.Timeline[i].At+by)
	}
	return &v
}

// ended is the scenario with a later end.
func ended(s *scenarios.Scenario, by time.Duration) *scenarios.Scenario {
	v := *s
	v.Duration += by
	return &v
}

// slowed is the scenario with clocks of nodes that lose a share.
func slowed(s *scenarios.Scenario, share float64, nodes ...string) *scenarios.Scenario {
	return changed(s, nodes, func(n *topology.Node) { n.Clock.Drift -= share })
}

// started is the scenario with a node that starts later.
func started(s *scenarios.Scenario, by time.Duration, node string) *scenarios.Scenario {
	return changed(s, []string{node}, func(n *topology.Node) { n.Start += by })
}

// changed is the scenario with some nodes that are otherwise.
func changed(s *scenarios.Scenario, nodes []string, change func(*topology.Node)) *scenarios.Scenario {
	v := *s
	v.Topology.Nodes = maps.Clone(s.Topology.Nodes)
	for _, name := range nodes {
		n := v.Topology.Nodes[name]
		change(&n)
		v.Topology.Nodes[name] = n
	}
	return &v
}

// MeasureLike matches an outcome of the scenario that measured what the
// references did. Each time lies between theirs, give or take the tolerance;
// each count does, give or take the requests that come due in it; and each
// member went through the states of one of them, in the same order. Without a
// tolerance the digest is the same too.
func MeasureLike(s *scenarios.Scenario, references []*scenarios.Outcome, tolerance time.Duration) types.GomegaMatcher {
	return &outcomeMatcher{
		want: fmt.Sprintf("measure what %d runs in virtual time did, within %v", len(references), tolerance),
		problems: func(o *scenarios.Outcome) []string {
			problems := append(unlikeFigures(s, o, references, tolerance), unlikeStates(o, references)...)
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
				problems = append(problems, fmt.Sprintf("%s violated at %v: %s", v.Invariant, v.At, v.Detail))
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
	if o := actual.(*scenarios.Outcome); o.Noise > 0 {
		text += fmt.Sprintf("\nIts noise was %v.", o.Noise)
	}
	return text
}

// NegatedFailureMessage implements types.GomegaMatcher.
func (m *outcomeMatcher) NegatedFailureMessage(any) string {
	return fmt.Sprintf("Expected the run not to %s", m.want)
}

// figure is a number of an outcome, and how far it is from those of references.
type figure struct {
	measure, of string
	isTime      bool
	measured    bool    // in the outcome
	got         int64   // a span in nanoseconds, or a count
	differences []int64 // got minus that of each reference that measured it
	absent      int     // references that did not
}

// figuresOf compares an outcome with the references.
func figuresOf(o *scenarios.Outcome, references []*scenarios.Outcome) []*figure {
	var all []*figure
	known := map[[2]string]*figure{}
	add := func(measure, of string, isTime bool, in reports.Worlds, got, difference int64) {
		f := known[[2]string{measure, of}]
		if f == nil {
			f = &figure{measure: measure, of: of, isTime: isTime, got: got, absent: len(references)}
			known[[2]string{measure, of}] = f
			all = append(all, f)
		}
		f.measured = f.measured || in != reports.InVirtual
		if in != reports.InNetns {
			f.absent--
		}
		if in == reports.InBoth {
			f.differences = append(f.differences, difference)
		}
	}
	for _, r := range references {
		c := reports.Compare(&reports.Result{Measures: r.Measures}, &reports.Result{Measures: o.Measures}, "")
		for _, t := range c.Times {
			add(t.Measure, t.Of, true, t.In, int64(t.Netns), int64(t.Difference))
		}
		for _, n := range c.Counts {
			add(n.Measure, n.Of, false, n.In, int64(n.Netns), int64(n.Difference))
		}
	}
	return all
}

// unlike says how the figure differs from those of the references by more than
// some; empty if it does not.
func (f *figure) unlike(some int64) string {
	switch {
	case !f.measured && f.absent > 0 || f.measured && len(f.differences) > 0 &&
		slices.Min(f.differences) <= some && slices.Max(f.differences) >= -some:
		return ""
	case !f.measured:
		return fmt.Sprintf("%s of %s: not measured, unlike in virtual time", f.measure, f.of)
	case len(f.differences) == 0:
		return fmt.Sprintf("%s of %s: %s, not measured in virtual time", f.measure, f.of, f.text(f.got))
	}
	return fmt.Sprintf("%s of %s: %s, want %s to %s, give or take %s", f.measure, f.of, f.text(f.got),
		f.text(f.got-slices.Max(f.differences)), f.text(f.got-slices.Min(f.differences)), f.text(some))
}

func (f *figure) text(value int64) string {
	if f.isTime {
		return time.Duration(value).String()
	}
	return fmt.Sprint(value)
}

// unlikeFigures names the figures that do not lie around those of the references.
func unlikeFigures(s *scenarios.Scenario, o *scenarios.Outcome, references []*scenarios.Outcome, tolerance time.Duration) (problems []string) {
	for _, f := range figuresOf(o, references) {
		some := int64(tolerance)
		if !f.isTime {
			follows, known := countsFollow[f.measure]
			if !known {
				problems = append(problems, f.measure+": it is not said what follows from the tolerance of times for this count")
				continue
			}
			some = int64(follows(counting{s, o, f.of, tolerance}))
		}
		if problem := f.unlike(some); problem != "" {
			problems = append(problems, problem)
		}
	}
	return problems
}

// counting is a count of an outcome that may be another one, as times may differ
// by a tolerance.
type counting struct {
	scenario  *scenarios.Scenario
	outcome   *scenarios.Outcome
	of        string
	tolerance time.Duration
}

// countsFollow says by how much a count may differ.
var countsFollow = map[string]func(counting) int{
	"connections established": passing, "connections kept": passing, "connections lost": passing,
	"requests sent": dueOrAsking, "requests failed": dueOrAsking,
	"requests ok": due, "requests retried": due,
	"answered twice": never, "moves": never, "transitions": never,
	"connections accepted": dueToAll, "requests served": dueToAll,
}

func due(c counting) int { return c.scenario.Due(c.of, c.tolerance) }

func dueToAll(c counting) int { return c.scenario.Due("", c.tolerance) }

func passing(c counting) int { return c.scenario.Passing(c.tolerance) }

func never(counting) int { return 0 }

// dueOrAsking counts those too that may wait for an answer to ARP as the run
// ends, and are counted nowhere: they fail together, after three questions, a
// second each (RFC 4861 §10). That goes for a client of which some failed so.
func dueOrAsking(c counting) int {
	for _, r := range c.outcome.Measures.Requests {
		if r.Client == c.of && r.Failures["unreachable"] > 0 {
			return due(c) + c.scenario.Due(c.of, 3*time.Second)
		}
	}
	return due(c)
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

// StateChanges returns the events that say how the states of members changed.
func StateChanges(events []event.Event) (changes []event.Event) {
	for e := range event.Of[event.StandbyChanged](events) {
		changes = append(changes, e)
	}
	return changes
}

// statesOf returns the states that each member entered, in order.
func statesOf(o *scenarios.Outcome) map[string]string {
	states := map[string]string{}
	for e, c := range event.Of[event.StandbyChanged](o.Events) {
		states[e.Node+"."+c.Interface] += " " + c.To
	}
	return states
}
