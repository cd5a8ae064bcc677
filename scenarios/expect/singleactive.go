package expect

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// SingleActive expects that each group has exactly one Active member when the
// run ends.
type SingleActive struct {
	Node string     `yaml:"node" doc:"the node that must be Active (default: any)"`
	VIP  netip.Addr `yaml:"vip" doc:"the virtual IP of the group (default: each group)"`
}

// Text implements Expectation.
func (x SingleActive) Text() string {
	group := "each group"
	if x.VIP.IsValid() {
		group = "the group of " + x.VIP.String()
	}
	if x.Node != "" {
		return x.Node + " is the one Active member of " + group + " at the end"
	}
	return group + " has one Active member at the end"
}

// Needs implements Expectation.
func (x SingleActive) Needs() []Need { return []Need{NeedGroup(x.VIP)} }

// Reads implements Expectation.
func (SingleActive) Reads() event.Set { return readRoster }

// Check implements Expectation.
func (x SingleActive) Check(e Evidence) Result {
	roster := oracle.NewRoster(oracle.Facts{})
	for ev := range e.Events.Of(oracle.RosterReads) {
		roster.Observe(ev)
	}
	groups := groupsOf(e, x.VIP)
	if len(groups) == 0 {
		return Result{Got: "there was no group"}
	}
	passed, got := true, []string{}
	for _, g := range groups {
		var nodes []string
		for _, m := range roster.Holders(g.VIP) {
			if m.Owns() {
				nodes = append(nodes, m.Node)
			}
		}
		passed = passed && len(nodes) == 1 && (x.Node == "" || nodes[0] == x.Node)
		if len(nodes) == 0 {
			nodes = []string{"nobody"}
		}
		slices.Sort(nodes)
		got = append(got, strings.Join(nodes, " and ")+" for "+g.VIP)
	}
	return Result{Passed: passed, Got: strings.Join(got, ", ")}
}

// Problems implements Expectation.
func (x SingleActive) Problems(plan Plan) []topology.Problem {
	return append(problemsOfOwner(plan, "node", x.Node), problemsOfVIP(plan, x.VIP)...)
}
