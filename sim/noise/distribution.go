package noise

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Distribution is a distribution of spans of time. Exactly one of its fields is
// set, apart from Max.
type Distribution struct {
	Constant    *time.Duration  `yaml:"constant,short" doc:"always the same: 5ms stands for constant: 5ms"`
	Uniform     *Range          `yaml:"uniform" doc:"any in a range alike, such as 0ms..2ms"`
	Exponential *time.Duration  `yaml:"exponential" doc:"the mean; as times between things that happen independently"`
	Lognormal   *Lognormal      `yaml:"lognormal" doc:"many short ones and a few long ones, by two percentiles"`
	Pareto      *Pareto         `yaml:"pareto" doc:"a heavier tail: the share of those longer than x falls with a power of x"`
	Values      []time.Duration `yaml:"values" doc:"one of a list, each as likely"`
	Trace       *Trace          `yaml:"trace" doc:"those of a list in their order, from a random place on, again and again: the name of a trace, or the list"`

	Max time.Duration `yaml:"max" doc:"longer ones count as this long (default: no limit)" jsonschema:"minimum=1ns"`

	series []time.Duration // of the trace, once it is found
}

// Lognormal is a lognormal distribution: its logarithm is normal.
type Lognormal struct {
	Median time.Duration `yaml:"median" doc:"half of them are shorter" jsonschema:"required,minimum=1ns"`
	P99    time.Duration `yaml:"p99" doc:"99 of 100 are shorter" jsonschema:"required,minimum=1ns"`
}

// Pareto is a Pareto distribution.
type Pareto struct {
	Min time.Duration `yaml:"min" doc:"the shortest" jsonschema:"required,minimum=1ns"`
	P99 time.Duration `yaml:"p99" doc:"99 of 100 are shorter" jsonschema:"required,minimum=1ns"`
}

// Trace is a list of spans, by name or as it is.
type Trace struct {
	Name   string          `yaml:"name,short" doc:"of a trace in the file's traces, or of one that is built in"`
	Series []time.Duration `yaml:"series" doc:"the list itself"`
}

// Range is an interval of spans, both ends included. Its text is LOW..HIGH.
type Range struct{ Low, High time.Duration }

// UnmarshalText implements encoding.TextUnmarshaler.
func (r *Range) UnmarshalText(text []byte) error {
	low, high, is := strings.Cut(string(text), "..")
	var errLow, errHigh error
	r.Low, errLow = time.ParseDuration(low)
	r.High, errHigh = time.ParseDuration(high)
	if !is || errLow != nil || errHigh != nil || r.Low < 0 || r.High < r.Low {
		return fmt.Errorf("got %q, want a range such as 0ms..2ms, the lower end first", string(text))
	}
	return nil
}

// Longest is the longest span that there can be; without a bound it is very
// long.
func (d Distribution) Longest() time.Duration {
	longest := time.Duration(math.MaxInt64)
	switch {
	case d.Constant != nil:
		longest = *d.Constant
	case d.Uniform != nil:
		longest = d.Uniform.High
	case len(d.Values) > 0:
		longest = slices.Max(d.Values)
	case len(d.series) > 0:
		longest = slices.Max(d.series)
	}
	if d.Max > 0 {
		longest = min(longest, d.Max)
	}
	return longest
}

// forms lists the forms of a distribution, and which are set.
func (d Distribution) forms() (names []string, set []string) {
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"constant", d.Constant != nil},
		{"uniform", d.Uniform != nil},
		{"exponential", d.Exponential != nil},
		{"lognormal", d.Lognormal != nil},
		{"pareto", d.Pareto != nil},
		{"values", d.Values != nil},
		{"trace", d.Trace != nil},
	} {
		names = append(names, f.name)
		if f.set {
			set = append(set, f.name)
		}
	}
	return names, set
}
