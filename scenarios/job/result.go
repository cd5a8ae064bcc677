package job

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/cablepull/cablepull/scenarios/figure"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// Verdict says how a job ended.
type Verdict string

// The verdicts.
const (
	Passed   Verdict = "passed"
	Failed   Verdict = "failed"   // expectations were not met; all invariants held
	Violated Verdict = "violated" // an invariant did not hold
	Error    Verdict = "error"    // there is none: see Result.Blame
	Skipped  Verdict = "skipped"  // it was not played, for the reason in Text
)

// Result is what became of a job.
type Result struct {
	Job       Digest          `json:"job"`
	World     trial.World     `json:"world"`
	Run       string          `json:"run,omitempty"` // the digest of the run; empty in real time, and without a verdict
	Verdict   Verdict         `json:"verdict"`
	Blame     trial.Blame     `json:"blame,omitempty"`
	Text      string          `json:"text,omitempty"`     // why there is no verdict, or what happened instead of the first of Failed
	Failed    []string        `json:"failed,omitempty"`   // the expectations that were not met
	Violated  []string        `json:"violated,omitempty"` // the invariants, each as often as it did not hold
	Simulated time.Duration   `json:"simulated,omitempty"`
	Figures   figure.Packed   `json:"figures"`
	Whole     json.RawMessage `json:"whole,omitempty"` // the trial.Result, where it is kept: see Whole; not part of the digest
}

// Sum turns the result of a job's trial into what is kept of it. The trial must
// have asked for a Brief.
func Sum(j Digest, world trial.World, r trial.Result) Result {
	one := Result{Job: j, World: world, Blame: r.Blame}
	b := r.Brief
	switch {
	case r.Report.Skipped != "":
		one.Verdict, one.Text = Skipped, r.Report.Skipped
		return one
	case r.Blame != trial.BlameNobody || b == nil:
		one.Verdict, one.Text = Error, r.Report.Error
		one.Figures = figure.Packed(figure.Of(nil, figure.Verdict{Unjudged: true}))
		return one
	case len(b.Violated) > 0:
		one.Verdict = Violated
	case !b.Passed:
		one.Verdict = Failed
	default:
		one.Verdict = Passed
	}
	one.Run, one.Text, one.Failed, one.Violated = b.Digest, b.Got, b.Failed, b.Violated
	one.Simulated, one.Figures = b.Simulated, b.Figures
	return one
}

// Whole is Sum with the whole result, which trial.Decode reads. The trial need
// not have asked for a Brief.
func Whole(j Job, r trial.Result) (Result, error) {
	if r.Blame == trial.BlameNobody && r.Report.Skipped == "" {
		r.Brief = trial.BriefOf(j.Text, &r.Report)
	}
	one := Sum(j.Digest(), j.World, r)
	r.Brief = nil
	var err error
	if one.Whole, err = json.Marshal(r); err != nil {
		return one, fmt.Errorf("job: result: %w", err)
	}
	return one, nil
}

// Digest covers all that decides what is made of the result: two results of
// one job in virtual time have the same, unless the bench has a bug. No float
// is part of it, and neither is the text of an error, which may name processes.
func (r Result) Digest() Digest {
	c := make(canonical, 0, 4096)
	c.add("result 1", string(r.Job), string(r.World), r.Run, string(r.Verdict), r.Simulated.String())
	c.list(r.Failed)
	c.list(r.Violated)
	for _, v := range r.Figures {
		c.add(v.ID, v.Of, strconv.FormatInt(v.Whole, 10), strconv.FormatBool(v.Open))
	}
	return c.digest()
}

// Final reports whether playing the job again can give no other result: it is
// not for a signal or for the machine that there is no verdict.
func (r Result) Final() bool {
	return !slices.Contains([]trial.Blame{trial.BlameMachine, trial.BlameSignal}, r.Blame)
}
