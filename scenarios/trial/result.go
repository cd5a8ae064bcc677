package trial

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/page"
	"github.com/cablepull/cablepull/reports/picture"
	"github.com/cablepull/cablepull/sim/event"
)

// Result is the outcome of a trial: a verdict, or whose fault it is that there
// is none. A worker process returns its JSON form.
type Result struct {
	Report reports.Result `json:"report"` // the content of run.json
	Blame  Blame          `json:"blame"`
	Kept   bool           `json:"kept"`            // its artefacts are in the trial's directory
	Page   string         `json:"page"`            // Report.Page, which run.json does not have
	Part   page.Part      `json:"part"`            // of a page about many; empty unless the trial asks for it
	Brief  *Brief         `json:"brief,omitempty"` // nil unless the trial asks for it
	Err    error          `json:"-"`               // why there is no verdict, or nil; Report.Error is its text
	// Record and Drawn, the events of the whole run, are what report.html shows
	// besides Report; nil unless the player keeps them.
	Record *picture.Record `json:"-"`
	Drawn  []event.Event   `json:"-"`
}

// Status is the exit status of a process that played trials.
type Status int

// The statuses.
const (
	Passed      Status = 0   // all expectations and invariants hold, or all trials were skipped
	Failed      Status = 1   // some do not
	Unable      Status = 2   // the scenario cannot be played on this machine, or on any
	Defect      Status = 3   // the bench itself failed
	Interrupted Status = 130 // stopped by a signal, by the convention of shells
)

// Status is the exit status of a process that played only this trial.
func (r Result) Status() Status {
	switch r.Blame {
	case BlameBench:
		return Defect
	case BlameScenario, BlameMachine:
		return Unable
	case BlameSignal:
		return Interrupted
	}
	if r.Report.Passed || r.Report.Skipped != "" {
		return Passed
	}
	return Failed
}

// Decisive returns the result that decides the exit status of a process that
// played them all: the first bug of the bench, else the first without a
// verdict, else the first that failed, else any.
func Decisive(results []Result) Result {
	worst := Result{Report: reports.Result{Passed: true}}
	rank := func(r Result) int {
		switch r.Status() {
		case Passed:
			return 0
		case Failed:
			return 1
		case Defect:
			return 3
		}
		return 2
	}
	for _, r := range results {
		if rank(r) > rank(worst) {
			worst = r
		}
	}
	return worst
}

// blank is the result of a trial that has not started.
func (t Trial) blank(version string) Result {
	r := reports.Result{Scenario: t.Label(), Variant: t.Point(), Set: settingTexts(t.Set), Phase: t.Phase, NoiseModels: noiseWords(t.Noise), Seed: t.Seed, World: string(t.World), Version: version, Replay: t.Replay}
	if t.Scenario != nil {
		r.Scenario, r.About, r.Warnings, r.File = t.Scenario.Name, t.Scenario.About, t.Warnings(), t.Scenario.File()
		r.Tags = t.Scenario.Tags
		r.Nodes = t.Scenario.NodeOrder()
	}
	return Result{Report: r}
}

// settingTexts writes settings as they stand on a command line.
func settingTexts(settings []Setting) []string {
	var texts []string
	for _, x := range settings {
		texts = append(texts, x.String())
	}
	return texts
}

// noiseWords are the words of noise models.
func noiseWords(all []Noise) []string {
	var words []string
	for _, n := range all {
		words = append(words, n.Word)
	}
	return words
}

// NotPlayed is the result of a trial that was due and was not played, or not to
// its end, for a reason.
func (t Trial) NotPlayed(version, why string) Result {
	t.Skip = why
	return t.skipped(version)
}

// skipped is the result of a trial that is not played.
func (t Trial) skipped(version string) Result {
	r := t.blank(version)
	r.Report.Skipped = t.Skip
	return r
}

// without is the result of a trial without a verdict.
func (t Trial) without(version string, blame Blame, err error) Result {
	r := t.blank(version)
	r.Blame, r.Err = blame, err
	r.Report.Error, r.Report.Defect = err.Error(), blame == BlameBench
	return r
}

// InterruptedError says when a signal stopped a trial of which something is
// known. It is context.Canceled.
type InterruptedError struct{ At time.Duration }

// Error implements error.
func (e *InterruptedError) Error() string {
	return fmt.Sprintf("interrupted at %v: not judged", e.At.Round(100*time.Millisecond))
}

// Is implements errors.Is.
func (e *InterruptedError) Is(target error) bool { return target == context.Canceled }

// interrupt turns the result of a trial that was stopped into one without a
// verdict.
func (r *Result) interrupt(at time.Duration) {
	r.Blame, r.Err = BlameSignal, &InterruptedError{at}
	r.Report.Passed, r.Report.Error = false, r.Err.Error()
}

// restored gives a result from another process its error back.
func (r Result) restored() Result {
	if r.Blame != BlameNobody {
		r.Err = errors.New(r.Report.Error)
	}
	return r
}

// Decode reads a result that was written as JSON.
func Decode(text []byte) (Result, error) {
	var r Result
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("trial: result: %w", err)
	}
	r.Report.Page = r.Page
	return r.restored(), nil
}
