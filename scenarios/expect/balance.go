package expect

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// Spread expects how closely self-balancing follows the weights.
type Spread struct {
	Connections form.Range[form.Share] `yaml:"connections,short" doc:"how far each member's share of the new connections is from what its weight gives it, as a part of that, such as ..1%"`
	Requests    form.Range[form.Share] `yaml:"requests" doc:"the same for its share of the answered requests"`
	Service     string                 `yaml:"service" doc:"address and port of one service, such as 192.0.2.100:80 (default: each)"`
}

// Text implements Expectation.
func (x Spread) Text() string {
	s := "distance from the weights"
	if x.Service != "" {
		s += " at " + x.Service
	}
	return s + parts(part("connections", x.Connections), part("requests", x.Requests))
}

// Needs implements Expectation.
func (x Spread) Needs() []Need {
	return []Need{func(e Evidence) error {
		if len(x.rows(e)) == 0 {
			return errors.New("no connection was assigned")
		}
		return nil
	}}
}

// Reads implements Expectation.
func (Spread) Reads() event.Set { return nothing }

func (x Spread) rows(e Evidence) (rows []oracle.Balance) {
	for _, b := range e.Measures.Balance {
		if x.Service == "" || b.Service == x.Service {
			rows = append(rows, b)
		}
	}
	return rows
}

// Check implements Expectation.
func (x Spread) Check(e Evidence) Result {
	passed, got := true, []string{}
	for _, b := range x.rows(e) {
		requests := b
		requests.AssignedShare = b.RequestShare
		passed = passed && x.Connections.Contains(distance(b)) && x.Requests.Contains(distance(requests))
		one := fmt.Sprintf("%s %s by weight %s", b.Member, form.Share(b.AssignedShare), form.Share(b.WeightShare))
		if x.Requests.Given {
			one += fmt.Sprintf(" and requests %s", form.Share(b.RequestShare))
		}
		got = append(got, one)
	}
	return Result{Passed: passed, Got: shorten(got)}
}

func distance(b oracle.Balance) form.Share { return form.Share(math.Abs(b.Off())) }

// Problems implements Expectation.
func (x Spread) Problems(plan Plan) []topology.Problem {
	problems := problemsOfBalancing(plan)
	if !x.Connections.Given && !x.Requests.Given {
		problems = append(problems, topology.Problem{Message: "want connections or requests, such as connections: ..1%"})
	}
	return problems
}

// Blind expects for how long members of self-balanced groups do not know which
// connections live where, each time that they have to find out.
type Blind struct {
	Between   form.Range[time.Duration] `yaml:"between,short" doc:"each of these times, such as ..500ms"`
	Undecided form.Range[int]           `yaml:"undecided" doc:"how many segments wait in vain each time"`
	Count     form.Range[int]           `yaml:"count" doc:"how many times there are (default: one or more)"`
	Node      string                    `yaml:"node" doc:"the member (default: any)"`
	Reason    string                    `yaml:"reason" doc:"why it has to find out: takeover, heal or preempt (default: any)" jsonschema:"enum=takeover,enum=heal,enum=preempt"`
}

// Text implements Expectation.
func (x Blind) Text() string {
	s := "a new owner"
	if x.Node != "" {
		s = x.Node
	}
	s += " is blind"
	if x.Reason != "" {
		s += " after a " + x.Reason
	}
	whole := ""
	if x.Between.Given {
		whole = x.Between.String()
	}
	return s + parts(whole, part("undecided", x.Undecided), part("times", x.Count))
}

// Needs implements Expectation.
func (x Blind) Needs() []Need { return []Need{NeedMember(Member{Node: x.Node}, Window{})} }

// Reads implements Expectation.
func (Blind) Reads() event.Set { return nothing }

// Check implements Expectation.
func (x Blind) Check(e Evidence) Result {
	passed, got, count := true, []string{}, 0
	for _, r := range e.Measures.Recoveries {
		if x.Node != "" && r.Node != x.Node || x.Reason != "" && r.Reason != x.Reason {
			continue
		}
		count++
		one := fmt.Sprintf("%s %s at %s", r.Node, form.Text(r.Blind), form.Text(r.At))
		if r.Open {
			one += " until the end"
		}
		if r.Held > 0 || x.Undecided.Given {
			one += fmt.Sprintf(" (%d held, %d undecided)", r.Held, r.Undecided)
		}
		got = append(got, one)
		passed = passed && e.span(x.Between).Contains(r.Blind) && x.Undecided.Contains(r.Undecided) && !r.Open
	}
	want := x.Count
	if !want.Given {
		want = form.AtLeast(1)
	}
	if count == 0 {
		got = []string{"never"}
	}
	return Result{Passed: passed && want.Contains(count), Got: shorten(got)}
}

// Problems implements Expectation.
func (x Blind) Problems(plan Plan) []topology.Problem {
	problems := append(problemsOfMember(plan, "node", x.Node), problemsOfBalancing(plan)...)
	if !x.Between.Given && !x.Undecided.Given && !x.Count.Given {
		problems = append(problems, topology.Problem{Message: "want between, undecided or count, such as between: ..500ms"})
	}
	return problems
}

// Table expects the size of the forwarding tables of self-balanced groups.
type Table struct {
	Largest form.Range[int] `yaml:"largest,short" doc:"the most connections in it, such as ..5000"`
	Last    form.Range[int] `yaml:"last" doc:"the connections in it at the end, or when the member last was the owner"`
	Node    string          `yaml:"node" doc:"the member (default: each that was an owner)"`
}

// Text implements Expectation.
func (x Table) Text() string {
	s := "forwarding table"
	if x.Node != "" {
		s += " of " + x.Node
	}
	return s + parts(part("largest", x.Largest), part("last", x.Last))
}

// Needs implements Expectation.
func (x Table) Needs() []Need {
	return []Need{func(e Evidence) error {
		for _, f := range e.Measures.Forwarding {
			if x.Node == "" || f.Node == x.Node {
				return nil
			}
		}
		return errors.New("there was no forwarding table")
	}}
}

// Reads implements Expectation.
func (Table) Reads() event.Set { return nothing }

// Check implements Expectation.
func (x Table) Check(e Evidence) Result {
	passed, got, some := true, []string{}, e.passing()
	for _, f := range e.Measures.Forwarding {
		if x.Node == "" || f.Node == x.Node {
			got = append(got, fmt.Sprintf("%s %d, last %d", f.Node, f.Most, f.Last))
			passed = passed && about(x.Largest, some).Contains(f.Most) && about(x.Last, some).Contains(f.Last)
		}
	}
	return Result{Passed: passed, Got: shorten(got)}
}

// Problems implements Expectation.
func (x Table) Problems(plan Plan) []topology.Problem {
	problems := append(problemsOfMember(plan, "node", x.Node), problemsOfBalancing(plan)...)
	if !x.Largest.Given && !x.Last.Given {
		problems = append(problems, topology.Problem{Message: "want largest or last, such as largest: ..5000"})
	}
	return problems
}

// problemsOfBalancing checks that there is a self-balanced group.
func problemsOfBalancing(plan Plan) []topology.Problem {
	for _, n := range plan.Nodes { // order: only searched
		for _, m := range n.Members {
			if m.Balanced {
				return nil
			}
		}
	}
	return []topology.Problem{{Message: "no group is self-balanced"}}
}
