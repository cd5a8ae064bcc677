package scenarios

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// Twin is what a scenario with real programs is held against: the same with our
// models in their place, either as another scenario in virtual time, or on
// other nodes of the same run. A figure that differs by more than follows from
// the tolerance needs a reason.
type Twin struct {
	Scenario string            `yaml:"scenario" doc:"the incident of the library with the models; it is played in virtual time with the same seed (default: this run, in which the models are on other nodes)"`
	Compare  map[string]string `yaml:"compare" doc:"whose figures here are held against whose there, such as c1: c2; names of nodes, or of books of tellers"`
	Said     []Saying          `yaml:"said" doc:"counts that programs here write, held against counts that were measured there"`
	Why      []Why             `yaml:"why" doc:"why figures differ; one that differs without a reason fails the run"`
}

// Saying is a count that a real program writes, and what it is held against.
type Saying struct {
	Of     string `yaml:"of" doc:"the real host whose program writes it" jsonschema:"required"`
	Line   string `yaml:"line" doc:"a regular expression for its line; the count is the number that the first parentheses match, and the largest if several lines match" jsonschema:"required"`
	Figure string `yaml:"figure" doc:"the count there, such as messages-lost: its id in run.json" jsonschema:"required"`
	With   string `yaml:"with" doc:"whose it is there, such as queue orders" jsonschema:"required"`
	Within int    `yaml:"within" doc:"by how much the two may differ without a reason (default 0)" jsonschema:"minimum=0"`
}

// Why is the reason of one difference.
type Why struct {
	Of     string `yaml:"of" doc:"whose figure, one of the names here in compare or said" jsonschema:"required"`
	Figure string `yaml:"figure" doc:"which one, such as requests-failed: its id in comparison.json or run.json" jsonschema:"required"`
	Reason string `yaml:"reason" doc:"connection-handling: real programs open and close connections otherwise. driver-retries: the driver tries again. kernel-tcp-timers: the kernel's timers of TCP, where ours differ. machine-load: the machine is late. not-modelled: the model has no such thing. pool-policy: the pool hands out connections otherwise. protocol-overhead: more messages. real-recovery-time: how long the real program takes to start or to repair itself" jsonschema:"required,enum=connection-handling,enum=driver-retries,enum=kernel-tcp-timers,enum=machine-load,enum=not-modelled,enum=pool-policy,enum=protocol-overhead,enum=real-recovery-time"`
}

// Reason returns why a figure differs; empty if the file does not say.
func (t *Twin) Reason(of, figure string) string {
	for _, w := range t.Why {
		if w.Of == of && w.Figure == figure {
			return w.Reason
		}
	}
	return ""
}

// reads is the events that the comparison looks at, besides the measures.
func (t *Twin) reads() event.Set {
	if t == nil || len(t.Said) == 0 {
		return event.Set{}
	}
	return event.SetOf(event.ProgramSaid{})
}

// twin checks the twin.
func (j *judge) twin() {
	t := j.Twin
	if t == nil {
		return
	}
	for _, p := range topology.CheckFields(t) {
		p.Path = topology.At([]string{"twin"}, p.Path...)
		j.list = append(j.list, p)
	}
	fail := func(path []string, format string, args ...any) {
		j.fail(append([]string{"twin"}, path...), fmt.Sprintf(format, args...))
	}
	names := j.figured()
	if len(t.Compare) == 0 && len(t.Said) == 0 {
		fail([]string{"compare"}, "got nothing to compare, want names such as c1: c1, or said")
	}
	for _, here := range topology.Names(t.Compare) {
		if !slices.Contains(names, here) {
			fail([]string{"compare", here}, "got %s, want %s", here, topology.AnyOf(here, names))
		}
		if there := t.Compare[here]; t.Scenario == "" && !slices.Contains(names, there) {
			fail([]string{"compare", here}, "got %s, want %s", there, topology.AnyOf(there, names))
		}
	}
	for i, x := range t.Said {
		for _, p := range x.problems(j.Nodes) {
			fail(topology.At([]string{"said", strconv.Itoa(i)}, p.Path...), "%s", p.Message)
		}
	}
	for i, w := range t.Why {
		at := []string{"why", strconv.Itoa(i)}
		if compared := t.compared(); !slices.Contains(compared, w.Of) {
			fail(append(at, "of"), "got %s, want %s", w.Of, topology.AnyOf(w.Of, compared))
		}
		if figures := t.figures(); !slices.Contains(figures, w.Figure) {
			fail(append(at, "figure"), "got %s, want %s", w.Figure, topology.AnyOf(w.Figure, figures))
		}
		if slices.ContainsFunc(t.Why[:i], func(other Why) bool { return other.Of == w.Of && other.Figure == w.Figure }) {
			fail(at, "%s of %s has a reason already, want one", w.Figure, w.Of)
		}
	}
}

// compared lists whose figures are compared, sorted.
func (t *Twin) compared() []string {
	names := topology.Names(t.Compare)
	for _, x := range t.Said {
		names = append(names, x.Of)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// figures lists the figures that may have a reason, sorted.
func (t *Twin) figures() []string {
	ids := oracle.ComparedIDs()
	for _, x := range t.Said {
		ids = append(ids, x.Figure)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// problems says what is wrong with it.
func (x Saying) problems(nodes map[string]topology.Node) (all []topology.Problem) {
	fail := func(key, format string, args ...any) {
		all = append(all, topology.Problem{Path: []string{key}, Message: fmt.Sprintf(format, args...)})
	}
	n, exists := nodes[x.Of]
	switch {
	case !exists || n.Exec == nil:
		fail("of", "got %s, want a node with exec", x.Of)
	case n.Exec.Watch == "":
		fail("of", "the output of %s is not recorded, want watch under its exec", x.Of)
	}
	line, err := regexp.Compile(x.Line)
	switch {
	case err != nil:
		fail("line", "got %q, want a regular expression: %v", x.Line, err)
	case line.NumSubexp() == 0:
		fail("line", "got %q, want parentheses around the count", x.Line)
	}
	if counts := oracle.CountIDs(); !slices.Contains(counts, x.Figure) {
		fail("figure", "got %s, want %s", x.Figure, topology.AnyOf(x.Figure, counts))
	}
	return all
}

// figured lists whose figures there may be: nodes, and books of tellers.
func (s *Scenario) figured() []string {
	names := topology.Names(s.Nodes)
	for _, n := range s.Nodes { // order: it is sorted
		if n.Teller != nil {
			names = append(names, cmp.Or(n.Teller.Book, "accounts"))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
