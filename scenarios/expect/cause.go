package expect

import (
	"fmt"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
)

// Cause is the fault of the timeline that an expectation is about. It is read
// once, from its line; the zero value is none.
type Cause struct {
	text string // as it was written
	line string // as logs name the fault
	err  error  // why the text is no fault
}

// CauseOf reads a line. What is wrong with it is a problem of the expectation.
func CauseOf(text string) Cause {
	f, err := fault.Parse(text)
	if err != nil {
		return Cause{text, text, err}
	}
	return Cause{text, f.String(), nil}
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (c *Cause) UnmarshalText(text []byte) error {
	*c = Cause{}
	if len(text) > 0 {
		*c = CauseOf(string(text))
	}
	return c.err
}

// MarshalText implements encoding.TextMarshaler.
func (c Cause) MarshalText() ([]byte, error) { return []byte(c.text), nil }

// FaultDefinition is the definition in the schema for the line of a fault.
const FaultDefinition = "fault-line"

// JSONSchema says what editors check.
func (Cause) JSONSchema() *jsonschema.Schema { return form.Reference(FaultDefinition) }

// given reports whether there is one.
func (c Cause) given() bool { return c.text != "" }

// is reports whether a line of a log names the fault.
func (c Cause) is(line string) bool { return c.line == line }

// after says it in words, with a space before; nothing if there is none.
func (c Cause) after() string {
	if !c.given() {
		return ""
	}
	return " after " + c.text
}

// afterOrFirst says that without a cause the first fault is meant.
func (c Cause) afterOrFirst() string {
	if !c.given() {
		return " after the first fault"
	}
	return c.after()
}

// problems checks that the fault stands in the timeline.
func (c Cause) problems(plan Plan) []topology.Problem {
	path, lines := []string{"after"}, []string{}
	switch {
	case !c.given():
		return nil
	case c.err != nil:
		return []topology.Problem{{Path: path, Message: c.err.Error()}}
	}
	for _, f := range plan.Faults {
		if c.is(f.Fault.String()) {
			return nil
		}
		lines = append(lines, f.Fault.String())
	}
	return []topology.Problem{{Path: path, Message: fmt.Sprintf("%q is not in the timeline, want %s", c.line, topology.AnyOf(c.line, lines))}}
}

// beyond checks that an instant is in the run. It counts from the fault, if
// there is one, at its first application.
func (c Cause) beyond(plan Plan, key string, at time.Duration) []topology.Problem {
	fail := func(format string, args ...any) []topology.Problem {
		return []topology.Problem{{Path: []string{key}, Message: fmt.Sprintf(format, args...)}}
	}
	if !c.given() {
		if plan.Duration > 0 && at > plan.Duration { // one that is missing is reported
			return fail("got %s, want an instant before the end at %s", at, plan.Duration)
		}
		return nil
	}
	first, found := time.Duration(0), false
	for _, f := range plan.Faults {
		if c.is(f.Fault.String()) && (!found || f.At < first) {
			first, found = f.At, true
		}
	}
	if plan.Duration > 0 && found && first+at > plan.Duration {
		return fail("got %s, want at most %s: %s is at %s, and the run ends at %s", at, plan.Duration-first, c.line, first, plan.Duration)
	}
	return nil
}
