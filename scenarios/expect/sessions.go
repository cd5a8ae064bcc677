package expect

import (
	"errors"
	"fmt"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// Sessions expects whether the sessions of a client stay on one server.
type Sessions struct {
	Client string          `yaml:"client" doc:"the client (default: all that have sessions)"`
	Moved  form.Range[int] `yaml:"moved" doc:"how many sessions more than one server has served, such as 0"`
	Moves  form.Range[int] `yaml:"moves" doc:"how many requests another server has served than the one before in their session"`
	Served form.Range[int] `yaml:"served" doc:"how many sessions got a good answer"`
}

// Text implements Expectation.
func (x Sessions) Text() string {
	s := "sessions"
	if x.Client != "" {
		s += " of " + x.Client
	}
	return s + parts(part("moved", x.Moved), part("moves", x.Moves), part("served", x.Served))
}

// Needs implements Expectation.
func (x Sessions) Needs() []Need {
	return []Need{func(e Evidence) error {
		if x.sum(e).Requests == 0 {
			return errors.New("no session got a good answer")
		}
		return nil
	}}
}

// Reads implements Expectation.
func (Sessions) Reads() event.Set { return nothing }

func (x Sessions) sum(e Evidence) (sum oracle.Sessions) {
	for _, s := range e.Measures.Sessions {
		if x.Client == "" || s.Client == x.Client {
			sum.Sessions += s.Sessions
			sum.Requests += s.Requests
			sum.Moved += s.Moved
			sum.Moves += s.Moves
		}
	}
	return sum
}

// Check implements Expectation.
func (x Sessions) Check(e Evidence) Result {
	sum, some := x.sum(e), e.due(x.Client)
	return Result{
		Passed: about(x.Moved, some).Contains(sum.Moved) && about(x.Moves, some).Contains(sum.Moves) && about(x.Served, some).Contains(sum.Sessions),
		Got:    fmt.Sprintf("%d sessions with %d answers, %d moved, %d moves", sum.Sessions, sum.Requests, sum.Moved, sum.Moves),
	}
}

// Problems implements Expectation.
func (x Sessions) Problems(plan Plan) []topology.Problem {
	problems := problemsOfClient(plan, x.Client)
	if c, is := plan.Clients[x.Client]; is && c.Sessions == 0 {
		problems = append(problems, topology.Problem{Path: []string{"client"}, Message: x.Client + " has no sessions"})
	}
	if !x.Moved.Given && !x.Moves.Given && !x.Served.Given {
		problems = append(problems, topology.Problem{Message: "want moved, moves or served, such as moved: 0"})
	}
	return problems
}
