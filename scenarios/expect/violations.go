package expect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// Violations expects that each of the named invariants is violated at least
// once. It is for incidents that break one on purpose. All other invariants
// must hold in every run without being listed.
type Violations struct {
	Names []string `yaml:"invariants,short" doc:"the invariants that this scenario breaks on purpose, such as one-active" jsonschema:"required"`
}

// Text implements Expectation.
func (x Violations) Text() string { return "violated on purpose: " + strings.Join(x.Names, ", ") }

// Needs implements Expectation.
func (Violations) Needs() []Need { return nil }

// Reads implements Expectation.
func (Violations) Reads() event.Set { return nothing }

// Check implements Expectation.
func (x Violations) Check(e Evidence) Result {
	count := map[string]int{}
	for _, v := range e.Violations {
		count[v.Invariant]++
	}
	passed, got := true, []string{}
	for _, name := range x.Names {
		passed = passed && count[name] > 0
		got = append(got, fmt.Sprintf("%s %d", name, count[name]))
	}
	return Result{Passed: passed, Got: strings.Join(got, ", ")}
}

// Problems implements Expectation.
func (x Violations) Problems(Plan) []topology.Problem {
	var known []string
	for _, i := range oracle.Invariants {
		known = append(known, i.Name)
	}
	var problems []topology.Problem
	if len(x.Names) == 0 {
		problems = append(problems, topology.Problem{Message: "got none, want at least one of " + strings.Join(known, ", ")})
	}
	for i, name := range x.Names {
		if !slices.Contains(known, name) {
			problems = append(problems, topology.Problem{
				Path: []string{"invariants", fmt.Sprint(i)}, Message: fmt.Sprintf("there is no invariant %q, want %s", name, topology.AnyOf(name, known)),
			})
		}
	}
	return problems
}
