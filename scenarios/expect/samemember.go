package expect

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// SameMember expects which share of the requests that went through a chain of
// services were answered by the same machine at each of them. Requests that a
// service of the chain did not answer do not count.
type SameMember struct {
	Services []string               `yaml:"services" doc:"the services of the chain, such as [front, back]: the one that clients ask, then those behind it" jsonschema:"required"`
	Share    form.Range[form.Share] `yaml:"share" doc:"the share of requests that stay on one machine (default 100%)"`
	Window   `yaml:",inline"`
}

// Text implements Expectation.
func (x SameMember) Text() string {
	return "requests that stay on one machine at " + strings.Join(x.Services, ", ") + x.Window.Words() + ": " + x.share().String()
}

func (x SameMember) share() form.Range[form.Share] {
	if !x.Share.Given {
		return form.Exactly(form.Share(1))
	}
	return x.Share
}

// Needs implements Expectation.
func (x SameMember) Needs() []Need { return []Need{x.Window.Need} }

// Reads implements Expectation.
func (SameMember) Reads() event.Set { return readServed }

// Check implements Expectation.
func (x SameMember) Check(e Evidence) Result {
	p, err := x.Window.Resolve(e)
	if err != nil {
		return Result{Got: err.Error()}
	}
	found, counted := e.counted.(*chained)
	if !counted {
		found = x.newTally().(*chained)
		from, to := p.Core()
		for ev := range e.Events.Of(event.SetOf(event.RequestServed{})) {
			if ev.At >= from && ev.At <= to {
				found.add(ev)
			}
		}
	}
	if found.all == 0 {
		return Result{Got: "no request went through the chain"}
	}
	share := form.Share(float64(found.same) / float64(found.all))
	return Result{Passed: x.share().Contains(share), Got: fmt.Sprintf("%s of %d requests", share, found.all)}
}

func (x SameMember) counts() (Window, event.Set) {
	return x.Window, event.SetOf(event.RequestServed{})
}

func (x SameMember) newTally() tally {
	return &chained{services: x.Services, open: map[uint64][]string{}}
}

// chained counts requests that went through a chain. A service answers after
// the one behind it, so the first one completes the chain.
type chained struct {
	services  []string
	open      map[uint64][]string // by request: the nodes that have answered it, by service
	all, same int
}

func (c *chained) add(ev event.Event) {
	b := ev.What.(event.RequestServed)
	place := slices.Index(c.services, b.Service)
	if place < 0 {
		return
	}
	nodes := c.open[b.Request]
	if nodes == nil {
		nodes = make([]string, len(c.services))
		c.open[b.Request] = nodes
	}
	nodes[place] = ev.Node
	if place > 0 {
		return
	}
	delete(c.open, b.Request)
	if slices.Contains(nodes, "") {
		return
	}
	c.all++
	if len(slices.Compact(nodes)) == 1 {
		c.same++
	}
}

// Problems implements Expectation.
func (x SameMember) Problems(plan Plan) []topology.Problem {
	problems := x.Window.Problems(plan)
	if len(x.Services) < 2 {
		problems = append(problems, topology.Problem{Path: []string{"services"}, Message: fmt.Sprintf("got %d, want two services at least", len(x.Services))})
	}
	var all []string
	for _, name := range topology.Names(plan.Nodes) {
		all = append(all, plan.Nodes[name].Services...)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	for i, name := range x.Services {
		path := []string{"services", strconv.Itoa(i)}
		switch {
		case !slices.Contains(all, name):
			problems = append(problems, topology.Problem{Path: path, Message: fmt.Sprintf("no node has a service %q, want %s", name, topology.AnyOf(name, all))})
		case slices.Contains(x.Services[:i], name):
			problems = append(problems, topology.Problem{Path: path, Message: fmt.Sprintf("%s is in the chain twice", name)})
		}
	}
	return problems
}
