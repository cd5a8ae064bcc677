package expect

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// DualActive expects for how long more than one member was Active at once, in
// each group.
type DualActive struct {
	Total   form.Range[time.Duration] `yaml:"total,short" doc:"the total time"`
	Longest form.Range[time.Duration] `yaml:"longest" doc:"the longest single period"`
	Joined  form.Range[time.Duration] `yaml:"joined" doc:"the part of the total in which two Active members could hear each other"`
	VIP     netip.Addr                `yaml:"vip" doc:"the virtual IP of the group (default: each group)"`
}

// Text implements Expectation.
func (x DualActive) Text() string {
	return "more than one Active" + ofVIP(x.VIP) + parts(part("in all", x.Total), part("longest", x.Longest), part("within one partition", x.Joined))
}

// Needs implements Expectation.
func (x DualActive) Needs() []Need { return []Need{NeedOwner(x.VIP)} }

// Reads implements Expectation.
func (DualActive) Reads() event.Set { return nothing }

// Check implements Expectation.
func (x DualActive) Check(e Evidence) Result {
	return checkGroups(groupsOf(e, x.VIP), func(g oracle.Group) Result {
		return Result{
			Passed: e.overlap(x.Total).Contains(g.DualActive) && e.overlap(x.Longest).Contains(g.DualLongest) && e.overlap(x.Joined).Contains(g.DualJoined),
			Got:    fmt.Sprintf("%s in all, longest %s, %s within one partition", form.Text(g.DualActive), form.Text(g.DualLongest), form.Text(g.DualJoined)),
		}
	})
}

// Problems implements Expectation.
func (x DualActive) Problems(plan Plan) []topology.Problem {
	return append(problemsOfVIP(plan, x.VIP), problemsOfSpans(x.Total, x.Longest, x.Joined)...)
}
