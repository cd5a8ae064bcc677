package noise

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cablepull/cablepull/sim/topology"
)

// Problems returns what is wrong with the model itself, whatever it disturbs.
func (m *Model) Problems() []topology.Problem {
	all := topology.CheckFields(m)
	m.each(func(at []string, d *Distribution, apart bool) {
		if _, set := d.forms(); apart && len(set) == 1 && d.often() <= 0 {
			all = append(all, topology.Problem{Path: at, Message: "got only 0s, want more: one would follow the other without end"})
		}
	})
	return all
}

// each calls f for all distributions, with their paths. Apart says that it is
// of the time between two things.
func (m *Model) each(f func(at []string, d *Distribution, apart bool)) {
	for i := range m.Pauses {
		f([]string{"pauses", strconv.Itoa(i), "every"}, &m.Pauses[i].Every, true)
		f([]string{"pauses", strconv.Itoa(i), "lasts"}, &m.Pauses[i].Lasts, false)
	}
	for i := range m.Stalls {
		f([]string{"stalls", strconv.Itoa(i), "every"}, &m.Stalls[i].Every, true)
		f([]string{"stalls", strconv.Itoa(i), "lasts"}, &m.Stalls[i].Lasts, false)
	}
	for i := range m.Jitter {
		f([]string{"jitter", strconv.Itoa(i), "delay"}, &m.Jitter[i].Delay, false)
	}
	for i := range m.Hellos {
		f([]string{"hellos", strconv.Itoa(i), "late"}, &m.Hellos[i].Late, false)
	}
}

// Find gives each trace its list: one of the model, or one that is built in.
// Those that do not exist are problems.
func (m *Model) Find(builtin map[string][]time.Duration) []topology.Problem {
	var all []topology.Problem
	m.each(func(at []string, d *Distribution, _ bool) {
		if d.Trace == nil {
			return
		}
		name := d.Trace.Name
		d.series = d.Trace.Series
		if name == "" || d.series != nil {
			return
		}
		known := false
		if d.series, known = m.Traces[name]; !known {
			d.series, known = builtin[name]
		}
		if !known {
			names := append(topology.Names(m.Traces), topology.Names(builtin)...)
			all = append(all, topology.Problem{Path: topology.At(at, "trace"), Message: fmt.Sprintf("got the trace %q, want %s", name, topology.AnyOf(name, names))})
		}
	})
	return all
}

// Problem says what is wrong with a distribution, or returns "". One that is
// left out is none of its problems.
func (d Distribution) Problem() string {
	forms, set := d.forms()
	switch {
	case len(set) == 0 && d.Max == 0:
	case len(set) == 0:
		return "got no distribution, want " + topology.AnyOf("", forms)
	case len(set) > 1:
		return fmt.Sprintf("got %s, want one of them", strings.Join(set, " and "))
	case d.Exponential != nil && *d.Exponential <= 0:
		return "got a mean of 0s, want more"
	case d.Lognormal != nil && d.Lognormal.P99 < d.Lognormal.Median:
		return fmt.Sprintf("got a p99 of %v, want at least the median of %v", d.Lognormal.P99, d.Lognormal.Median)
	case d.Pareto != nil && d.Pareto.P99 <= d.Pareto.Min:
		return fmt.Sprintf("got a p99 of %v, want more than the minimum of %v", d.Pareto.P99, d.Pareto.Min)
	case d.Values != nil && len(d.Values) == 0, d.Trace != nil && d.Trace.Name == "" && len(d.Trace.Series) == 0, d.Trace != nil && d.series != nil && len(d.series) == 0:
		return "got an empty list, want at least one duration"
	}
	for _, list := range [][]time.Duration{d.Values, d.series} {
		if i := slices.IndexFunc(list, func(span time.Duration) bool { return span < 0 }); i >= 0 {
			return fmt.Sprintf("got %v in the list, want no negative duration", list[i])
		}
	}
	return ""
}

// often is a span that a draw exceeds or equals now and then: 0 if all are 0.
func (d *Distribution) often() time.Duration {
	switch {
	case d.Constant != nil:
		return *d.Constant
	case d.Uniform != nil:
		return d.Uniform.High
	case len(d.Values) > 0:
		return slices.Max(d.Values)
	case len(d.series) > 0:
		return slices.Max(d.series)
	}
	return 1
}

// ProblemsIn returns what the model names that a topology does not have.
func (m *Model) ProblemsIn(t topology.Topology) []topology.Problem {
	var all []topology.Problem
	nodes, segments := topology.Names(t.Nodes), topology.Names(t.Segments)
	names := func(list string, entry int, patterns []string) {
		for i, p := range patterns {
			if len(Matching([]string{p}, nodes)) == 0 {
				all = append(all, topology.Problem{
					Path:    []string{list, strconv.Itoa(entry), "nodes", strconv.Itoa(i)},
					Message: fmt.Sprintf("got the node %q, want %s", p, topology.AnyOf(p, nodes)),
				})
			}
		}
	}
	segment := func(list string, entry int, name string) {
		if name != "" && !slices.Contains(segments, name) {
			all = append(all, topology.Problem{
				Path:    []string{list, strconv.Itoa(entry), "segment"},
				Message: fmt.Sprintf("got the segment %q, want %s", name, topology.AnyOf(name, segments)),
			})
		}
	}
	for i, p := range m.Pauses {
		names("pauses", i, p.Nodes)
	}
	for i, s := range m.Stalls {
		names("stalls", i, s.Nodes)
	}
	for i, h := range m.Hellos {
		names("hellos", i, h.Nodes)
	}
	for i, l := range m.Loss {
		segment("loss", i, l.Segment)
	}
	for i, j := range m.Jitter {
		segment("jitter", i, j.Segment)
	}
	return all
}

// Matching returns the names that any of the patterns stands for, in their
// order. In a pattern * stands for any text.
func Matching(patterns, names []string) []string {
	var all []string
	for _, name := range names {
		if slices.ContainsFunc(patterns, func(p string) bool {
			matched, err := path.Match(p, name)
			return err == nil && matched
		}) {
			all = append(all, name)
		}
	}
	return all
}
