package expect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// States expects that a member went through exactly these states in a window:
// the states that it entered, in order, no more and no less.
type States struct {
	Member   `yaml:",inline"`
	Sequence []string `yaml:"sequence" doc:"the states entered: Initial, Learn, Listen, Speak, Standby, Active" jsonschema:"required"`
	Window   `yaml:",inline"`
}

// stateNames are what a member can become.
var stateNames = event.States()

// Text implements Expectation.
func (x States) Text() string {
	if len(x.Sequence) == 0 {
		return fmt.Sprintf("%s keeps its state%s", x.Member, x.Window.Words())
	}
	return fmt.Sprintf("%s goes through %s%s", x.Member, strings.Join(x.Sequence, ", "), x.Window.Words())
}

// Needs implements Expectation.
func (x States) Needs() []Need { return []Need{NeedMember(x.Member, x.Window)} }

// Reads implements Expectation.
func (States) Reads() event.Set { return readChanges }

// Check implements Expectation.
func (x States) Check(e Evidence) Result {
	p, err := x.Window.Resolve(e)
	if err != nil {
		return Result{Got: err.Error()}
	}
	var entered []string
	var sure []bool
	var got []string
	for ev, c := range event.From[event.StandbyChanged](e.Events) {
		if x.Member.chooses(ev.Node, c) && p.MayHold(ev.At) {
			entered, sure = append(entered, c.To), append(sure, p.Holds(ev.At))
			got = append(got, c.To+" "+form.Text(ev.At))
		}
	}
	if len(got) == 0 {
		got = []string{"no change"}
	}
	return Result{Passed: inOrder(x.Sequence, entered, sure), Got: strings.Join(got, ", ")}
}

// inOrder says whether exactly these things happened, in this order. Those at
// the ends that are not sure to lie in the window may be left out.
func inOrder(want, happened []string, sure []bool) bool {
	n := len(want)
	for i := 0; i+n <= len(happened); i++ {
		if slices.Equal(happened[i:i+n], want) && !slices.Contains(sure[:i], true) && !slices.Contains(sure[i+n:], true) {
			return true
		}
	}
	return false
}

// Problems implements Expectation.
func (x States) Problems(plan Plan) []topology.Problem {
	problems := slices.Concat(x.Member.Problems(plan), x.Window.Problems(plan))
	for i, state := range x.Sequence {
		if !slices.Contains(stateNames, state) {
			problems = append(problems, topology.Problem{
				Path: []string{"sequence", fmt.Sprint(i)}, Message: fmt.Sprintf("got state %q, want %s", state, topology.AnyOf(state, stateNames)),
			})
		}
	}
	return problems
}

// Names implements ChangeNamer: all entries of the member in the window.
func (x States) Names(e Evidence, ev event.Event, c event.StandbyChanged) (named, once bool) {
	p, err := x.Window.Resolve(e)
	return err == nil && x.Member.chooses(ev.Node, c) && p.MayHold(ev.At), false
}
