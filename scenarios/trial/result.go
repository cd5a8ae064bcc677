package trial

import (
	"errors"

	"github.com/cablepull/cablepull/reports"
)

// Result is what came of a trial: a verdict, or whose fault it is that there is
// none. Its JSON form is what a worker process gives back.
type Result struct {
	Report reports.Result `json:"report"` // what run.json holds
	Blame  Blame          `json:"blame"`
	Err    error          `json:"-"` // why there is no verdict; nil if there is one. Report.Error is its text
}

// Status is how a process ends that played trials, for scripts.
type Status int

// The statuses.
const (
	Passed      Status = 0   // all expectations and invariants hold, or nothing was to be played
	Failed      Status = 1   // some do not
	Unable      Status = 2   // the scenario cannot be played, here or at all
	Defect      Status = 3   // the bench itself failed
	Interrupted Status = 130 // stopped by a signal, as shells count it
)

// Status is that of a process that played this trial alone.
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

// Decisive returns the result that decides how a process ends that played them
// all: the first defect of the bench, else the first without a verdict, else the
// first that failed, else any.
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

// blank is the result of a trial of which nothing is known yet.
func (t Trial) blank(version string) Result {
	r := reports.Result{Scenario: t.Word, Variant: t.Variant, Seed: t.Seed, World: string(t.World), Version: version, Replay: t.Replay}
	if t.Scenario != nil {
		r.Scenario, r.About = t.Scenario.Name, t.Scenario.About
	}
	return Result{Report: r}
}

// skipped is the result of a trial that is not played.
func (t Trial) skipped(version string) Result {
	r := t.blank(version)
	r.Report.Skipped = t.Skip
	return r
}

// without is the result of a trial that came to no verdict.
func (t Trial) without(version string, blame Blame, err error) Result {
	r := t.blank(version)
	r.Blame, r.Err = blame, err
	r.Report.Error, r.Report.Defect = err.Error(), blame == BlameBench
	return r
}

// restored gives a result that came from another process its error.
func (r Result) restored() Result {
	if r.Blame != BlameNobody {
		r.Err = errors.New(r.Report.Error)
	}
	return r
}
