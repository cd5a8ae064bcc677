package hunt

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/fault"
)

// Line is one fault and when it is applied.
type Line struct {
	At    time.Duration
	Fault fault.Fault
}

// String prints the line as a scenario has it: 40s: pull a.lan for 4s.
func (l Line) String() string { return l.At.String() + ": " + l.Fault.String() }

// end is when the fault is over.
func (l Line) end() time.Duration {
	switch f := l.Fault.(type) {
	case fault.For:
		return l.At + f.Span
	case fault.Reboot:
		return l.At + f.Down
	}
	return l.At
}

// Schedule is lines by instant. Every fault in it ends: by its span, by itself,
// or because it does nothing but end others.
type Schedule []Line

// sorted returns the lines by instant; lines of one instant keep their order.
func sorted(lines []Line) Schedule {
	s := slices.Clone(lines)
	slices.SortStableFunc(s, func(a, b Line) int { return cmp.Compare(a.At, b.At) })
	return s
}

// End is when the last fault is over.
func (s Schedule) End() time.Duration {
	var end time.Duration
	for _, l := range s {
		end = max(end, l.end())
	}
	return end
}

// String prints a line for each fault.
func (s Schedule) String() string {
	var b strings.Builder
	for _, l := range s {
		b.WriteString(l.String() + "\n")
	}
	return b.String()
}

// Shape is what the lines do to machines, in words, sorted, each once. Two
// schedules of one shape that break the same thing probably do so in one way.
func (s Schedule) Shape() []string {
	var shape []string
	for _, l := range s {
		shape = append(shape, effectOf(l.Fault))
	}
	slices.Sort(shape)
	return slices.Compact(shape)
}

// effectOf says in a word or two what a fault does.
func effectOf(f fault.Fault) string {
	if fault.LosesFrames(fault.Plain(f)) {
		return "frames lost"
	}
	if influence := fault.InfluenceOf(f); influence != fault.NoInfluence {
		return string(influence)
	}
	return f.Row().Verb()
}

// steps is the schedule as the timeline of a scenario.
func (s Schedule) steps() []scenarios.Step {
	var steps []scenarios.Step
	for _, l := range s {
		if last := len(steps) - 1; last >= 0 && steps[last].At == l.At {
			steps[last].Faults = append(steps[last].Faults, l.Fault)
			continue
		}
		steps = append(steps, scenarios.Step{At: l.At, Faults: []fault.Fault{l.Fault}})
	}
	return steps
}

// Case is what one play needs besides the scenario.
type Case struct {
	Schedule Schedule
	Seed     uint64   // of the world
	Without  []string // nodes that are left out
}

// Digest names the case: two with the same name are played alike.
func (c Case) Digest() string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte(c.text())))[:16]
}

// text is the case as a file of the corpus has it.
func (c Case) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed: %d\n", c.Seed)
	b.WriteString(c.Schedule.String())
	return b.String()
}

// parseCase reads what text prints.
func parseCase(text string) (Case, error) {
	var c Case
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		key, value, found := strings.Cut(line, ": ")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case !found:
			return c, fmt.Errorf("hunt: corpus: got %q, want an instant and a fault, such as 40s: pull a.lan for 4s", line)
		case key == "seed":
			if _, err := fmt.Sscan(value, &c.Seed); err != nil {
				return c, fmt.Errorf("hunt: corpus: seed: got %q, want a number", value)
			}
		default:
			at, err := time.ParseDuration(key)
			if err != nil {
				return c, fmt.Errorf("hunt: corpus: got the instant %q, want one such as 40s", key)
			}
			f, err := fault.Parse(value)
			if err != nil {
				return c, fmt.Errorf("hunt: corpus: %w", err)
			}
			c.Schedule = append(c.Schedule, Line{at, f})
		}
	}
	c.Schedule = sorted(c.Schedule)
	return c, nil
}
