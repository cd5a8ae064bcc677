package expect

import (
	"errors"
	"fmt"
	"slices"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Activities expects how often the members of a cluster did what it shall do
// once.
type Activities struct {
	Executed form.Range[int] `yaml:"executed" doc:"how many different activities were done, such as 33"`
	Twice    form.Range[int] `yaml:"twice" doc:"how many of them more than one member did"`
	Missed   form.Range[int] `yaml:"missed" doc:"how many nobody did, between the first and the last one"`
}

// Text implements Expectation.
func (x Activities) Text() string {
	return "coordinated activities" + parts(part("executed", x.Executed), part("twice", x.Twice), part("missed", x.Missed))
}

// Needs implements Expectation.
func (Activities) Needs() []Need {
	return []Need{func(e Evidence) error {
		if len(e.Measures.Activities) == 0 || e.Measures.Activities[0].Executed == 0 {
			return errors.New("no member of a cluster did anything as coordinator")
		}
		return nil
	}}
}

// Reads implements Expectation.
func (Activities) Reads() event.Set { return nothing }

// Check implements Expectation.
func (x Activities) Check(e Evidence) Result {
	if len(e.Measures.Activities) == 0 {
		return Result{Got: "no activities"} // see Needs
	}
	a := e.Measures.Activities[0]
	return Result{
		Passed: x.Executed.Contains(a.Executed) && x.Twice.Contains(a.Twice) && x.Missed.Contains(a.Missed),
		Got:    fmt.Sprintf("executed %d, twice %d, missed %d", a.Executed, a.Twice, a.Missed),
	}
}

// Problems implements Expectation.
func (x Activities) Problems(plan Plan) (problems []topology.Problem) {
	if !slices.ContainsFunc(topology.Names(plan.Nodes), func(name string) bool { return slices.Contains(plan.Nodes[name].Programs, "cluster") }) {
		problems = append(problems, topology.Problem{Message: "no node has a cluster"})
	}
	if !x.Executed.Given && !x.Twice.Given && !x.Missed.Given {
		problems = append(problems, topology.Problem{Message: "want a count, such as twice: 0"})
	}
	return problems
}
