package trial

import (
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios/figure"
)

// Brief is what many runs together need of one. Of thousands, reports would
// take more time to send than short runs take to play.
type Brief struct {
	Text      string        `json:"text"`               // digest of the scenario's text that was played
	Digest    string        `json:"digest"`             // of the run; empty in real time
	Passed    bool          `json:"passed"`             // as in reports.Result
	Failed    []string      `json:"failed,omitempty"`   // the expectations that were not met
	Got       string        `json:"got,omitempty"`      // what happened instead of the first of them
	Violated  []string      `json:"violated,omitempty"` // the invariants, each as often as it was
	Simulated time.Duration `json:"simulated"`
	Figures   figure.Packed `json:"figures"`
}

// brief is the reply of a worker to a trial that asks for no more.
type brief struct {
	Blame Blame  `json:"blame"`
	Kept  bool   `json:"kept"`
	Brief *Brief `json:"brief"`
}

// line is the reply of a worker to a trial that passed, and of which a table of
// runs has a line.
type line struct {
	Kept bool          `json:"kept"`
	Line *reports.Line `json:"line"`
}

// BriefOf sums up the report of a run that was judged.
func BriefOf(text string, r *reports.Result) *Brief {
	b := &Brief{Text: text, Digest: r.Digest, Passed: r.Passed, Simulated: r.Simulated}
	for _, x := range r.Failed() {
		b.Failed = append(b.Failed, x.Text)
		if b.Got == "" {
			b.Got = x.Got
		}
	}
	for _, v := range r.Violations {
		b.Violated = append(b.Violated, v.Invariant)
	}
	b.Figures = figure.Packed(figure.Of(&r.Measures, figure.Verdict{Violated: b.Violated, Failed: !r.Passed, Simulated: r.Simulated}))
	return b
}

// briefly is the result of a trial of which a worker has sent a brief.
func (t Trial) briefly(version string, r reply) Result {
	whole := t.blank(version)
	whole.Blame, whole.Kept, whole.Brief = r.Blame, r.Kept, r.Brief
	whole.Report.Passed, whole.Report.Digest, whole.Report.Simulated = r.Brief.Passed, r.Brief.Digest, r.Brief.Simulated
	return whole
}

// lined is the result of a trial that passed, of which a worker has sent the
// line.
func (t Trial) lined(version string, r reply) Result {
	whole := t.blank(version)
	whole.Kept = r.Kept
	r.Line.Fill(&whole.Report)
	return whole
}
