package expect

import (
	"errors"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/sim/fault"
)

// TestCause: a fault is known by its line in logs, however it was written, and
// is shown as it was written.
func TestCause(t *testing.T) {
	plan := Plan{}
	for _, line := range []string{"crash a", "freeze b for 1m30s"} {
		f, err := fault.Parse(line)
		if err != nil {
			t.Fatal(err)
		}
		plan.Faults = append(plan.Faults, Fault{Fault: f})
	}
	for _, c := range []struct {
		text, after, problem string
		is                   bool // freeze b for 1m30s
	}{
		{"", "", "", false},
		{"freeze  b for 90s", " after freeze  b for 90s", "", true},
		{"crash a", " after crash a", "", false},
		{"crash b", " after crash b", `"crash b" is not in the timeline, want crash a or freeze b for 1m30s (did you mean "crash a"?)`, false},
		{"crush a", " after crush a", `fault: column 1: verb: got "crush"`, false},
	} {
		var read Cause
		err := read.UnmarshalText([]byte(c.text))
		if wrong := strings.HasPrefix(c.problem, "fault:"); errors.Is(err, fault.ErrSyntax) != wrong || (err != nil) != wrong {
			t.Errorf("%q: read: got %v, want an ErrSyntax: %v", c.text, err, wrong)
		}
		if text, err := read.MarshalText(); string(text) != c.text || err != nil {
			t.Errorf("%q: written: got %q, %v", c.text, text, err)
		}
		if got := read.after(); got != c.after {
			t.Errorf("%q: got %q, want %q", c.text, got, c.after)
		}
		if got := read.is("freeze b for 1m30s"); got != c.is {
			t.Errorf("%q: is the freeze: got %v, want %v", c.text, got, c.is)
		}
		problem := ""
		for _, p := range read.problems(plan) {
			problem += p.Message
		}
		if !strings.HasPrefix(problem, c.problem) || (problem == "") != (c.problem == "") {
			t.Errorf("%q: problem: got %q, want %q", c.text, problem, c.problem)
		}
	}
	if got := (Cause{}).afterOrFirst(); got != " after the first fault" {
		t.Errorf("none: got %q", got)
	}
}
