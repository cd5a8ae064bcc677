package page

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/lane"
	"github.com/cablepull/cablepull/reports/text"
)

// verdict is what became of a run.
type verdict struct {
	Word  string // passed, failed, skipped, no verdict
	Class string // of the style sheet
	Sign  string
	Text  string // why
}

// verdictOf judges a run in a sentence.
func verdictOf(r *reports.Result) verdict {
	switch {
	case r.Skipped != "":
		return verdict{"skipped", "skip", "–", r.Skipped}
	case r.Error != "" && r.Defect:
		return verdict{"no verdict", "error", "!", "The bench itself failed: " + r.Error}
	case r.Error != "":
		return verdict{"no verdict", "error", "!", r.Error}
	case !r.Passed:
		text := fmt.Sprintf("%d of %s not met", len(r.Failed()), counted(len(r.Expectations), "expectation"))
		if n := len(r.Violations); n > 0 {
			text += fmt.Sprintf(", %s of invariants", counted(n, "violation"))
		}
		if r.Noisy {
			text += ", but the machine was too busy for real time"
		}
		return verdict{"failed", "fail", "✗", text}
	case len(r.Expectations) == 0:
		return verdict{"passed", "pass", "✓", "nothing was expected, no invariant violated"}
	}
	return verdict{"passed", "pass", "✓", counted(len(r.Expectations), "expectation") + " met, no invariant violated"}
}

// counted puts a number of things into words.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// factsOf lists what was run.
func factsOf(r *reports.Result) []fact {
	all := []fact{{"seed", strconv.FormatUint(r.Seed, 10)}, {"world", r.World}, {"version", r.Version}}
	if r.Variant != "" {
		all = append(all, fact{"variant", r.Variant})
	}
	if r.Error == "" && r.Skipped == "" {
		all = append(all,
			fact{"simulated", text.Brief(r.Simulated.Round(10 * time.Millisecond))}, fact{"took", text.Short(r.Wall)},
			fact{"frames", strconv.FormatUint(r.Frames, 10)}, fact{"digest", cmp.Or(r.Digest, reports.NoDigest)})
	}
	if r.Noise > 0 {
		all = append(all, fact{"noise", text.Short(r.Noise)})
	}
	return all
}

// judged is an expectation, or an invariant that did not hold.
type judged struct {
	Passed          bool
	Text, Got, Note string
}

// Judged lists what was expected, failures first.
func (p run) Judged() []judged {
	var all []judged
	for _, v := range p.Violations {
		all = append(all, judged{Text: "invariant " + v.Invariant, Got: v.Detail, Note: "at " + text.Instant(v.At)})
	}
	for _, e := range p.Expectations {
		all = append(all, judged{Passed: e.Passed, Text: e.Text, Got: e.Got, Note: e.Place()})
	}
	slices.SortStableFunc(all, func(a, b judged) int {
		switch {
		case a.Passed == b.Passed:
			return 0
		case b.Passed:
			return -1
		}
		return 1
	})
	return all
}

// line is a line of the list of events.
type line struct {
	At, Since, Node, Text string
	Class                 string // of a fault, or its end
}

// linesOf returns the list of a run, and how many lines it leaves out.
func linesOf(r *reports.Result) ([]line, int) {
	var all []line
	lines := text.Lines(r)
	left := max(len(lines)-linesMax, 0)
	fault := time.Duration(-1)
	for _, l := range lines[:len(lines)-left] {
		out := line{At: text.Instant(l.At), Node: l.Node, Text: l.Text}
		switch l.Fault {
		case lane.Applied:
			fault, out.Class = l.At, "applied"
		case lane.Healed:
			out.Class = "healed"
		default:
			if fault >= 0 {
				out.Since = "+" + text.Short(l.At-fault)
			}
		}
		all = append(all, out)
	}
	return all, left
}
