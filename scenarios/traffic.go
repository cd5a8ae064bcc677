package scenarios

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// Outage expects the longest time that a client was without answers, and the
// parts that add up to it.
type Outage struct {
	Client       string               `yaml:"client" doc:"the client (default: every client)"`
	Between      Range[time.Duration] `yaml:"between" doc:"the whole, such as 7s..16s"`
	Detection    Range[time.Duration] `yaml:"detection" doc:"until a member noticed that the active is gone"`
	Election     Range[time.Duration] `yaml:"election" doc:"until a member became Active"`
	Announcement Range[time.Duration] `yaml:"announcement" doc:"until it announced the virtual IP"`
	Neighbour    Range[time.Duration] `yaml:"neighbour" doc:"until the client's frames went to it"`
	Retry        Range[time.Duration] `yaml:"retry" doc:"until the client had an answer"`
	Open         bool                 `yaml:"open" doc:"on: no answer came until the end of the run (default off: one came)"`
}

// Text implements Expectation.
func (x Outage) Text() string {
	s := "outage of " + clientText(x.Client)
	if x.Open {
		s += " until the end"
	}
	whole := ""
	if x.Between.Given {
		whole = x.Between.String()
	}
	return s + parts(whole, part("detection", x.Detection), part("election", x.Election), part("announcement", x.Announcement),
		part("neighbour", x.Neighbour), part("retry", x.Retry))
}

func clientText(client string) string {
	if client == "" {
		return "every client"
	}
	return client
}

// Check implements Expectation.
func (x Outage) Check(e Evidence) Result {
	longest := map[string]oracle.Outage{}
	for _, o := range e.Measures.Outages {
		if known, has := longest[o.Client]; !has || o.Duration > known.Duration {
			longest[o.Client] = o
		}
	}
	if x.Client != "" {
		return x.check(e, longest[x.Client])
	}
	result := x.check(e, oracle.Outage{})
	for i, client := range topology.Names(longest) {
		one := x.check(e, longest[client])
		if i == 0 || !one.Passed {
			result = Result{Passed: one.Passed, Got: client + " " + one.Got}
		}
		if !one.Passed {
			break
		}
	}
	return result
}

func (x Outage) check(e Evidence, o oracle.Outage) Result {
	justBegun := o.Open && o.Duration < e.Tolerance // the answer would have come after the end
	fits := e.span(x.Between).Contains(o.Duration) && e.span(x.Detection).Contains(o.Detection) && e.span(x.Election).Contains(o.Election) &&
		e.span(x.Announcement).Contains(o.Announcement) && e.span(x.Neighbour).Contains(o.Neighbour) &&
		e.span(x.Retry).Contains(o.Retry) && (x.Open == o.Open || justBegun)
	if o.Duration == 0 && !o.Open {
		return Result{Passed: fits, Got: "no outage"}
	}
	got := fmt.Sprintf("%s from %s (detection %s, election %s, announcement %s, neighbour %s, retry %s)", spanText(o.Duration), spanText(o.From),
		spanText(o.Detection), spanText(o.Election), spanText(o.Announcement), spanText(o.Neighbour), spanText(o.Retry))
	if o.Open {
		got += ", until the end"
	}
	return Result{Passed: fits, Got: got}
}

func (x Outage) problems(s *Scenario) []topology.Problem { return problemsOfClient(s, x.Client) }

// Kept expects which share of the connections that were established when a
// fault hit went on: of those on which something was due afterwards.
type Kept struct {
	Share Range[Share] `yaml:"share,short" doc:"kept / (kept + lost), such as 100% or 95%.." jsonschema:"required"`
	After string       `yaml:"after" doc:"the fault, such as pull a.lan (default: the first one)"`
}

