package expect

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// OnlyActive expects that only the listed nodes were ever in the state Active
// in a window. They need not have been. A frozen member keeps its state.
type OnlyActive struct {
	Nodes  []string `yaml:"nodes,short" doc:"the nodes that may be Active; an empty list: no node may" jsonschema:"required"`
	Window `yaml:",inline"`
}

// Text implements Expectation.
func (x OnlyActive) Text() string {
	if len(x.Nodes) == 0 {
		return "nobody is Active" + x.Window.Words()
	}
	return "nobody but " + strings.Join(x.Nodes, ", ") + " is Active" + x.Window.Words()
}

// Needs implements Expectation.
func (x OnlyActive) Needs() []Need { return []Need{NeedMember(Member{}, x.Window)} }

// Reads implements Expectation.
func (OnlyActive) Reads() event.Set { return readRoster }

// Check implements Expectation.
func (x OnlyActive) Check(e Evidence) Result {
	p, err := x.Window.Resolve(e)
	if err != nil {
		return Result{Got: err.Error()}
	}
	from, to := p.Core()
	for _, l := range lanes(e) {
		for _, s := range l.stretches {
			if s.state == event.StateActive && s.from <= to && s.to > from && !slices.Contains(x.Nodes, l.member.Node) {
				return Result{Got: fmt.Sprintf("%s was %s", l.member.Node, s)}
			}
		}
	}
	return Result{Passed: true, Got: "nobody else"}
}

// Problems implements Expectation.
func (x OnlyActive) Problems(plan Plan) []topology.Problem {
	problems := x.Window.Problems(plan)
	for i, name := range x.Nodes {
		for _, p := range problemsOfMember(plan, strconv.Itoa(i), name) {
			p.Path = append([]string{"nodes"}, p.Path...)
			problems = append(problems, p)
		}
	}
	return problems
}
