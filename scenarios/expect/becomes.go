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

// Becomes expects that a member entered a state at least once at the right
// time: at an instant of the run, or some time after a fault. Without After,
// that is the last fault applied before.
type Becomes struct {
	Member  `yaml:",inline"`
	State   string                    `yaml:"state" doc:"the state entered" jsonschema:"required,enum=Initial,enum=Learn,enum=Listen,enum=Speak,enum=Standby,enum=Active"`
	Between form.Range[time.Duration] `yaml:"between" doc:"how long after the fault the member enters it, such as 7s..10s"`
	After   Cause                     `yaml:"after" doc:"the fault from which between counts, such as pull a.lan (default: the last fault before the change)"`
	At      form.Range[time.Duration] `yaml:"at" doc:"when in the run the member enters it, such as 47s..50s"`
}

// Text implements Expectation.
func (x Becomes) Text() string {
	s := fmt.Sprintf("%s becomes %s", x.Member, x.State)
	if x.Between.Given {
		s += " " + x.Between.String()
		if !x.After.given() {
			s += " after the last fault"
		}
	}
	s += x.After.after()
	if x.At.Given {
		s += " at " + x.At.String()
	}
	return s
}

// Needs implements Expectation.
func (x Becomes) Needs() []Need {
	if !x.Between.Given && !x.After.given() {
		return []Need{NeedMember(x.Member, Window{})}
	}
	return []Need{NeedMember(x.Member, Window{}), NeedFault(x.After)}
}

// Reads implements Expectation.
func (Becomes) Reads() event.Set { return readChanges }

// Check implements Expectation.
func (x Becomes) Check(e Evidence) Result {
	var since time.Duration
	faulted := false
	got := []string{}
	for ev := range e.Events.Of(readChanges) {
		switch body := ev.What.(type) {
		case event.FaultApplied:
			if !x.After.given() || x.After.is(body.Fault) && !faulted {
				since, faulted = ev.At, true
			}
		case event.StandbyChanged:
			if !x.Member.chooses(ev.Node, body) || body.To != x.State {
				continue
			}
			found := "at " + form.Text(ev.At)
			if faulted {
				found += ", " + form.Text(ev.At-since) + " after the fault"
			}
			needsFault := x.Between.Given || x.After.given()
			if e.span(x.At).Contains(ev.At) && (!needsFault || faulted && e.span(x.Between).Contains(ev.At-since)) {
				return Result{Passed: true, Got: found}
			}
			got = append(got, found)
		}
	}
	if len(got) == 0 {
		return Result{Got: "never"}
	}
	return Result{Got: strings.Join(got, "; ")}
}

// Problems implements Expectation.
func (x Becomes) Problems(plan Plan) []topology.Problem {
	problems := slices.Concat(x.Member.Problems(plan), x.After.problems(plan))
	if !x.At.Given && !x.Between.Given && !x.After.given() {
		problems = append(problems, topology.Problem{Message: "want between, such as 7s..10s after the fault, or at, such as 47s..50s"})
	}
	return problems
}

// Names implements ChangeNamer: one entry of the member into the state.
func (x Becomes) Names(_ Evidence, ev event.Event, c event.StandbyChanged) (named, once bool) {
	return x.Member.chooses(ev.Node, c) && c.To == x.State, true
}
