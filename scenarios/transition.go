package scenarios

import (
	"fmt"
	"slices"
	"strings"
	"time"

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
var stateNames = []string{stateInitial, "Learn", "Listen", "Speak", "Standby", stateActive}

// Text implements Expectation.
func (x States) Text() string {
	if len(x.Sequence) == 0 {
		return fmt.Sprintf("%s keeps its state%s", x.Member, x.Window.text())
	}
	return fmt.Sprintf("%s goes through %s%s", x.Member, strings.Join(x.Sequence, ", "), x.Window.text())
}

// Check implements Expectation.
func (x States) Check(e Evidence) Result {
	p, err := x.Window.resolve(e)
	if err != nil {
		return Result{Got: err.Error()}
	}
	var entered []string
	var sure []bool
	var got []string
	for ev, c := range event.Of[event.StandbyChanged](e.Events) {
		if x.Member.chooses(ev.Node, c) && p.mayHold(ev.At) {
			entered, sure = append(entered, c.To), append(sure, p.holds(ev.At))
			got = append(got, c.To+" "+spanText(ev.At))
		}
	}
	if len(got) == 0 {
		got = []string{"no change"}
	}
	return Result{Passed: x.went(entered, sure), Got: strings.Join(got, ", ")}
}

// went says whether states were entered in sequence. Those at the ends that are
// not sure to lie in the window may be left out.
func (x States) went(entered []string, sure []bool) bool {
	n := len(x.Sequence)
	for i := 0; i+n <= len(entered); i++ {
		if slices.Equal(entered[i:i+n], x.Sequence) && !slices.Contains(sure[:i], true) && !slices.Contains(sure[i+n:], true) {
			return true
		}
	}
	return false
}

func (x States) problems(s *Scenario) []topology.Problem {
	problems := slices.Concat(x.Member.problems(s), x.Window.problems(s))
	for i, state := range x.Sequence {
		if !slices.Contains(stateNames, state) {
			problems = append(problems, topology.Problem{
				Path: []string{"sequence", fmt.Sprint(i)}, Message: fmt.Sprintf("got state %q, want %s", state, topology.AnyOf(state, stateNames)),
			})
		}
	}
	return problems
}

// Becomes expects that a member entered a state once at least at the right time:
// at an instant of the run, or so long after a fault. Without After it is the
// last fault that was applied before.
type Becomes struct {
	Member  `yaml:",inline"`
	State   string               `yaml:"state" doc:"the state entered" jsonschema:"required,enum=Initial,enum=Learn,enum=Listen,enum=Speak,enum=Standby,enum=Active"`
	Between Range[time.Duration] `yaml:"between" doc:"how long after the fault, such as 7s..10s"`
	After   string               `yaml:"after" doc:"the fault that between counts from, such as pull a.lan (default: the last one before)"`
	At      Range[time.Duration] `yaml:"at" doc:"instants of the run, such as 47s..50s"`
}

// Text implements Expectation.
func (x Becomes) Text() string {
	s := fmt.Sprintf("%s becomes %s", x.Member, x.State)
	if x.Between.Given {
		s += " " + x.Between.String()
		if x.After == "" {
			s += " after the last fault"
		}
	}
	s += afterText(x.After)
	if x.At.Given {
		s += " at " + x.At.String()
	}
	return s
}

// Check implements Expectation.
func (x Becomes) Check(e Evidence) Result {
	var since time.Duration
	faulted, after := false, canonical(x.After)
	got := []string{}
	for _, ev := range e.Events {
		switch body := ev.What.(type) {
		case event.FaultApplied:
			if x.After == "" || body.Fault == after && !faulted {
				since, faulted = ev.At, true
			}
		case event.StandbyChanged:
			if !x.Member.chooses(ev.Node, body) || body.To != x.State {
				continue
			}
			found := "at " + spanText(ev.At)
			if faulted {
				found += ", " + spanText(ev.At-since) + " after the fault"
			}
			needsFault := x.Between.Given || x.After != ""
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

func (x Becomes) problems(s *Scenario) []topology.Problem {
	problems := slices.Concat(x.Member.problems(s), problemsOfAfter(s, x.After))
	if !x.At.Given && !x.Between.Given && x.After == "" {
		problems = append(problems, topology.Problem{Message: "want between, such as 7s..10s after the fault, or at, such as 47s..50s"})
	}
	return problems
}

// NothingElse expects that after the first fault no member changed its state
// but as the same scenario says. Each Becomes accounts for one entry of its
// member into its state, each States for all entries of its member in its
// window. Every other entry after the first fault fails it; without a fault,
// every other entry of the run does.
type NothingElse struct {
	Wanted bool `yaml:"wanted,short" doc:"true: no member changes its state after the first fault but as becomes and states say" jsonschema:"required"`
}

// Text implements Expectation.
func (x NothingElse) Text() string { return "no other change of a standby state after the first fault" }

// Check implements Expectation.
func (x NothingElse) Check(e Evidence) Result {
	used := make([]bool, len(e.Beside))
	begun := !slices.ContainsFunc(e.Events, func(ev event.Event) bool { _, is := ev.What.(event.FaultApplied); return is })
	var others []string
	for _, ev := range e.Events {
		switch body := ev.What.(type) {
		case event.FaultApplied:
			begun = true
		case event.StandbyChanged:
			if begun && !accounted(e, used, ev, body) {
				others = append(others, fmt.Sprintf("%s %s %s", ev.Node, body.To, spanText(ev.At)))
			}
		}
	}
	if len(others) > 0 {
		return Result{Got: shorten(others)}
	}
	return Result{Passed: true, Got: "none"}
}

// accounted says whether another expectation names a change, and uses it up.
func accounted(e Evidence, used []bool, ev event.Event, c event.StandbyChanged) bool {
	for i, beside := range e.Beside {
		switch x := beside.(type) {
		case States:
			p, err := x.Window.resolve(e)
			if err == nil && x.Member.chooses(ev.Node, c) && p.mayHold(ev.At) {
				return true
			}
		case Becomes:
			if !used[i] && x.Member.chooses(ev.Node, c) && c.To == x.State {
				used[i] = true
				return true
			}
		}
	}
	return false
}

// shorten joins what was found and keeps the line readable.
func shorten(found []string) string {
	const most = 6
	if more := len(found) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(found[:most], ", "), more)
	}
	return strings.Join(found, ", ")
}

func (x NothingElse) problems(*Scenario) []topology.Problem { return nil }
