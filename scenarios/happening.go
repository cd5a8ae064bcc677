package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// Happening expects how often something happened: events of a kind, in a window,
// of a node, with certain fields. It is for what has no expectation of its own.
type Happening struct {
	Kind   string            `yaml:"kind" doc:"kind of the event, such as vip-announced" jsonschema:"required"`
	Node   string            `yaml:"node" doc:"node of the event (default: any)"`
	Count  Range[int]        `yaml:"count" doc:"how often, such as 4 or 1..3 (default 1..)"`
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
	return s + x.Window.text() + ": " + x.count().String()
}

func (x Happening) count() Range[int] {
	if !x.Count.Given {
		return AtLeast(1)
	}
	return x.Count
}

// Check implements Expectation.
func (x Happening) Check(e Evidence) Result {
	p, err := x.Window.resolve(e)
	if err != nil {
		return Result{Got: err.Error()}
	}
	sure, found := 0, []string{}
	for _, ev := range e.Events {
		if p.mayHold(ev.At) && x.fits(ev) {
			found = append(found, spanText(ev.At))
			if p.holds(ev.At) {
				sure++
			}
		}
	}
	got := "0"
	if len(found) > 0 {
		got = fmt.Sprintf("%d, at %s", len(found), shorten(found))
	}
	return Result{Passed: x.count().meets(sure, len(found)), Got: got}
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

func (x Happening) problems(s *Scenario) []topology.Problem {
	problems := slices.Concat(problemsOfNode(s, "node", x.Node), x.Window.problems(s))
	if x.Kind == "" {
		return problems
	}
	if !slices.Contains(event.Kinds(), x.Kind) {
		return append(problems, topology.Problem{Path: []string{"kind"}, Message: fmt.Sprintf("there is no event %q, want %s", x.Kind, topology.AnyOf(x.Kind, event.Kinds()))})
	}
	for _, name := range topology.Names(x.Where) {
		if message := x.problemOf(s, name, x.Where[name]); message != "" {
			problems = append(problems, topology.Problem{Path: []string{"where", name}, Message: message})
		}
	}
	return problems
}

// problemOf says why no event of the kind can have the value in the field.
// Otherwise a count of 0 would hold for ever because of a slip.
func (x Happening) problemOf(s *Scenario, name, value string) string {
	if fields := event.Fields(x.Kind); !slices.Contains(fields, name) {
		return fmt.Sprintf("%s has no field %q, want %s", x.Kind, name, topology.AnyOf(name, fields))
	}
	if can, want := event.CanHold(x.Kind, name, value); !can {
		return fmt.Sprintf("%s of %s is never %q, want %s", name, x.Kind, value, topology.AnyOf(value, want))
	}
	var known []string
	switch name {
	case "interface":
		known = s.interfaces(x.Node)
	case "segment":
		known = topology.Names(s.Segments)
	case "vip":
		known = s.virtualIPs()
	default:
		return ""
	}
	if !slices.Contains(known, value) {
		return fmt.Sprintf("there is no %s %q, want %s", name, value, topology.AnyOf(value, known))
	}
	return ""
}

// interfaces returns the names of a node's interfaces; of all nodes' without a
// node.
func (s *Scenario) interfaces(node string) []string {
	names := map[string]bool{}
	for name, n := range s.Nodes { // order: names are sorted
		for iface := range n.NICs { // order: as above
			names[iface] = names[iface] || node == "" || name == node
		}
	}
	return slices.DeleteFunc(topology.Names(names), func(iface string) bool { return !names[iface] })
}

// virtualIPs returns the virtual IPs that there are, or that the timeline sets.
func (s *Scenario) virtualIPs() []string {
	all := map[string]bool{}
	for _, n := range s.Nodes { // order: addresses are sorted
		for _, standby := range n.Standby { // order: as above
			for _, vip := range standby.VIPs() {
				all[vip.String()] = true
			}
		}
		if n.Exec != nil {
			for _, vip := range n.Exec.VIPs {
				all[vip.String()] = true
			}
		}
	}
	for _, step := range s.Timeline {
		for _, f := range step.Faults {
			if limited, is := f.(fault.For); is {
				f = limited.Fault
			}
			if set, is := f.(fault.Set); is && strings.HasSuffix(set.Property, ".vip") {
				all[set.Value] = true
			}
		}
	}
	return topology.Names(all)
}

// Violations expects that the named invariants are violated, each once at least.
// It is for incidents that show on purpose what must not be. All other
// invariants must hold in every run, which need not be said.
type Violations struct {
	Names []string `yaml:"invariants,short" doc:"names of invariants that this scenario breaks on purpose, such as one-active" jsonschema:"required"`
}

// Text implements Expectation.
func (x Violations) Text() string { return "violated on purpose: " + strings.Join(x.Names, ", ") }

// Check implements Expectation.
func (x Violations) Check(e Evidence) Result {
	count := map[string]int{}
	for _, v := range e.Violations {
		count[v.Invariant]++
	}
	passed, got := true, []string{}
	for _, name := range x.Names {
		passed = passed && count[name] > 0
		got = append(got, fmt.Sprintf("%s %d", name, count[name]))
	}
	return Result{Passed: passed, Got: strings.Join(got, ", ")}
}

func (x Violations) problems(*Scenario) []topology.Problem {
	var known []string
	for _, i := range oracle.Invariants {
		known = append(known, i.Name)
	}
	var problems []topology.Problem
	for i, name := range x.Names {
		if !slices.Contains(known, name) {
			problems = append(problems, topology.Problem{
				Path: []string{"invariants", fmt.Sprint(i)}, Message: fmt.Sprintf("there is no invariant %q, want %s", name, topology.AnyOf(name, known)),
			})
		}
	}
	return problems
}
