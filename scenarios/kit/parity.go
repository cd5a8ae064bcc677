package kit

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/onsi/gomega/types"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
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

// figure is a number of an outcome, and how far it is from those of references.
type figure struct {
	*oracle.Column
	of          string
	measured    bool    // in the outcome
	got         int64   // a span in nanoseconds, or a count
	differences []int64 // got minus that of each reference that measured it
	absent      int     // references that did not
}

// figuresOf compares an outcome with the references.
func figuresOf(o *scenarios.Outcome, references []*scenarios.Outcome) []*figure {
	type name struct {
		column *oracle.Column
		of     string
	}
	var all []*figure
	known := map[name]*figure{}
	for _, r := range references {
		for _, p := range reports.Pairs(&r.Measures, &o.Measures) {
			f := known[name{p.Column, p.Of}]
			if f == nil {
				f = &figure{Column: p.Column, of: p.Of, got: int64(p.Netns), absent: len(references)}
				known[name{p.Column, p.Of}] = f
				all = append(all, f)
			}
			f.measured = f.measured || p.In != reports.InVirtual
			if p.In != reports.InNetns {
				f.absent--
			}
			if p.In == reports.InBoth {
				f.differences = append(f.differences, int64(p.Netns)-int64(p.Virtual))
			}
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
		return fmt.Sprintf("%s of %s: not measured, unlike in virtual time", f.Name, f.of)
	case len(f.differences) == 0:
		return fmt.Sprintf("%s of %s: %s, not measured in virtual time", f.Name, f.of, f.text(f.got))
	}
	return fmt.Sprintf("%s of %s: %s, want %s to %s, give or take %s", f.Name, f.of, f.text(f.got),
		f.text(f.got-slices.Max(f.differences)), f.text(f.got-slices.Min(f.differences)), f.text(some))
}

func (f *figure) text(value int64) string {
	if f.Unit == oracle.Count {
		return fmt.Sprint(value)
	}
	return time.Duration(value).String()
}

// unlikeFigures names the figures that do not lie around those of the
// references.
func unlikeFigures(s *scenarios.Scenario, o *scenarios.Outcome, references []*scenarios.Outcome, tolerance time.Duration) (problems []string) {
	for _, f := range figuresOf(o, references) {
		by, known := follows[f.Varies]
		if !known {
			problems = append(problems, fmt.Sprintf("%s: it is not said what follows for a figure that varies %q", f.ID, f.Varies))
			continue
		}
		some := by(varying{s, o, f.of, tolerance})
		if problem := f.unlike(some); problem != "" && !f.caught(o, tolerance) {
			problems = append(problems, problem)
		}
	}
	return problems
}

// synRepeat is after how long a SYN that got no answer is sent again (RFC 6298
// §2.1).
const synRepeat = time.Second

// caught reports whether the figure is a latency of a client of which requests
// came due, within the tolerance, as a virtual IP was given up. The SYN of such
// a one may reach nobody, and is sent again. In virtual time the moment until
// the next member has the address is so short that none falls into it.
func (f *figure) caught(o *scenarios.Outcome, tolerance time.Duration) bool {
	if f.Varies != oracle.WithSYN || len(f.differences) == 0 || f.got > int64(synRepeat+tolerance) {
		return false
	}
	var lost []time.Duration
	for e := range event.From[event.VIPLost](o.Events) {
		lost = append(lost, e.At)
	}
	usual := time.Duration(f.got-slices.Min(f.differences)) + tolerance
	some := false
	for e, answered := range event.From[event.RequestAnswered](o.Events) {
		if e.Node != f.of || answered.Latency <= usual {
			continue
		}
		due := e.At - answered.Latency
		some = true
		if !slices.ContainsFunc(lost, func(at time.Duration) bool { return (due - at).Abs() <= tolerance }) {
			return false
		}
	}
	return some
}

// varying is a figure of an outcome that may be another one, as times may
// differ by a tolerance.
type varying struct {
	scenario  *scenarios.Scenario
	outcome   *scenarios.Outcome
	of        string
	tolerance time.Duration
}

// follows says by how much a figure may differ, for each way in which figures
// vary: by a span in nanoseconds, or by a count.
var follows = map[oracle.Varies]func(varying) int64{
	oracle.Never:       func(varying) int64 { return 0 },
	oracle.WithTime:    func(v varying) int64 { return int64(v.tolerance) },
	oracle.WithSYN:     func(v varying) int64 { return int64(v.tolerance) }, // see caught
	oracle.WithPassing: passing,
	oracle.WithFate:    passingOrDrawn,
	oracle.WithDue:     due,
	oracle.WithAsking:  dueOrAsking,
	oracle.WithAllDue:  dueOrDealt,
}

func due(v varying) int64 { return int64(v.scenario.Clients().Due(v.of, v.tolerance)) }

// dueOrAsking counts those too that may wait for an answer to ARP as the run
// ends, and are counted nowhere: they fail together, after three questions, a
// second each (RFC 4861 §10). That goes for a client of which some failed so.
func dueOrAsking(v varying) int64 {
	for _, r := range v.outcome.Measures.Requests {
		if r.Client == v.of && r.Failures["unreachable"] > 0 {
			return due(v) + int64(v.scenario.Clients().Due(v.of, 3*time.Second))
		}
	}
	return due(v)
}

func passing(v varying) int64 { return int64(v.scenario.Clients().Passing(v.tolerance)) }

// passingOrDrawn allows for a member of a self-balanced group that has a few
// connections more or fewer than its share: of n connections, each of which a
// hash may give to any member, it has as many as n draws yield, whose standard
// deviation is at most half the root of n. This is two of them.
func passingOrDrawn(v varying) int64 {
	drawn := 0.0
	for _, n := range v.scenario.Topology.Nodes { // order: the same for all
		if !balances(n) {
			continue
		}
		for _, c := range v.outcome.Measures.Connections {
			drawn = max(drawn, math.Sqrt(float64(c.Established)))
		}
	}
	return passing(v) + int64(drawn)
}

// dueOrDealt allows for a member of a self-balanced group that was dealt a few
// connections more or fewer, as passingOrDrawn, with all their requests. Who
// gets a connection depends on which of two came first, by microseconds.
func dueOrDealt(v varying) int64 {
	allowed := int64(v.scenario.Clients().Due("", v.tolerance))
	if !balances(v.scenario.Topology.Nodes[v.of]) {
		return allowed
	}
	requests := 0
	for _, s := range v.outcome.Measures.Spread {
		if balances(v.scenario.Topology.Nodes[s.Node]) {
			requests += s.Requests
		}
	}
	dealt := float64(connectionsUsed(v.outcome))
	return allowed + int64(math.Sqrt(dealt)*max(1, float64(requests)/max(1, dealt)))
}

// connectionsUsed is how many connections of clients had an answer. What the
// members open among themselves is not dealt.
func connectionsUsed(o *scenarios.Outcome) int {
	used := map[uint64]bool{}
	for _, answered := range event.From[event.RequestAnswered](o.Events) {
		used[answered.Conn] = true
	}
	return len(used)
}

// balances reports whether a node is a member of a self-balanced group.
func balances(n topology.Node) bool {
	for _, s := range n.Standby { // order: one of them is enough
		if s.SelfBalance != nil {
			return true
		}
	}
	return false
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