// Lost expects how many connections a fault cost, and who had served them.
type Lost struct {
	Count    Range[int] `yaml:"count,short" doc:"how many in all"`
	OnFailed Range[int] `yaml:"on-failed" doc:"how many of them were served by a node that the fault names"`
	OnOthers Range[int] `yaml:"on-others" doc:"how many of them were served by other nodes"`
	After    string     `yaml:"after" doc:"the fault, such as pull a.lan (default: the first one)"`
}

func afterOrFirst(after string) string {
	if after == "" {
		return " after the first fault"
	}
	return afterText(after)
}

// Text implements Expectation.
func (x Kept) Text() string {
	return "connections kept" + afterOrFirst(x.After) + ": " + x.Share.String()
}

// Text implements Expectation.
func (x Lost) Text() string {
	whole := ""
	if x.Count.Given {
		whole = x.Count.String()
	}
	return "connections lost" + afterOrFirst(x.After) + parts(whole, part("on the failed node", x.OnFailed), part("on others", x.OnOthers))
}

// connectionsAfter returns what became of the connections that a fault found.
func connectionsAfter(e Evidence, after string) (oracle.Connections, error) {
	for _, c := range e.Measures.Connections {
		if after == "" || c.Fault == canonical(after) {
			return c, nil
		}
	}
	if after == "" {
		return oracle.Connections{}, fmt.Errorf("no fault was applied")
	}
	return oracle.Connections{}, fmt.Errorf("%s was never applied", canonical(after))
}

// Check implements Expectation.
func (x Kept) Check(e Evidence) Result {
	c, err := connectionsAfter(e, x.After)
	switch {
	case err != nil:
		return Result{Got: err.Error()}
	case c.Established == 0:
		return Result{Got: "no connection was established"}
	case c.Kept+c.Lost == 0:
		return Result{Got: fmt.Sprintf("nothing was due on the %d connections", c.Established)}
	}
	kept := Share(float64(c.Kept) / float64(c.Kept+c.Lost))
	return Result{
		Passed: aboutShare(x.Share, e.passing(), c.Kept+c.Lost).Contains(kept),
		Got:    fmt.Sprintf("%s: %d kept, %d lost, %d idle", kept, c.Kept, c.Lost, c.Idle),
	}
}

// Check implements Expectation.
func (x Lost) Check(e Evidence) Result {
	c, err := connectionsAfter(e, x.After)
	if err != nil {
		return Result{Got: err.Error()}
	}
	some := e.passing()
	return Result{
		Passed: about(x.Count, some).Contains(c.Lost) && about(x.OnFailed, some).Contains(c.LostOnFailed) &&
			about(x.OnOthers, some).Contains(c.LostOnOthers),
		Got: fmt.Sprintf("%d of %d lost, %d on the failed node, %d on others", c.Lost, c.Established, c.LostOnFailed, c.LostOnOthers),
	}
}

func (x Kept) problems(s *Scenario) []topology.Problem { return problemsOfAfter(s, x.After) }

func (x Lost) problems(s *Scenario) []topology.Problem {
	problems := problemsOfAfter(s, x.After)
	if !x.Count.Given && !x.OnFailed.Given && !x.OnOthers.Given {
		problems = append(problems, topology.Problem{Message: "want count, on-failed or on-others, such as 0"})
	}
	return problems
}

// Requests expects how the requests of one client ended, or of all together.
type Requests struct {
	Client  string               `yaml:"client" doc:"the client (default: all together)"`
	Sent    Range[int]           `yaml:"sent" doc:"how many were sent"`
	OK      Range[int]           `yaml:"ok" doc:"how many were answered well"`
	Share   Range[Share]         `yaml:"share" doc:"ok / sent, such as 95%.."`
	Failed  Range[int]           `yaml:"failed" doc:"how many were given up"`
	Open    Range[int]           `yaml:"open" doc:"how many had no end yet when the run ended"`
	Retried Range[int]           `yaml:"retried" doc:"how many attempts failed and were made again"`
	Twice   Range[int]           `yaml:"twice" doc:"how many were answered twice"`
	Only    []string             `yaml:"only" doc:"the kinds of failures that may occur: refused, reset, timeout, unreachable, closed, status-500; an empty list: none may"`
	Latency Range[time.Duration] `yaml:"latency" doc:"the longest time from due to answered"`
}

