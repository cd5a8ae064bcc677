package hunt

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Finding is a case that breaks something, as small as the hunt could make it.
type Finding struct {
	Wrong
	Case
	Number int    // of the schedule that showed it, from 1
	Plays  int    // that shrinking took
	Times  int    // schedules that showed it
	Reason string // why it is allowed; empty: it is not
	File   []byte // a scenario that fails when it is run; nil if none could be made
}

// Name is the finding as a file name: what is broken, and a digest of how and
// by which shape.
func (f *Finding) Name() string {
	return fmt.Sprintf("found-%s-%08x", f.Invariant, uint32(hashOf(f.Role, strings.Join(f.Schedule.Shape(), " "))))
}

// Sentence says in plain words what is wrong, and after what.
func (f *Finding) Sentence() string {
	at := f.At.Truncate(time.Millisecond)
	if len(f.Schedule) == 0 {
		return fmt.Sprintf("Without any fault, %s does not hold at %v: %s.", f.Invariant, at, f.Detail)
	}
	var lines []string
	for _, l := range f.Schedule {
		lines = append(lines, fmt.Sprintf("%q at %v", l.Fault.String(), l.At))
	}
	return fmt.Sprintf("After %s, %s does not hold at %v: %s.", enumerate(lines), f.Invariant, at, f.Detail)
}

func enumerate(words []string) string {
	if last := len(words) - 1; last > 0 {
		return strings.Join(words[:last], ", ") + " and " + words[last]
	}
	return words[0]
}

// covers reports whether a schedule that breaks the same thing does so because
// of this finding, as far as its shape tells: it has all that the finding has.
func (f *Finding) covers(s Schedule) bool {
	shape := s.Shape()
	return !slices.ContainsFunc(f.Schedule.Shape(), func(v string) bool { return !slices.Contains(shape, v) })
}
