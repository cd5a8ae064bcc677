package parity

import (
	"fmt"
	"slices"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
)

// figure is a number of an outcome, and how far it is from those of references.
type figure struct {
	*oracle.Column
	of          string
	measured    bool    // in the outcome
	got         int64   // a span in nanoseconds, or a count
	differences []int64 // got minus that of each reference that measured it
	absent      int     // references that did not
}

// figuresOf compares an outcome with the references.
func figuresOf(o *scenarios.Outcome, references []*scenarios.Outcome) []*figure {
	type name struct {
		column *oracle.Column
		of     string
	}
	var all []*figure
	known := map[name]*figure{}
	for _, r := range references {
		for _, p := range reports.Pairs(&r.Measures, &o.Measures) {
			f := known[name{p.Column, p.Of}]
			if f == nil {
				f = &figure{Column: p.Column, of: p.Of, got: int64(p.Netns), absent: len(references)}
				known[name{p.Column, p.Of}] = f
				all = append(all, f)
			}
			f.measured = f.measured || p.In != reports.InVirtual
			if p.In != reports.InNetns {
				f.absent--
			}
			if p.In == reports.InBoth {
				f.differences = append(f.differences, int64(p.Netns)-int64(p.Virtual))
			}
		}
	}
	return all
}

// unlike says how the figure differs from those of the references by more than
// some; empty if it does not.
func (f *figure) unlike(some int64) string {
	switch {
	case !f.measured && f.absent > 0 || f.measured && len(f.differences) > 0 &&
		slices.Min(f.differences) <= some && slices.Max(f.differences) >= -some:
		return ""
	case !f.measured:
		return fmt.Sprintf("%s of %s: not measured, unlike in virtual time", f.Name, f.of)
	case len(f.differences) == 0:
		return fmt.Sprintf("%s of %s: %s, not measured in virtual time", f.Name, f.of, f.text(f.got))
	}
	return fmt.Sprintf("%s of %s: %s, want %s to %s, give or take %s", f.Name, f.of, f.text(f.got),
		f.text(f.got-slices.Max(f.differences)), f.text(f.got-slices.Min(f.differences)), f.text(some))
}

func (f *figure) text(value int64) string {
	if f.Unit == oracle.Count {
		return fmt.Sprint(value)
	}
	return time.Duration(value).String()
}

// Unlike names the figures of an outcome of the scenario that do not lie around
// those of the references, by more than follows from the tolerance of times.
func Unlike(s *scenarios.Scenario, o *scenarios.Outcome, references []*scenarios.Outcome, tolerance time.Duration) (problems []string) {
	for _, f := range figuresOf(o, references) {
		by, known := follows[f.Varies]
		if !known {
			problems = append(problems, fmt.Sprintf("%s: it is not said what follows for a figure that varies %q", f.ID, f.Varies))
			continue
		}
		some := by(varying{s, o, f.of, tolerance})
		if problem := f.unlike(some); problem != "" && !f.caught(o, tolerance) {
			problems = append(problems, problem)
		}
	}
	return problems
}

// synRepeat is after how long a SYN that got no answer is sent again (RFC 6298
// §2.1).
const synRepeat = time.Second

// caught reports whether the figure is a latency of a client of which requests
// came due, within the tolerance, as a virtual IP was given up. The SYN of such
// a one may reach nobody, and is sent again. In virtual time the moment until
// the next member has the address is so short that none falls into it.
func (f *figure) caught(o *scenarios.Outcome, tolerance time.Duration) bool {
	if f.Varies != oracle.WithSYN || len(f.differences) == 0 || f.got > int64(synRepeat+tolerance) {
		return false
	}
	var lost []time.Duration
	for e := range event.From[event.VIPLost](o.Events) {
		lost = append(lost, e.At)
	}
	usual := time.Duration(f.got-slices.Min(f.differences)) + tolerance
	some := false
	for e, answered := range event.From[event.RequestAnswered](o.Events) {
		if e.Node != f.of || answered.Latency <= usual {
			continue
		}
		due := e.At - answered.Latency
		some = true
		if !slices.ContainsFunc(lost, func(at time.Duration) bool { return (due - at).Abs() <= tolerance }) {
			return false
		}
	}
	return some
}
