package scenarios

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// Twin is what a scenario with real programs is held against: the same with our
// models in their place, either as another scenario in virtual time, or on
// other nodes of the same run. A figure that differs by more than follows from
// the tolerance needs a reason.
type Twin struct {
	Scenario string            `yaml:"scenario" doc:"the incident of the library with the models; it is played in virtual time with the same seed (default: this run, in which the models are on other nodes)"`
	Compare  map[string]string `yaml:"compare" doc:"whose figures here are held against whose there, such as c1: c2; names of nodes, or of books of tellers" jsonschema:"required"`
	Why      []Why             `yaml:"why" doc:"why figures differ; one that differs without a reason fails the run"`
}

// Why is the reason of one difference.
type Why struct {
	Of     string `yaml:"of" doc:"whose figure, one of the names here in compare" jsonschema:"required"`
	Figure string `yaml:"figure" doc:"which one, such as requests-failed: its id in comparison.json" jsonschema:"required"`
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
	if len(t.Compare) == 0 {
		fail([]string{"compare"}, "got nothing to compare, want names such as c1: c1")
	}
	for _, here := range topology.Names(t.Compare) {
		if !slices.Contains(names, here) {
			fail([]string{"compare", here}, "got %s, want %s", here, topology.AnyOf(here, names))
		}
		if there := t.Compare[here]; t.Scenario == "" && !slices.Contains(names, there) {
			fail([]string{"compare", here}, "got %s, want %s", there, topology.AnyOf(there, names))
		}
	}
	figures := oracle.ComparedIDs()
	for i, w := range t.Why {
		at := []string{"why", strconv.Itoa(i)}
		if _, compared := t.Compare[w.Of]; !compared {
			fail(append(at, "of"), "got %s, want %s", w.Of, topology.AnyOf(w.Of, topology.Names(t.Compare)))
		}
		if !slices.Contains(figures, w.Figure) {
			fail(append(at, "figure"), "got %s, want %s", w.Figure, topology.AnyOf(w.Figure, figures))
		}
		if slices.ContainsFunc(t.Why[:i], func(other Why) bool { return other.Of == w.Of && other.Figure == w.Figure }) {
			fail(at, "%s of %s has a reason already, want one", w.Figure, w.Of)
		}
	}
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
