package expect

import (
	"fmt"
	"slices"
	"time"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Active expects that a member is in the state Active during a window, at an
// instant, or throughout: from the first time it became Active until the end.
// Throughout is the default. A frozen member keeps its state.
type Active struct {
	Member     `yaml:",inline"`
	Window     `yaml:",inline"`
	At         time.Duration `yaml:"at" doc:"a single instant to check; with after, counted from the fault"`
	Throughout bool          `yaml:"throughout" doc:"on: from the first time the node becomes Active until the end (the default if neither at nor a window is given)"`
}

func (x Active) windowed() bool { return x.Window != Window{} || x.At != 0 }

// window is the window that is checked; an instant is a short one.
func (x Active) window() Window {
	w := x.Window
	if x.At != 0 {
		w.From, w.To = x.At, x.At
	}
	return w
}

// Text implements Expectation.
func (x Active) Text() string {
	switch {
	case x.At != 0:
		return fmt.Sprintf("%s is Active at %s%s", x.Member, form.Text(x.At), x.After.after())
	case x.windowed():
		return fmt.Sprintf("%s is Active%s", x.Member, x.Window.Words())
	}
	return fmt.Sprintf("%s is Active throughout", x.Member)
}

// Needs implements Expectation.
func (x Active) Needs() []Need { return []Need{NeedMember(x.Member, x.window())} }

// Reads implements Expectation.
func (Active) Reads() event.Set { return readRoster }

// Check implements Expectation.
func (x Active) Check(e Evidence) Result {
	p, err := x.window().Resolve(e)
	if err != nil {
		return Result{Got: err.Error()}
	}
	from, to := p.Core()
	got := "never Active"
	for _, l := range x.Member.of(lanes(e)) {
		first := slices.IndexFunc(l.stretches, func(s stretch) bool { return s.state == event.StateActive })
		if first < 0 {
			continue
		}
		begin := from
		if !x.windowed() {
			begin = l.stretches[first].from
		}
		broken := slices.IndexFunc(l.stretches, func(s stretch) bool {
			return s.state != event.StateActive && s.from <= to && s.to > begin && s.from < s.to
		})
		if broken < 0 {
			i := slices.IndexFunc(l.stretches, func(s stretch) bool { return s.state == event.StateActive && s.to >= begin })
			return Result{Passed: true, Got: l.stretches[i].String()}
		}
		got = l.stretches[broken].String()
	}
	return Result{Got: got}
}

// Problems implements Expectation.
func (x Active) Problems(plan Plan) []topology.Problem {
	problems := slices.Concat(x.Member.Problems(plan), x.Window.Problems(plan))
	if x.At != 0 && (x.From != 0 || x.To != 0) || x.Throughout && x.windowed() {
		problems = append(problems, topology.Problem{Message: "want one of throughout, at, and a window with from and to"})
	}
	return append(problems, x.After.beyond(plan, "at", x.At)...)
}
