package expect

import (
	"fmt"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Kept expects the share of connections that survive a fault, out of those that
// were established when it hit and had something to do afterwards.
type Kept struct {
	Share form.Range[form.Share] `yaml:"share,short" doc:"kept / (kept + lost), such as 100% or 95%.." jsonschema:"required"`
	After Cause                  `yaml:"after" doc:"the fault, such as pull a.lan (default: the first one)"`
}

// Text implements Expectation.
func (x Kept) Text() string {
	return "connections kept" + x.After.afterOrFirst() + ": " + x.Share.String()
}

// Needs implements Expectation.
func (x Kept) Needs() []Need { return []Need{NeedConnections(x.After)} }

// Reads implements Expectation.
func (Kept) Reads() event.Set { return nothing }

// Check implements Expectation.
func (x Kept) Check(e Evidence) Result {
	c, err := connectionsAfter(e, x.After)
	if err != nil {
		return Result{Got: err.Error()}
	}
	if c.Kept+c.Lost == 0 {
		return Result{Got: fmt.Sprintf("none kept, and all %d lost otherwise", c.LostOtherwise)}
	}
	kept := form.Share(float64(c.Kept) / float64(c.Kept+c.Lost))
	return Result{
		Passed: aboutShare(x.Share, e.passing(), c.Kept+c.Lost).Contains(kept),
		Got:    fmt.Sprintf("%s: %d kept, %d lost, %d idle", kept, c.Kept, c.Lost, c.Idle),
	}
}

// Problems implements Expectation.
func (x Kept) Problems(plan Plan) []topology.Problem { return x.After.problems(plan) }
