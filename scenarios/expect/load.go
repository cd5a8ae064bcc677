package expect

import (
	"errors"
	"fmt"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Load expects the most that a gateway with load-balancer groups has under way
// in a window, as it shows once a second.
type Load struct {
	Node        string          `yaml:"node" doc:"the gateway" jsonschema:"required"`
	Connections form.Range[int] `yaml:"connections" doc:"the most open connections of clients, such as ..50"`
	Requests    form.Range[int] `yaml:"requests" doc:"the most requests in progress"`
	Memory      form.Range[int] `yaml:"memory" doc:"the most memory in use, in KiB"`
	Window      `yaml:",inline"`
}

// Text implements Expectation.
func (x Load) Text() string {
	return "most under way on " + x.Node + x.Window.Words() +
		parts(part("connections", x.Connections), part("requests", x.Requests), part("KiB of memory", x.Memory))
}

// Needs implements Expectation.
func (x Load) Needs() []Need {
	return []Need{x.Window.Need, func(e Evidence) error {
		for ev := range e.Events.Of(event.SetOf(event.GatewayLoad{})) {
			if ev.Node == x.Node {
				return nil
			}
		}
		return errors.New(x.Node + " never had anything under way")
	}}
}

var readLoad = readFaults.Or(event.SetOf(event.GatewayLoad{}))

// Reads implements Expectation.
func (Load) Reads() event.Set { return readLoad }

// Check implements Expectation. What the gateway had under way when the window
// began counts as well.
func (x Load) Check(e Evidence) Result {
	p, err := x.Window.Resolve(e)
	if err != nil {
		return Result{Got: err.Error()}
	}
	from, to := p.Core()
	var most, before event.GatewayLoad
	for ev, l := range event.From[event.GatewayLoad](e.Events) {
		switch {
		case ev.Node != x.Node || ev.At > to:
		case ev.At < from:
			before = l
		default:
			most = peak(most, l)
		}
	}
	most = peak(most, before)
	kib, some := int(most.Memory>>10), e.passing()
	return Result{
		Passed: about(x.Connections, some).Contains(most.Connections) && about(x.Requests, some).Contains(most.Requests) && x.Memory.Contains(kib),
		Got:    fmt.Sprintf("%d connections, %d requests, %d KiB", most.Connections, most.Requests, kib),
	}
}

func peak(a, b event.GatewayLoad) event.GatewayLoad {
	return event.GatewayLoad{
		Connections: max(a.Connections, b.Connections), Requests: max(a.Requests, b.Requests), Memory: max(a.Memory, b.Memory),
	}
}

// Problems implements Expectation.
func (x Load) Problems(plan Plan) []topology.Problem {
	problems := append(problemsOfGateway(plan, "node", x.Node), x.Window.Problems(plan)...)
	if !x.Connections.Given && !x.Requests.Given && !x.Memory.Given {
		problems = append(problems, topology.Problem{Message: "want connections, requests or memory, such as requests: ..50"})
	}
	return problems
}

// problemsOfGateway checks that a node has load-balancer groups; an empty name
// means any.
func problemsOfGateway(plan Plan, key, name string) []topology.Problem {
	return problemsOfRole(plan, key, name, "has no load-balancer group", func(n Node) bool { return len(n.Groups) > 0 })
}
