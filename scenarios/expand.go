package scenarios

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cablepull/cablepull/scenarios/expect"
	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/topology"
)

// expand makes the variants and reports their problems. If the axes themselves
// are valid, each variant is reviewed like a separate scenario.
func (s *Scenario) expand(d *form.Decoder, unread []form.Problem) {
	choices := s.Variants.choices()
	if why := s.tooMany(choices, d); why != "" {
		path := []string{"variants"}
		d.Fail(d.PlaceOfPath(path), path, "%s", why)
		return
	}
	axes := d.Fork()
	s.checkAxes(axes)
	if len(axes.Problems()) == 0 && !slices.ContainsFunc(unread, func(u form.Problem) bool { return related(u.Path, "variants") }) {
		s.checkConditions(axes)
	}
	if wrong := axes.Problems(); len(wrong) > 0 {
		d.Add(axes.More(), once(wrong)...)
		return
	}
	found := map[string][]string{} // names of variants, by problem
	var all []form.Problem
	more := 0 // of the variant that has most: they are mostly the same
	for _, choice := range choices {
		v, own := s.variant(choice, d)
		v.report(own, unread)
		v.findExpectations(own)
		v.Expect = slices.DeleteFunc(v.Expect, func(x expect.Expectation) bool { return x == nil })
		v.findPrograms(own)
		v.findFaults(own)
		for _, p := range once(own.Problems()) {
			all = append(all, p)
			found[p.String()] = append(found[p.String()], v.Variant)
		}
		more = max(more, own.More())
		s.Warnings = once(append(s.Warnings, v.Warnings...))
		s.expanded = append(s.expanded, v)
	}
	for _, p := range once(all) {
		if names := found[p.String()]; len(names) < len(choices) {
			p.Message += " (in the variant " + strings.Join(names, " and ") + ")"
		}
		d.Add(0, p)
	}
	d.Add(more)
}

// tooMany says why there are too many variants; empty if there are not.
func (s *Scenario) tooMany(choices [][]int, d *form.Decoder) string {
	values := 0
	for _, axis := range s.Variants {
		values += len(axis.Values)
	}
	switch {
	case len(choices) > VariantsMax:
		return fmt.Sprintf("got more than %d variants, want fewer values or paths", VariantsMax)
	case values > 2*VariantsMax:
		return fmt.Sprintf("got %d values, want at most %d", values, 2*VariantsMax)
	case !d.MayRepeat(len(choices) + values):
		return fmt.Sprintf("the file is too large for %d variants", len(choices))
	}
	return ""
}

// checkAxes tries each value of each axis separately.
func (s *Scenario) checkAxes(d *form.Decoder) {
	for i, axis := range s.Variants {
		path := []string{"variants", axis.Path}
		if len(axis.Values) == 0 {
			d.Fail(axis.at, path, "got no value, want at least one")
		}
		for k, other := range s.Variants[:i] {
			if other.Path == axis.Path {
				d.Fail(axis.at, path, "the path is already number %d in the list", k+1)
			}
		}
		for n, value := range axis.Values {
			if slices.Contains(axis.Values[:n], value) {
				d.Fail(axis.at, path, "got the value %s twice", value)
				continue
			}
			alone := form.Clone(*s)
			axis.set(&alone, n, d)
		}
	}
}

// checkConditions checks that the variants named by expectations exist.
func (s *Scenario) checkConditions(d *form.Decoder) {
	values := map[string][]string{}
	var keys []string
	for i, axis := range s.Variants {
		values[axis.Path], values[s.Variants.short(i)] = axis.Values, axis.Values
		keys = append(keys, s.Variants.short(i))
	}
	for i, x := range s.Expect {
		some, is := x.(expect.Conditional)
		if !is {
			continue
		}
		for _, key := range topology.Names(some.When) {
			path := []string{"expect", strconv.Itoa(i), "when", key}
			if values[key] == nil {
				d.Fail(d.PlaceOfPath(path), path, "the variants do not differ in %q, want %s", key, topology.AnyOf(key, keys))
				continue
			}
			for _, value := range some.When[key] {
				if !slices.Contains(values[key], value) {
					d.Fail(d.PlaceOfPath(path), path, "no variant has %q, want %s", value, topology.AnyOf(value, values[key]))
				}
			}
		}
	}
}

// variant returns the scenario of a choice and a decoder that knows the places
// of its values.
func (s *Scenario) variant(choice []int, d *form.Decoder) (*Scenario, *form.Decoder) {
	v, own := form.Clone(*s), d.Fork()
	v.Variants, v.expanded, v.Variant = nil, nil, s.Variants.name(choice)
	for i, axis := range s.Variants {
		axis.set(&v, choice[i], own)
	}
	values := s.Variants.settings(choice)
	for i, x := range v.Expect {
		if some, is := x.(expect.Conditional); is {
			v.Expect[i] = some.In(values) // nil, if it does not apply, keeps the positions
		}
	}
	return &v, own
}

// once drops repeated problems.
func once(problems []form.Problem) []form.Problem {
	known := map[string]bool{}
	return slices.DeleteFunc(problems, func(p form.Problem) bool {
		key := p.String() // with a position in a file, the path does not matter
		if p.Line > 0 {
			key = fmt.Sprint(p.Line, " ", p.Column, " ", p.Message)
		}
		twice := known[key]
		known[key] = true
		return twice
	})
}
