package expect

import (
	"fmt"
	"slices"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Happening expects how often something happened: events of a kind, in a
// window, of a node, with certain fields. Use it if no other expectation fits.
type Happening struct {
	Kind   string            `yaml:"kind" doc:"the kind of event, such as vip-announced" jsonschema:"required"`
	Node   string            `yaml:"node" doc:"the node that the event is about (default: any)"`
	Count  form.Range[int]   `yaml:"count" doc:"how many such events, such as 4 or 1..3 (default 1..)"`
	Where  map[string]string `yaml:"where" doc:"fields that the event must have, such as {vip: 192.0.2.100}"`
	Window `yaml:",inline"`
}

// Text implements Expectation.
func (x Happening) Text() string {
	s := x.Kind
	if x.Node != "" {
		s += " of " + x.Node
	}
	for i, name := range topology.Names(x.Where) {
		if i == 0 {
			s += " with "
		} else {
			s += ", "
		}
		s += name + " " + x.Where[name]
	}
	return s + x.Window.Words() + ": " + x.count().String()
}

func (x Happening) count() form.Range[int] {
	if !x.Count.Given {
		return form.AtLeast(1)
	}
	return x.Count
}

// Needs implements Expectation.
func (x Happening) Needs() []Need {
	if need := sources[x.Kind].need; need != nil {
		return []Need{need(x)}
	}
	return []Need{x.Window.Need}
}

// Reads implements Expectation.
func (x Happening) Reads() event.Set { return readFaults.Or(event.SetNamed(x.Kind)) }

// Check implements Expectation.
func (x Happening) Check(e Evidence) Result {
	p, err := x.Window.Resolve(e)
	if err != nil {
		return Result{Got: err.Error()}
	}
	found, counted := e.counted.(*happened)
	if counted {
		return found.result(found.n)
	}
	found = &happened{Happening: x}
	sure := 0
	for ev := range e.Events.Of(event.SetNamed(x.Kind)) {
		if before := found.n; p.MayHold(ev.At) {
			found.add(ev)
			if p.Holds(ev.At) {
				sure += found.n - before
			}
		}
	}
	return found.result(sure)
}

func (x Happening) counts() (Window, event.Set) { return x.Window, event.SetNamed(x.Kind) }

func (x Happening) newTally() tally { return &happened{Happening: x} }

// happened is the events that fitted.
type happened struct {
	Happening
	n     int
	first []string // when the first of them happened
}

func (h *happened) add(ev event.Event) {
	if !h.fits(ev) {
		return
	}
	h.n++
	if len(h.first) < shownMax {
		h.first = append(h.first, form.Text(ev.At))
	}
}

// result judges them; so many of them lie in the window for sure.
func (h *happened) result(sure int) Result {
	got := "0"
	if h.n > 0 {
		got = fmt.Sprintf("%d, at %s", h.n, andMore(h.first, h.n))
	}
	return Result{Passed: h.count().Meets(sure, h.n), Got: got}
}

func (x Happening) fits(ev event.Event) bool {
	if ev.What.Kind() != x.Kind || x.Node != "" && ev.Node != x.Node {
		return false
	}
	for name, want := range x.Where { // order: all must hold
		if got, has := event.Field(ev.What, name); !has || got != want {
			return false
		}
	}
	return true
}

// Problems implements Expectation.
func (x Happening) Problems(plan Plan) []topology.Problem {
	problems := x.Window.Problems(plan)
	if x.Kind == "" {
		return append(problems, problemsOfNode(plan, "node", x.Node)...)
	}
	if s, known := sources[x.Kind]; known {
		problems = append(problems, s.check(plan, x.Node)...)
	} else {
		return append(problems, topology.Problem{Path: []string{"kind"}, Message: fmt.Sprintf("there is no event %q, want %s", x.Kind, topology.AnyOf(x.Kind, event.Kinds()))})
	}
	for _, name := range topology.Names(x.Where) {
		if message := x.problemOf(plan, name, x.Where[name]); message != "" {
			problems = append(problems, topology.Problem{Path: []string{"where", name}, Message: message})
		}
	}
	return problems
}

// problemOf says why no event of the kind can have the value in the field.
// Without this check, a typo would make a count of 0 hold for ever.
func (x Happening) problemOf(plan Plan, name, value string) string {
	if fields := event.Fields(x.Kind); !slices.Contains(fields, name) {
		return fmt.Sprintf("%s has no field %q, want %s", x.Kind, name, topology.AnyOf(name, fields))
	}
	if can, want := event.CanHold(x.Kind, name, value); !can {
		return fmt.Sprintf("%s of %s is never %q, want %s", name, x.Kind, value, topology.AnyOf(value, want))
	}
	var known []string
	switch name {
	case "interface":
		known = plan.interfaces(x.Node)
	case "segment":
		known = plan.Segments
	case "vip":
		known = plan.VIPs
	default:
		return ""
	}
	if !slices.Contains(known, value) {
		return fmt.Sprintf("there is no %s %q, want %s", name, value, topology.AnyOf(value, known))
	}
	return ""
}
