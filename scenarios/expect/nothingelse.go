package expect

import (
	"fmt"
	"slices"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// NothingElse expects that after the first fault no member changed its state
// but as expectations of the same scenario name. Every other entry after the first fault fails it; without a fault,
// every other entry of the run does.
type NothingElse struct {
	Wanted bool `yaml:"wanted,short" doc:"true: no member changes its state after the first fault but as becomes and states say" jsonschema:"required"`
}

// ChangeNamer is an expectation that names changes of states, for NothingElse: one
// of them, once, or all that are like it.
type ChangeNamer interface {
	Names(e Evidence, ev event.Event, c event.StandbyChanged) (named, once bool)
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
				others = append(others, fmt.Sprintf("%s %s %s", ev.Node, body.To, form.Text(ev.At)))
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
		x, names := beside.(ChangeNamer)
		if !names || used[i] {
			continue
		}
		if named, once := x.Names(e, ev, c); named {
			used[i] = once
			return true
		}
	}
	return false
}

// Problems implements Expectation.
func (x NothingElse) Problems(Plan) []topology.Problem { return nil }
