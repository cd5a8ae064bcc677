package expect

import (
	"errors"
	"fmt"
	"time"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Window is the part of a run that an expectation looks at, both ends included.
// Without After, its ends are instants of the run; with After, they count from
// the first time that fault was applied.
type Window struct {
	After Cause         `yaml:"after" doc:"a fault in the timeline, such as pull a.lan: from and to then count from its first application"`
	From  time.Duration `yaml:"from" doc:"the start of the window (default: the start of the run, or the fault)"`
	To    time.Duration `yaml:"to" doc:"the end of the window (default: the end of the run)"`
}

// Resolve returns the instants of the window. It fails if the fault was never
// applied.
func (w Window) Resolve(e Evidence) (Period, error) {
	var zero time.Duration
	if w.After.given() {
		var err error
		if zero, err = firstApplied(e, w.After); err != nil {
			return Period{}, err
		}
	}
	p := w.period(zero, e.Duration, e.Tolerance)
	switch {
	case p.from > e.Duration:
		return Period{}, beyond("the window", p.from, e.Duration)
	case w.After.given() && p.zero >= e.Duration:
		return Period{}, beyond(w.After.line, p.zero, e.Duration)
	}
	return p, nil
}

// period returns the window that counts from an instant of a run.
func (w Window) period(zero, duration, tolerance time.Duration) Period {
	p := Period{zero: zero, from: zero + w.From, to: duration}
	if p.from != 0 {
		p.early = tolerance
	}
	if w.To != 0 && zero+w.To < p.to {
		p.to, p.late = zero+w.To, tolerance
	}
	return p
}

// Period is a window in instants of the run. An end inside the run is as
// uncertain as the instants of the events near it.
type Period struct {
	zero        time.Duration // the instant that the window counts from
	from, to    time.Duration
	early, late time.Duration // how uncertain the two ends are
}

// Holds says whether an instant certainly lies inside.
func (p Period) Holds(at time.Duration) bool { return at >= p.from+p.early && at <= p.to-p.late }

// MayHold says whether an instant possibly lies inside.
func (p Period) MayHold(at time.Duration) bool { return at >= p.from-p.early && at <= p.to+p.late }

// Core is the part that certainly lies inside, or the whole window if it is too
// short to have such a part.
func (p Period) Core() (from, to time.Duration) {
	if p.from+p.early > p.to-p.late {
		return p.from, p.to
	}
	return p.from + p.early, p.to - p.late
}

// Words puts the window into words after a space: " from 30s to 40s".
func (w Window) Words() string {
	var s string
	if w.After.given() && w.From == 0 && w.To != 0 {
		return " within " + form.Text(w.To) + w.After.after()
	}
	if w.From != 0 {
		s += " from " + form.Text(w.From)
	}
	if w.To != 0 {
		s += " to " + form.Text(w.To)
	}
	return s + w.After.after()
}

// Problems says what is wrong with it in a plan.
func (w Window) Problems(plan Plan) []topology.Problem {
	problems := w.After.problems(plan)
	if w.To != 0 && w.To < w.From {
		problems = append(problems, topology.Problem{Path: []string{"to"}, Message: fmt.Sprintf("got %s, want an instant after from, %s", w.To, w.From)})
	}
	return append(problems, w.After.beyond(plan, "from", w.From)...)
}

// errNoFault is the error for a run without any fault.
var errNoFault = errors.New("no fault was applied")

// firstApplied returns the first instant at which a fault was applied; without
// a cause, at which any was.
func firstApplied(e Evidence, after Cause) (time.Duration, error) {
	for ev, applied := range event.From[event.FaultApplied](e.Events) {
		if !after.given() || after.is(applied.Fault) {
			return ev.At, nil
		}
	}
	if !after.given() {
		return 0, errNoFault
	}
	return 0, fmt.Errorf("%s was never applied", after.line)
}