// failureKinds are the failures that are not a status.
var failureKinds = []string{"refused", "reset", "timeout", "unreachable", "closed"}

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
	ok := Share(0)
	if sum.Sent > 0 {
		ok = Share(float64(sum.OK) / float64(sum.Sent))
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
	got += fmt.Sprintf(", %d open, %d retried, %d answered twice, longest latency %s", sum.Open, sum.Retried, sum.AnsweredTwice, spanText(sum.LatencyMax))
	some := e.due(x.Client) // of which some may come due as the run ends, and be open without anything being wrong
	return Result{Got: got, Passed: allowed && about(x.Sent, some).Contains(sum.Sent) && about(x.OK, some).Contains(sum.OK) &&
		aboutShare(x.Share, some, sum.Sent).Contains(ok) && about(x.Failed, some).Contains(sum.Failed) && x.Open.Widen(some).Contains(sum.Open) &&
		about(x.Retried, some).Contains(sum.Retried) && x.Twice.Contains(sum.AnsweredTwice) && e.span(x.Latency).Contains(sum.LatencyMax)}
}

func (x Requests) problems(s *Scenario) []topology.Problem {
	problems := problemsOfClient(s, x.Client)
	for i, kind := range x.Only {
		if !slices.Contains(failureKinds, kind) && !strings.HasPrefix(kind, "status-") {
			problems = append(problems, topology.Problem{
				Path: []string{"only", fmt.Sprint(i)}, Message: fmt.Sprintf("got %q, want %s", kind, topology.AnyOf(kind, append(slices.Clone(failureKinds), "status-500"))),
			})
		}
	}
	return problems
}

// AnsweredBy expects which nodes answered the requests of a client in a window.
// Nodes that are not named must have answered none.
type AnsweredBy struct {
	Client string                  `yaml:"client" doc:"the client (default: all together)"`
	Nodes  map[string]Range[Share] `yaml:"nodes" doc:"shares of the answers by node, such as {a: 40%..60%, b: 40%..60%}; others must have none" jsonschema:"required"`
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
	return "answers to " + client + x.Window.text() + parts(shares...) + ", nobody else"
}

// Check implements Expectation.
func (x AnsweredBy) Check(e Evidence) Result {
	p, err := x.Window.resolve(e)
	if err != nil {
		return Result{Got: err.Error()}
	}
	from, to := p.core()
	counts, all := map[string]int{}, 0
	for ev, answered := range event.Of[event.RequestAnswered](e.Events) {
		if (x.Client == "" || ev.Node == x.Client) && ev.At >= from && ev.At <= to {
			counts[answered.By]++
			all++
		}
	}
	if all == 0 {
		return Result{Got: "no answers"}
	}
	passed, got := true, []string{}
	for _, node := range slices.Sorted(maps.Keys(counts)) {
		share := Share(float64(counts[node]) / float64(all))
		want, named := x.Nodes[node]
		passed = passed && named && want.Contains(share)
		got = append(got, fmt.Sprintf("%s %s", node, share))
	}
	for _, node := range topology.Names(x.Nodes) {
		if counts[node] == 0 {
			passed = passed && x.Nodes[node].Contains(0)
			got = append(got, node+" 0%")
		}
	}
	return Result{Passed: passed, Got: fmt.Sprintf("%s of %d answers", strings.Join(got, ", "), all)}
}

func (x AnsweredBy) problems(s *Scenario) []topology.Problem {
	problems := slices.Concat(problemsOfClient(s, x.Client), x.Window.problems(s))
	for _, node := range topology.Names(x.Nodes) {
		for _, p := range problemsOfNode(s, node, node) {
			p.Path = append([]string{"nodes"}, p.Path...)
			problems = append(problems, p)
		}
	}
	return problems
}
