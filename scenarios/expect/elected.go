package expect

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Elected expects which members became Active in a window: exactly these, in
// this order. One that was Active before and stays Active does not count.
type Elected struct {
	Nodes  []string `yaml:"nodes,short" doc:"the nodes in the order in which they become Active; an empty list: no node does" jsonschema:"required"`
	Window `yaml:",inline"`
}

// Text implements Expectation.
func (x Elected) Text() string {
	if len(x.Nodes) == 0 {
		return "nobody becomes Active" + x.Window.Words()
	}
	return strings.Join(x.Nodes, ", then ") + " and nobody else become Active" + x.Window.Words()
}

// Needs implements Expectation.
func (x Elected) Needs() []Need { return []Need{NeedMember(Member{}, x.Window)} }

// Reads implements Expectation.
func (Elected) Reads() event.Set { return readChanges }

// Check implements Expectation.
func (x Elected) Check(e Evidence) Result {
	p, err := x.Window.Resolve(e)
	if err != nil {
		return Result{Got: err.Error()}
	}
	var elected []string
	var sure []bool
	var got []string
	for ev, c := range event.From[event.StandbyChanged](e.Events) {
		if c.Owner && p.MayHold(ev.At) {
			elected, sure = append(elected, ev.Node), append(sure, p.Holds(ev.At))
			got = append(got, ev.Node+" "+form.Text(ev.At))
		}
	}
	if len(got) == 0 {
		got = []string{"nobody"}
	}
	return Result{Passed: inOrder(x.Nodes, elected, sure), Got: shorten(got)}
}

// Problems implements Expectation.
func (x Elected) Problems(plan Plan) []topology.Problem {
	problems := x.Window.Problems(plan)
	for i, name := range x.Nodes {
		for _, p := range problemsOfMember(plan, strconv.Itoa(i), name) {
			p.Path = slices.Concat([]string{"nodes"}, p.Path)
			problems = append(problems, p)
		}
	}
	return problems
}
