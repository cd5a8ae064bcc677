package expect

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Health expects that a gateway sees a member of a load-balancer group in a
// state, for the first time after a fault or at an instant of the run.
type Health struct {
	Gateway string                    `yaml:"gateway" doc:"the gateway (default: any with such a group)"`
	Group   string                    `yaml:"group" doc:"the group (default: any that has the member)"`
	Member  string                    `yaml:"member" doc:"name of the member, such as s1" jsonschema:"required"`
	Becomes string                    `yaml:"becomes" doc:"the state entered" jsonschema:"required,enum=up,enum=softdown,enum=down,enum=disabled"`
	After   Cause                     `yaml:"after" doc:"the fault from which between counts, such as crash s1" jsonschema:"required"`
	Between form.Range[time.Duration] `yaml:"between" doc:"how long after the fault the member first enters the state, such as 10s..40s (default: any time)"`
}

// Text implements Expectation.
func (x Health) Text() string {
	s := x.Member
	if x.Group != "" {
		s += " of group " + x.Group
	}
	s += " becomes " + x.Becomes
	if x.Gateway != "" {
		s += " at " + x.Gateway
	}
	if x.Between.Given {
		s += " " + x.Between.String()
	}
	return s + x.After.after()
}

// Needs implements Expectation.
func (x Health) Needs() []Need { return []Need{NeedFault(x.After)} }

var readHealth = readFaults.Or(event.SetOf(event.LBMemberChanged{}))

// Reads implements Expectation.
func (Health) Reads() event.Set { return readHealth }

// Check implements Expectation.
func (x Health) Check(e Evidence) Result {
	since, err := firstApplied(e, x.After)
	if err != nil {
		return Result{Got: err.Error()}
	}
	for ev, c := range event.From[event.LBMemberChanged](e.Events) {
		if ev.At < since || !x.chooses(ev.Node, c) {
			continue
		}
		got := fmt.Sprintf("%s after the fault: %s", form.Text(ev.At-since), c.Reason)
		return Result{Passed: e.span(x.Between).Contains(ev.At - since), Got: got}
	}
	return Result{Got: "never"}
}

func (x Health) chooses(node string, c event.LBMemberChanged) bool {
	return c.Member == x.Member && c.To == x.Becomes && (x.Gateway == "" || node == x.Gateway) && (x.Group == "" || c.Group == x.Group)
}

// Problems implements Expectation.
func (x Health) Problems(plan Plan) []topology.Problem {
	problems := slices.Concat(problemsOfNode(plan, "gateway", x.Gateway), x.After.problems(plan))
	known := map[string]bool{}
	for name, n := range plan.Nodes { // order: sorted below
		for group, members := range n.Groups { // order: sorted below
			for _, m := range members {
				known[m] = known[m] || (x.Gateway == "" || x.Gateway == name) && (x.Group == "" || x.Group == group)
			}
		}
	}
	names := slices.DeleteFunc(topology.Names(known), func(m string) bool { return !known[m] })
	if !slices.Contains(names, x.Member) && x.Member != "" {
		problems = append(problems, topology.Problem{Path: []string{"member"}, Message: noMember(x.Member, names)})
	}
	return problems
}

// noMember says that no load-balancer group has a member.
func noMember(member string, names []string) string {
	if len(names) == 0 {
		return "there is no such load-balancer group"
	}
	return fmt.Sprintf("no load-balancer group has a member %q, want %s", member, strings.TrimSpace(topology.AnyOf(member, names)))
}
