package expect

import (
	"fmt"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Lost expects how many connections a fault cost, and which nodes served them.
type Lost struct {
	Count    form.Range[int] `yaml:"count,short" doc:"how many in total"`
	OnFailed form.Range[int] `yaml:"on-failed" doc:"how many of them were served by nodes that the fault names"`
	OnOthers form.Range[int] `yaml:"on-others" doc:"how many of them were served by other nodes"`
	After    Cause           `yaml:"after" doc:"the fault, such as pull a.lan (default: the first one)"`
}

// Text implements Expectation.
func (x Lost) Text() string {
	whole := ""
	if x.Count.Given {
		whole = x.Count.String()
	}
	return "connections lost" + x.After.afterOrFirst() + parts(whole, part("on the failed node", x.OnFailed), part("on others", x.OnOthers))
}

// Needs implements Expectation.
func (x Lost) Needs() []Need { return []Need{NeedConnections(x.After)} }

// Reads implements Expectation.
func (Lost) Reads() event.Set { return nothing }

// Check implements Expectation.
func (x Lost) Check(e Evidence) Result {
	c, err := connectionsAfter(e, x.After)
	if err != nil {
		return Result{Got: err.Error()}
	}
	some := e.passing()
	otherwise := ""
	if c.LostOtherwise > 0 {
		otherwise = fmt.Sprintf("; %d more to another fault or for another reason", c.LostOtherwise)
	}
	return Result{
		Passed: about(x.Count, some).Contains(c.Lost) && about(x.OnFailed, some).Contains(c.LostOnFailed) &&
			about(x.OnOthers, some).Contains(c.LostOnOthers),
		Got: fmt.Sprintf("%d of %d lost, %d on the failed node, %d on others", c.Lost, c.Established, c.LostOnFailed, c.LostOnOthers) + otherwise,
	}
}

// Problems implements Expectation.
func (x Lost) Problems(plan Plan) []topology.Problem {
	problems := x.After.problems(plan)
	if !x.Count.Given && !x.OnFailed.Given && !x.OnOthers.Given {
		problems = append(problems, topology.Problem{Message: "want count, on-failed or on-others, such as 0"})
	}
	return problems
}
