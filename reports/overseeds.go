package reports

import (
	"fmt"
	"strconv"

	"github.com/cablepull/cablepull/sim/event/jsonform"
)

// OverSeeds is what the runs of one scenario with several seeds were judged by
// together.
type OverSeeds struct {
	Scenario   string      `json:"scenario"`
	File       string      `json:"file"`    // that the scenario was read from; empty if it was written in Go
	Variant    string      `json:"variant"` // of the scenario; empty if it has none
	World      string      `json:"world"`   // virtual, netns
	Runs       int         `json:"runs"`    // that were played, with a verdict or without
	Conditions []Condition `json:"conditions"`
}

// Condition is one condition on several runs, and whether they meet it.
type Condition struct {
	Figure  string       `json:"figure"` // such as outage.p99
	Want    string       `json:"want"`   // its limits
	Got     string       `json:"got"`
	Outcome SeedsOutcome `json:"outcome"`
	// Why says what would decide it, if the runs do not.
	Why  string `json:"why"`
	More int    `json:"more"` // about how many more runs decide it; 0: it is decided, or not known
	Line int    `json:"line"` // in the file, from 1; 0 without a file
}

// SeedsOutcome is what runs say of a condition.
type SeedsOutcome string

// The outcomes. Only Holds is a success; NotJudged is none, and no failure.
const (
	Holds     SeedsOutcome = "holds"
	Fails     SeedsOutcome = "fails"
	Undecided SeedsOutcome = "undecided"
	NotJudged SeedsOutcome = "not judged"
)

// Passed reports whether the runs meet all conditions, or none was judged.
func (o OverSeeds) Passed() bool {
	for _, c := range o.Conditions {
		if !c.Passed() {
			return false
		}
	}
	return true
}

// Passed reports whether the runs meet the condition, or it was not judged.
func (c Condition) Passed() bool { return c.Outcome == Holds || c.Outcome == NotJudged }

// Name is what was judged: the scenario, its variant, and over how many seeds.
func (o OverSeeds) Name() string {
	name := o.Scenario
	if o.Variant != "" {
		name += " " + o.Variant
	}
	if o.Runs == 1 {
		return name + " over 1 seed"
	}
	return name + " over " + strconv.Itoa(o.Runs) + " seeds"
}

// String prints a condition in one line, such as outage.p99: holds: got 8.424s
// (8.312s..8.571s), want ..10s.
func (c Condition) String() string {
	text := fmt.Sprintf("%s: %s", c.Figure, c.Outcome)
	if c.Got != "" {
		text += ": got " + c.Got
	}
	text += ", want " + c.Want
	if c.Why != "" {
		text += "; " + c.Why
	}
	return text
}

// AppendJSON appends the conditions as one JSON object on one line.
func (o OverSeeds) AppendJSON(dst []byte) []byte { return jsonform.Append(dst, o) }

// junit returns the conditions as test cases, one each.
func (o OverSeeds) junit() []junitCase {
	var all []junitCase
	for _, c := range o.Conditions {
		test := junitCase{
			Class: "cablepull." + o.World, Name: o.Name() + ": " + c.Figure, Time: seconds(0), File: o.File, Line: c.Line, Out: cut(c.String()+"\n", junitTextMax),
		}
		switch c.Outcome {
		case NotJudged:
			test.Skipped = &junitSkip{cut(c.Why, junitMessageMax)}
		case Fails, Undecided:
			test.Failure = &junitFailure{cut(c.String(), junitMessageMax), "over-seeds", cut(c.String()+"\n", junitTextMax)}
		}
		all = append(all, test)
	}
	return all
}

// NotJudged reports whether nothing was judged, as there was one run only, and
// says what it takes.
func (o OverSeeds) NotJudged() (why string, not bool) {
	for _, c := range o.Conditions {
		if c.Outcome == NotJudged {
			return c.Why, true
		}
	}
	return "", false
}
