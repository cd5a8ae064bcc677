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

// Result is everything known about one run. Its JSON form is run.json, which
// always has all members, and each duration twice: as "wall" and "wall_ns".
type Result struct {
	Scenario     string             `json:"scenario"`
	File         string             `json:"file"`         // that the scenario was read from; empty if it was written in Go
	Variant      string             `json:"variant"`      // of the scenario, with what was set, the phase and the noise, such as profile=ios,hold=6s; empty if there is nothing of that
	Set          []string           `json:"set"`          // what was set in the scenario, such as nodes.*.standby.lan.hold=6s
	Phase        time.Duration      `json:"phase"`        // how much later the faults came than the scenario says
	NoiseModels  []string           `json:"noise_models"` // what disturbed it: names of the library, or paths of files
	About        string             `json:"about"`
	Tags         []string           `json:"tags"`     // of the scenario
	Warnings     []string           `json:"warnings"` // of the scenario, with their places
	Seed         uint64             `json:"seed"`
	Nodes        []string           `json:"nodes"`  // in the order of the file; reports list them so
	World        string             `json:"world"`  // virtual, netns
	Digest       string             `json:"digest"` // of all frames, and of all events
	Passed       bool               `json:"passed"` // run, with no failed expectation, no violation, no error
	Expectations []Expectation      `json:"expectations"`
	Violations   []oracle.Violation `json:"violations"`
	Measures     oracle.Measures    `json:"measures"`
	Twin         Twin               `json:"twin"`      // of a scenario with real programs that has one
	Simulated    time.Duration      `json:"simulated"` // how long the world ran by its own clock
	Wall         time.Duration      `json:"wall"`      // how long that took in real time
	Noise        time.Duration      `json:"noise"`     // how long a process of a run in real time waited for a processor, at most
	Noisy        bool               `json:"noisy"`     // that is too long to rely on the verdict
	Frames       uint64             `json:"frames"`    // sent in the world
	Version      string             `json:"version"`   // of the bench
	Replay       string             `json:"replay"`    // the command that repeats the run
	Skipped      string             `json:"skipped"`   // why it was not run; empty if it was
	Error        string             `json:"error"`     // why there is no verdict; empty if there is one
	Defect       bool               `json:"defect"`    // the error is a bug of the bench, not a problem of machine or scenario
	Events       []event.Event      `json:"-"`         // for a timeline: all, or the Highlights
	Page         string             `json:"-"`         // the run as plain text, with its timeline and measures; empty if nobody drew it
}

// NoDigest is printed for runs in real time, which have no digest.
const NoDigest = "n/a"

// Expectation is what the scenario expected, where it says so, and what
// happened.
type Expectation struct {
	Text   string `json:"text"`
	Passed bool   `json:"passed"`
	Got    string `json:"got"`
	File   string `json:"file"`   // empty if the scenario was written in Go
	Line   int    `json:"line"`   // from 1; 0 without a file
	Column int    `json:"column"` // from 1, in characters
}

// Place is where the file says it, as compilers write it: my.yaml:17:5. It is
// empty without a file.
func (e Expectation) Place() string {
	if e.File == "" || e.Line == 0 {
		return ""
	}
	return fmt.Sprintf("%s:%d:%d", e.File, e.Line, e.Column)
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

// Unasked reports whether the run passed without any expectation: only the
// invariants were judged.
func (r Result) Unasked() bool { return r.Passed && r.Skipped == "" && len(r.Expectations) == 0 }

// Name is the name of a run: its scenario, variant and seed.
func (r Result) Name() string {
	name := r.Scenario
	if r.Variant != "" {
		name += " " + r.Variant
	}
	return name + " seed " + strconv.FormatUint(r.Seed, 10)
}

// AppendJSON appends the result as one JSON object on one line.
func (r Result) AppendJSON(dst []byte) []byte { return jsonform.Append(dst, r) }

// WriteJSON writes the result as one indented JSON object and a newline.
func (r Result) WriteJSON(w io.Writer) error {
	var out bytes.Buffer
	if err := json.Indent(&out, r.AppendJSON(nil), "", "  "); err != nil {
		return fmt.Errorf("reports: run.json: %w", err)
	}
	out.WriteByte('\n')
	if _, err := out.WriteTo(w); err != nil {
		return fmt.Errorf("reports: run.json: %w", err)
	}
	return nil
}
