package expect

import (
	"slices"
	"time"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// Expectation is something that must be true of a run. It is one item of the
// list under expect, and prints as one line of text.
type Expectation interface {
	// Text says in one line what is expected, such as
	// "b becomes Active between 7s and 10s after pull a.lan".
	Text() string
	// Needs are what the evidence must hold for Check to have an answer. What is
	// missing fails the expectation, whatever it expects.
	Needs() []Need
	// Reads returns the kinds of events that Check looks at. The evidence has no
	// others but those of the needs in need.go, and a long run keeps no others.
	Reads() event.Set
	// Check compares it with the evidence of a run.
	Check(Evidence) Result
	// Problems says what is wrong with the expectation in a scenario, such as
	// a client that does not exist. Paths begin at the expectation.
	Problems(Plan) []topology.Problem
}

// Evidence is all that an expectation may look at.
type Evidence struct {
	Events     event.Record // of the kinds that the expectation reads
	Measures   oracle.Measures
	Violations []oracle.Violation
	Duration   time.Duration // of the run
	Clients    Clients
	Facts      oracle.Facts // what was known before

	// Tolerance is how far off any instant may be: zero in virtual time.
	Tolerance time.Duration
	All       []Expectation // all expectations of the scenario

	Counts  *Counts // of these expectations; nil: the record has all that they read
	counted tally   // by one of them
}

// Result is the outcome of a check.
type Result struct {
	Passed bool
	Got    string // what was found, in the units of the expectation
}

// Verdict is an expectation and whether it held.
type Verdict struct {
	Text  string
	Place form.Place // in the scenario's file; the zero value if it was written in Go
	Result
}

// judge checks an expectation, unless the evidence says nothing about it.
func judge(x Expectation, e Evidence) Result {
	reads := readByNeeds
	if e.counted == nil {
		reads = reads.Or(x.Reads())
	}
	e.Events = e.Events.Only(reads)
	if err := Missing(x, e); err != nil {
		return Result{Got: err.Error()}
	}
	return tolerantly(x, e)
}

// Judge checks expectations against the evidence of a run. It returns a verdict
// for each, in order, and the violations that none of them expects.
func Judge(all []Expectation, e Evidence) (verdicts []Verdict, unexpected []oracle.Violation) {
	e.All = all
	var expected []string
	for i, x := range all {
		if e.counted = nil; e.Counts != nil && e.Counts.all[i] != nil {
			e.counted = e.Counts.all[i].tally
		}
		verdicts = append(verdicts, Verdict{Text: x.Text(), Result: judge(x, e)})
		if v, ok := x.(Violations); ok {
			expected = append(expected, v.Names...)
		}
	}
	for _, v := range e.Violations {
		if !slices.Contains(expected, v.Invariant) {
			unexpected = append(unexpected, v)
		}
	}
	return verdicts, unexpected
}
