package expect

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// Requests expects how the requests of one client ended, or of all together.
type Requests struct {
	Client  string                    `yaml:"client" doc:"the client (default: all clients together)"`
	Sent    form.Range[int]           `yaml:"sent" doc:"how many were sent"`
	OK      form.Range[int]           `yaml:"ok" doc:"how many succeeded"`
	Share   form.Range[form.Share]    `yaml:"share" doc:"ok / sent, such as 95%.."`
	Failed  form.Range[int]           `yaml:"failed" doc:"how many the client gave up on"`
	Open    form.Range[int]           `yaml:"open" doc:"how many were unfinished when the run ended"`
	Retried form.Range[int]           `yaml:"retried" doc:"how many failed attempts were retried"`
	Twice   form.Range[int]           `yaml:"twice" doc:"how many were answered twice"`
	Only    []string                  `yaml:"only" doc:"the kinds of failures that may occur: refused, reset, timeout, unreachable, name (its address was not found), tls, closed, status-500; an empty list: no failure may"`
	Latency form.Range[time.Duration] `yaml:"latency" doc:"the longest time from when a request is due to its answer"`
}

// failureKinds are the failures that are not a status.
var failureKinds = []string{"refused", "reset", "timeout", "unreachable", "name", "tls", "closed"}

// Text implements Expectation.
func (x Requests) Text() string {
	client := x.Client
	if client == "" {
		client = "all clients"
	}
	only := ""
	if x.Only != nil {
		only = "no failure but " + strings.Join(x.Only, ", ")
		if len(x.Only) == 0 {
			only = "no failure"
		}
	}
	return "requests of " + client + parts(part("sent", x.Sent), part("ok", x.OK), part("ok", x.Share), part("failed", x.Failed),
		part("open", x.Open), part("retried", x.Retried), part("answered twice", x.Twice), part("longest latency", x.Latency), only)
}

// Needs implements Expectation. Only who expects that none was sent needs none.
func (x Requests) Needs() []Need {
	if x.Sent == form.Exactly(0) {
		return nil
	}
	if x.Latency.Given {
		return []Need{NeedRequests(x.Client, Window{}), needAnswers(x.Client)}
	}
	return []Need{NeedRequests(x.Client, Window{})}
}

// needAnswers is the need for a request that succeeded, which has a latency;
// without a name, for one of every client.
func needAnswers(client string) Need {
	return func(e Evidence) error {
		for _, r := range e.Measures.Requests {
			if (client == "" || r.Client == client) && r.OK == 0 {
				return fmt.Errorf("no request of %s succeeded, so none has a latency", r.Client)
			}
		}
		return nil
	}
}

// Reads implements Expectation.
func (Requests) Reads() event.Set { return nothing }

// Check implements Expectation.
func (x Requests) Check(e Evidence) Result {
	sum := oracle.Requests{Failures: map[string]int{}}
	for _, r := range e.Measures.Requests {
		if x.Client != "" && r.Client != x.Client {
			continue
		}
		sum.Sent, sum.OK, sum.Failed = sum.Sent+r.Sent, sum.OK+r.OK, sum.Failed+r.Failed
		sum.Open, sum.Retried, sum.AnsweredTwice = sum.Open+r.Open, sum.Retried+r.Retried, sum.AnsweredTwice+r.AnsweredTwice
		sum.LatencyMax = max(sum.LatencyMax, r.LatencyMax)
		for kind, count := range r.Failures { // order: a sum by kind
			sum.Failures[kind] += count
		}
	}
	ok := form.Share(0)
	if sum.Sent > 0 {
		ok = form.Share(float64(sum.OK) / float64(sum.Sent))
	}
	kinds := []string{}
	allowed := true
	for _, kind := range topology.Names(sum.Failures) {
		kinds = append(kinds, fmt.Sprintf("%s %d", kind, sum.Failures[kind]))
		allowed = allowed && (x.Only == nil || slices.Contains(x.Only, kind) || sum.Failures[kind] == 0)
	}
	got := fmt.Sprintf("%d sent, %d ok (%s), %d failed", sum.Sent, sum.OK, ok, sum.Failed)
	if len(kinds) > 0 {
		got += " (" + strings.Join(kinds, ", ") + ")"
	}
	got += fmt.Sprintf(", %d open, %d retried, %d answered twice, longest latency %s", sum.Open, sum.Retried, sum.AnsweredTwice, form.Text(sum.LatencyMax))
	some := e.due(x.Client) // of which some may come due as the run ends, and be open without anything being wrong
	return Result{Got: got, Passed: allowed && about(x.Sent, some).Contains(sum.Sent) && about(x.OK, some).Contains(sum.OK) &&
		aboutShare(x.Share, some, sum.Sent).Contains(ok) && about(x.Failed, some).Contains(sum.Failed) && x.Open.Widen(some).Contains(sum.Open) &&
		about(x.Retried, some).Contains(sum.Retried) && x.Twice.Contains(sum.AnsweredTwice) && e.span(x.Latency).Contains(sum.LatencyMax)}
}

// Problems implements Expectation.
func (x Requests) Problems(plan Plan) []topology.Problem {
	problems := problemsOfClient(plan, x.Client)
	asks := slices.Contains([]bool{x.Sent.Given, x.OK.Given, x.Share.Given, x.Failed.Given, x.Open.Given, x.Retried.Given, x.Twice.Given, x.Latency.Given, x.Only != nil}, true)
	if !asks {
		problems = append(problems, topology.Problem{Message: "want at least one figure, such as ok: 100.., or only"})
	}
	for i, kind := range x.Only {
		if !slices.Contains(failureKinds, kind) && !strings.HasPrefix(kind, "status-") {
			problems = append(problems, topology.Problem{
				Path: []string{"only", fmt.Sprint(i)}, Message: fmt.Sprintf("got %q, want %s", kind, topology.AnyOf(kind, append(slices.Clone(failureKinds), "status-500"))),
			})
		}
	}
	return problems
}
