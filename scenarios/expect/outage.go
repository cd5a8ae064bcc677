package expect

import (
	"fmt"
	"time"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// Outage expects the longest time that a client was without answers, and the
// parts that add up to it.
type Outage struct {
	Client       string                    `yaml:"client" doc:"the client (default: every client)"`
	Between      form.Range[time.Duration] `yaml:"between" doc:"the whole outage, such as 7s..16s"`
	Detection    form.Range[time.Duration] `yaml:"detection" doc:"the part until a member notices that the active one is gone"`
	Election     form.Range[time.Duration] `yaml:"election" doc:"then until a member becomes Active"`
	Announcement form.Range[time.Duration] `yaml:"announcement" doc:"then until it announces the virtual IP"`
	Neighbour    form.Range[time.Duration] `yaml:"neighbour" doc:"then until the client's frames go to it"`
	Service      form.Range[time.Duration] `yaml:"service" doc:"the part in which that member refuses, or does not answer"`
	Retry        form.Range[time.Duration] `yaml:"retry" doc:"the rest, in which it could answer and the client waits"`
	Open         string                    `yaml:"open" doc:"whether the outage lasts until the end of the run: on, off (default: an answer ends it) or either" jsonschema:"enum=on,enum=off,enum=either"`
}

// The words for whether an outage lasts until the end of the run.
const (
	OpenOn     = "on"
	OpenOff    = "off"
	OpenEither = "either"
)

// Text implements Expectation.
func (x Outage) Text() string {
	s := "outage of " + clientText(x.Client)
	switch x.Open {
	case OpenOn:
		s += " until the end"
	case OpenEither:
		s += ", over or not,"
	}
	whole := ""
	if x.Between.Given {
		whole = x.Between.String()
	}
	return s + parts(whole, part("detection", x.Detection), part("election", x.Election), part("announcement", x.Announcement),
		part("neighbour", x.Neighbour), part("service", x.Service), part("retry", x.Retry))
}

// Needs implements Expectation.
func (x Outage) Needs() []Need { return []Need{NeedRequests(x.Client, Window{})} }

// Reads implements Expectation.
func (Outage) Reads() event.Set { return nothing }

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
	for client := range e.Clients { // order: into a map
		if _, has := longest[client]; !has {
			longest[client] = oracle.Outage{}
		}
	}
	result := Result{Got: "there was no client"}
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

// ofParts reports whether it is about parts of an outage. If nothing is said of
// the whole, there must be one.
func (x Outage) ofParts() bool {
	return x.Detection.Given || x.Election.Given || x.Announcement.Given || x.Neighbour.Given || x.Service.Given || x.Retry.Given
}

func (x Outage) check(e Evidence, o oracle.Outage) Result {
	justBegun := o.Open && o.Duration < e.Tolerance // the answer would have come after the end
	ends := x.Open == OpenEither || o.Open == (x.Open == OpenOn) || justBegun
	fits := e.span(x.Between).Contains(o.Duration) && e.span(x.Detection).Contains(o.Detection) && e.span(x.Election).Contains(o.Election) &&
		e.span(x.Announcement).Contains(o.Announcement) && e.span(x.Neighbour).Contains(o.Neighbour) &&
		e.span(x.Service).Contains(o.Service) && e.span(x.Retry).Contains(o.Retry) && ends
	if o.Duration == 0 && !o.Open {
		return Result{Passed: fits && (x.Between.Given || !x.ofParts()), Got: "no outage"}
	}
	got := fmt.Sprintf("%s from %s (detection %s, election %s, announcement %s, neighbour %s, service %s, retry %s)", form.Text(o.Duration), form.Text(o.From),
		form.Text(o.Detection), form.Text(o.Election), form.Text(o.Announcement), form.Text(o.Neighbour), form.Text(o.Service), form.Text(o.Retry))
	if o.Open {
		got += ", until the end"
	}
	return Result{Passed: fits, Got: got}
}

// Problems implements Expectation.
func (x Outage) Problems(plan Plan) []topology.Problem { return problemsOfClient(plan, x.Client) }
