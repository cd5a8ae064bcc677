package expect

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// AnsweredBy expects which nodes answered the requests of a client in a window.
// No other node may have answered.
type AnsweredBy struct {
	Client string                            `yaml:"client" doc:"the client (default: all clients together)"`
	Nodes  map[string]form.Range[form.Share] `yaml:"nodes" doc:"the share of answers from each node, such as {a: 40%..60%, b: 40%..60%}; no other node may answer; who answered a ping is known on its own segment, unless members share a virtual MAC" jsonschema:"required"`
	Window `yaml:",inline"`
}

// Text implements Expectation.
func (x AnsweredBy) Text() string {
	shares := []string{}
	for _, node := range topology.Names(x.Nodes) {
		shares = append(shares, node+" "+x.Nodes[node].String())
	}
	client := x.Client
	if client == "" {
		client = "all clients"
	}
	return "answers to " + client + x.Window.Words() + parts(shares...) + ", nobody else"
}

// Needs implements Expectation.
func (x AnsweredBy) Needs() []Need { return []Need{NeedRequests(x.Client, x.Window)} }

// Reads implements Expectation.
func (AnsweredBy) Reads() event.Set { return readAnswers }

// Check implements Expectation.
func (x AnsweredBy) Check(e Evidence) Result {
	p, err := x.Window.Resolve(e)
	if err != nil {
		return Result{Got: err.Error()}
	}
	found, counted := e.counted.(*answers)
	if !counted {
		found = x.newTally().(*answers)
		from, to := p.Core()
		for ev := range e.Events.Of(event.SetOf(event.RequestAnswered{})) {
			if ev.At >= from && ev.At <= to {
				found.add(ev)
			}
		}
	}
	return x.result(found.by, found.all)
}

func (x AnsweredBy) counts() (Window, event.Set) {
	return x.Window, event.SetOf(event.RequestAnswered{})
}

func (x AnsweredBy) newTally() tally { return &answers{client: x.Client, by: map[string]int{}} }

// answers are those to a client, or to all.
type answers struct {
	client string
	by     map[string]int // node
	all    int
}

func (a *answers) add(ev event.Event) {
	if a.client == "" || ev.Node == a.client {
		a.by[ev.What.(event.RequestAnswered).By]++
		a.all++
	}
}

// result judges how many answers came from each node, of so many.
func (x AnsweredBy) result(counts map[string]int, all int) Result {
	if all == 0 {
		return Result{Got: "no answers"}
	}
	passed, got := true, []string{}
	for _, node := range slices.Sorted(maps.Keys(counts)) {
		share := form.Share(float64(counts[node]) / float64(all))
		want, named := x.Nodes[node]
		passed = passed && named && want.Contains(share)
		got = append(got, fmt.Sprintf("%s %s", cmp.Or(node, "unknown"), share))
	}
	for _, node := range topology.Names(x.Nodes) {
		if counts[node] == 0 {
			passed = passed && x.Nodes[node].Contains(0)
			got = append(got, node+" 0%")
		}
	}
	return Result{Passed: passed, Got: fmt.Sprintf("%s of %d answers", strings.Join(got, ", "), all)}
}

// Problems implements Expectation.
func (x AnsweredBy) Problems(plan Plan) []topology.Problem {
	problems := slices.Concat(problemsOfClient(plan, x.Client), x.Window.Problems(plan))
	for _, node := range topology.Names(x.Nodes) {
		for _, p := range problemsOfNode(plan, node, node) {
			p.Path = append([]string{"nodes"}, p.Path...)
			problems = append(problems, p)
		}
	}
	return problems
}
