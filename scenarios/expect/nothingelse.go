package expect

import (
	"fmt"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// NothingElse expects that after the first fault members made only the state
// changes that other expectations of the scenario name. Any other change after
// the first fault fails it; without a fault, any other change of the run does.
type NothingElse struct {
	Wanted bool `yaml:"wanted,short" doc:"true: after the first fault, members make only the state changes listed under becomes and states" jsonschema:"required"`
}

// ChangeNamer is an expectation that names state changes for NothingElse: a
// single one, or every change that fits.
type ChangeNamer interface {
	Names(e Evidence, ev event.Event, c event.StandbyChanged) (named, once bool)
}

// Text implements Expectation.
func (x NothingElse) Text() string { return "no other change of a standby state after the first fault" }

// Needs implements Expectation.
func (NothingElse) Needs() []Need { return []Need{NeedMember(Member{}, Window{})} }

// Reads implements Expectation.
func (NothingElse) Reads() event.Set { return readChanges }

// Check implements Expectation.
func (x NothingElse) Check(e Evidence) Result {
	used := make([]bool, len(e.All))
	begun := true // without any fault
	for range event.From[event.FaultApplied](e.Events) {
		begun = false
		break
	}
	var others []string
	for ev := range e.Events.Of(readChanges) {
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

// accounted says whether another expectation names a change. An expectation
// that names a single change accounts for one only.
func accounted(e Evidence, used []bool, ev event.Event, c event.StandbyChanged) bool {
	for i, other := range e.All {
		x, names := other.(ChangeNamer)
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
