package expect

import (
	"fmt"
	"net/netip"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Moves expects how often a virtual IP moved to another member that was then
// alone with it; the first election does not count.
type Moves struct {
	Count form.Range[int] `yaml:"count,short" doc:"how many times the role moves" jsonschema:"required"`
	VIP   netip.Addr      `yaml:"vip" doc:"the virtual IP of the group (default: all groups together)"`
}

// Text implements Expectation.
func (x Moves) Text() string {
	if !x.VIP.IsValid() {
		return "moves of the virtual IP: " + x.Count.String()
	}
	return "moves" + ofVIP(x.VIP) + ": " + x.Count.String()
}

// Needs implements Expectation.
func (x Moves) Needs() []Need { return []Need{NeedOwner(x.VIP)} }

// Reads implements Expectation.
func (Moves) Reads() event.Set { return nothing }

// Check implements Expectation.
func (x Moves) Check(e Evidence) Result {
	moves := 0
	for _, g := range groupsOf(e, x.VIP) {
		moves += g.Moves
	}
	return Result{Passed: x.Count.Contains(moves), Got: fmt.Sprint(moves)}
}

// Problems implements Expectation.
func (x Moves) Problems(plan Plan) []topology.Problem { return problemsOfVIP(plan, x.VIP) }
