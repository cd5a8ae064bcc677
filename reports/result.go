package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/event/jsonform"
	"github.com/cablepull/cablepull/sim/oracle"
)

// Result is what is known of one run. Its JSON form is run.json; the members
// are never left out, and durations have a numeric twin: "wall" and "wall_ns".
type Result struct {
	Scenario     string             `json:"scenario"`
	About        string             `json:"about"`
	Seed         uint64             `json:"seed"`
	World        string             `json:"world"`  // virtual, netns
	Digest       string             `json:"digest"` // of all frames and events
	Passed       bool               `json:"passed"` // no failed expectation, no violation, no error
	Expectations []Expectation      `json:"expectations"`
	Violations   []oracle.Violation `json:"violations"`
	Measures     oracle.Measures    `json:"measures"`
	Simulated    time.Duration      `json:"simulated"` // how long the world ran by its own clock
	Wall         time.Duration      `json:"wall"`      // how long that took
	Frames       uint64             `json:"frames"`    // sent in the world
	Version      string             `json:"version"`   // of the bench
	Replay       string             `json:"replay"`    // the command that runs the same again
	Error        string             `json:"error"`     // how the bench itself failed; empty if it did not
	Events       []event.Event      `json:"-"`         // they have a file of their own
}

// Expectation is what the scenario expected, and what came.
type Expectation struct {
	Text   string `json:"text"`
	Passed bool   `json:"passed"`
	Got    string `json:"got"`
}

// Failed returns the expectations that were not met.
func (r *Result) Failed() []Expectation {
	var failed []Expectation
	for _, e := range r.Expectations {
		if !e.Passed {
			failed = append(failed, e)
		}
	}
	return failed
}

// WriteJSON writes the result as one indented JSON object and a newline.
func (r *Result) WriteJSON(w io.Writer) error {
	var out bytes.Buffer
	if err := json.Indent(&out, jsonform.Append(nil, *r), "", "  "); err != nil {
		return fmt.Errorf("reports: run.json: %w", err)
	}
	out.WriteByte('\n')
	if _, err := out.WriteTo(w); err != nil {
		return fmt.Errorf("reports: run.json: %w", err)
	}
	return nil
}
