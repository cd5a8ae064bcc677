package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/event/jsonform"
	"github.com/cablepull/cablepull/sim/oracle"
)

// Result is what is known of one run. Its JSON form is run.json; the members
// are never left out, and durations have a numeric twin: "wall" and "wall_ns".
type Result struct {
	Scenario     string             `json:"scenario"`
	Variant      string             `json:"variant"` // of the scenario, such as profile=ios; empty: it has none
	About        string             `json:"about"`
	Seed         uint64             `json:"seed"`
	World        string             `json:"world"`  // virtual, netns
	Digest       string             `json:"digest"` // of all frames, and of all events
	Passed       bool               `json:"passed"` // run, with no failed expectation, no violation, no error
	Expectations []Expectation      `json:"expectations"`
	Violations   []oracle.Violation `json:"violations"`
	Measures     oracle.Measures    `json:"measures"`
	Simulated    time.Duration      `json:"simulated"` // how long the world ran by its own clock
	Wall         time.Duration      `json:"wall"`      // how long that took
	Noise        time.Duration      `json:"noise"`     // the longest that a process of a run in real time waited for a processor
	Noisy        bool               `json:"noisy"`     // that is more than the tolerance of real time can take: no verdict to rely on
	Frames       uint64             `json:"frames"`    // sent in the world
	Version      string             `json:"version"`   // of the bench
	Replay       string             `json:"replay"`    // the command that runs the same again
	Skipped      string             `json:"skipped"`   // why it was not run; empty if it was
	Error        string             `json:"error"`     // what ended it without a verdict; empty if nothing did
	Defect       bool               `json:"defect"`    // the error is the bench's own, not what machine or scenario lack
	Events       []event.Event      `json:"-"`         // they have a file of their own
}

// NoDigest stands in text for the digest of a run in real time, which has none.
const NoDigest = "n/a"

// Expectation is what the scenario expected, and what came.
type Expectation struct {
	Text   string `json:"text"`
	Passed bool   `json:"passed"`
	Got    string `json:"got"`
}

// Failed returns the expectations that were not met.
func (r Result) Failed() []Expectation {
	var failed []Expectation
	for _, e := range r.Expectations {
		if !e.Passed {
			failed = append(failed, e)
		}
	}
	return failed
}

// Name is what a run is called: its scenario, the variant of it, and the seed.
func (r Result) Name() string {
	name := r.Scenario
	if r.Variant != "" {
		name += " " + r.Variant
	}
	return name + " seed " + strconv.FormatUint(r.Seed, 10)
}

// WriteJSON writes the result as one indented JSON object and a newline.
func (r Result) WriteJSON(w io.Writer) error {
	var out bytes.Buffer
	if err := json.Indent(&out, jsonform.Append(nil, r), "", "  "); err != nil {
		return fmt.Errorf("reports: run.json: %w", err)
	}
	out.WriteByte('\n')
	if _, err := out.WriteTo(w); err != nil {
		return fmt.Errorf("reports: run.json: %w", err)
	}
	return nil
}
