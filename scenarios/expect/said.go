package expect

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Said expects how often programs of a real host wrote a line, when they first
// did, and which figure it held. A run knows only the lines that the host's
// watch lets through.
type Said struct {
	Node    string                    `yaml:"node" doc:"the real host" jsonschema:"required"`
	Program string                    `yaml:"program" doc:"one of its programs (default: any)"`
	Line    string                    `yaml:"line" doc:"a regular expression that the line matches" jsonschema:"required"`
	Count   form.Range[int]           `yaml:"count" doc:"how many such lines, such as 4 or 1..3 (default 1..)"`
	Between form.Range[time.Duration] `yaml:"between" doc:"when the first such line is written, such as 5s..6s: counted from the fault if after is given, else from the start of the run"`
	Figure  form.Range[float64]       `yaml:"figure" doc:"the number that the first parentheses of line match, such as ..2.5; the largest if several lines match"`
	Window  `yaml:",inline"`
}

// Text implements Expectation.
func (x Said) Text() string {
	s := x.Node
	if x.Program != "" {
		s = x.Program + " on " + s
	}
	s += " says " + strconv.Quote(x.Line) + x.Window.Words() + parts(x.count().String(), part("first", x.Between), part("figure", x.Figure))
	return s
}

func (x Said) count() form.Range[int] {
	if !x.Count.Given {
		return form.AtLeast(1)
	}
	return x.Count
}

// Needs implements Expectation.
func (x Said) Needs() []Need { return []Need{x.Window.Need} }

// Reads implements Expectation.
func (Said) Reads() event.Set { return readSaid }

// Check implements Expectation.
func (x Said) Check(e Evidence) Result {
	p, err := x.Window.Resolve(e)
	if err != nil {
		return Result{Got: err.Error()}
	}
	line, err := regexp.Compile(x.Line)
	if err != nil {
		return Result{Got: err.Error()}
	}
	var first time.Duration
	var figure float64
	sure, found := 0, []string{}
	for ev, said := range event.From[event.ProgramSaid](e.Events) {
		if ev.Node != x.Node || x.Program != "" && said.Program != x.Program || !p.MayHold(ev.At) {
			continue
		}
		match := line.FindStringSubmatch(said.Line)
		if match == nil {
			continue
		}
		if len(found) == 0 {
			first = ev.At - p.zero
		}
		found = append(found, form.Text(ev.At-p.zero))
		if p.Holds(ev.At) {
			sure++
		}
		if !x.Figure.Given {
			continue
		}
		number, err := strconv.ParseFloat(match[1], 64)
		if err != nil {
			return Result{Got: fmt.Sprintf("no number in %q at %s", said.Line, form.Text(ev.At-p.zero))}
		}
		figure = max(figure, number)
	}
	if len(found) == 0 {
		return Result{Passed: x.count().Contains(0), Got: "0"}
	}
	got := fmt.Sprintf("%d, at %s", len(found), shorten(found))
	if x.Figure.Given {
		got += ", figure " + form.Text(figure)
	}
	return Result{Passed: x.count().Meets(sure, len(found)) && e.span(x.Between).Contains(first) && x.Figure.Contains(figure), Got: got}
}

// Problems implements Expectation.
func (x Said) Problems(plan Plan) []topology.Problem {
	problems := slices.Concat(problemsOfNode(plan, "node", x.Node), x.Window.Problems(plan))
	fail := func(key, format string, args ...any) {
		problems = append(problems, topology.Problem{Path: []string{key}, Message: fmt.Sprintf(format, args...)})
	}
	n, exists := plan.Nodes[x.Node]
	switch {
	case !exists:
	case n.Host == nil:
		fail("node", "node %s runs no real programs, so it writes no lines", x.Node)
	case !n.Host.Watched:
		fail("node", "the output of %s is not recorded, want watch under its exec", x.Node)
	default:
		if x.Program != "" && !slices.Contains(n.Host.Programs, x.Program) {
			fail("program", "there is no program %q on %s, want %s", x.Program, x.Node, topology.AnyOf(x.Program, n.Host.Programs))
		}
	}
	line, err := regexp.Compile(x.Line)
	switch {
	case err != nil:
		fail("line", "got %q, want a regular expression: %v", x.Line, err)
	case x.Figure.Given && line.NumSubexp() == 0:
		fail("line", "got %q, want parentheses around the figure", x.Line)
	}
	return problems
}
