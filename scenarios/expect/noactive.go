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

// NoActive expects for how long no member was Active after the first one, in
// each group.
type NoActive struct {
	Total   form.Range[time.Duration] `yaml:"total,short" doc:"the total time"`
	Longest form.Range[time.Duration] `yaml:"longest" doc:"the longest single period"`
	VIP     netip.Addr                `yaml:"vip" doc:"the virtual IP of the group (default: each group)"`
}

// Text implements Expectation.
func (x NoActive) Text() string {
	return "no Active" + ofVIP(x.VIP) + parts(part("in all", x.Total), part("longest", x.Longest))
}

// Needs implements Expectation.
func (x NoActive) Needs() []Need { return []Need{NeedOwner(x.VIP)} }

// Reads implements Expectation.
func (NoActive) Reads() event.Set { return nothing }

// Check implements Expectation.
func (x NoActive) Check(e Evidence) Result {
	return checkGroups(groupsOf(e, x.VIP), func(g oracle.Group) Result {
		return Result{
			Passed: e.overlap(x.Total).Contains(g.NoActive) && e.overlap(x.Longest).Contains(g.NoLongest),
			Got:    fmt.Sprintf("%s in all, longest %s", form.Text(g.NoActive), form.Text(g.NoLongest)),
		}
	})
}

// Problems implements Expectation.
func (x NoActive) Problems(plan Plan) []topology.Problem {
	return append(problemsOfVIP(plan, x.VIP), problemsOfSpans(x.Total, x.Longest)...)
}
