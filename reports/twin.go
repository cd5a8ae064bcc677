package reports

import (
	"fmt"
	"time"

	"github.com/cablepull/cablepull/sim/oracle"
)

// Twin is a run with real programs held against its twin with models, figure by
// figure.
type Twin struct {
	Scenario string    `json:"scenario"` // of the twin; empty: the models were on other nodes of the same run
	Rows     []TwinRow `json:"rows"`
}

// The values of Worlds in a TwinRow, besides InBoth.
const (
	InReal Worlds = "real" // only the real programs have the figure
	InTwin Worlds = "twin" // only the models do
)

// TwinRow is one figure of both. Spans and instants are nanoseconds.
type TwinRow struct {
	ID         string      `json:"id"`
	Measure    string      `json:"measure"`
	Unit       oracle.Unit `json:"unit"`
	Of         string      `json:"of"`   // whose it is
	With       string      `json:"with"` // whose it is in the twin
	In         Worlds      `json:"in"`
	Here       float64     `json:"real"`
	There      float64     `json:"twin"`
	Difference float64     `json:"difference"` // real minus twin
	Allowed    float64     `json:"allowed"`    // difference that needs no reason
	Differs    bool        `json:"differs"`    // by more than that
	Why        string      `json:"why"`        // the reason that the scenario gives; empty: none
	Problem    string      `json:"problem"`    // it needs a reason and has none; empty: all is well
}

// Needless says that the scenario has a reason for a figure that does not
// differ. It is no failure: in real time it may differ another time.
func (r TwinRow) Needless() bool { return r.Why != "" && !r.Differs }

// Judgement is the twin as expectations: one for each figure that differs
// without a reason, or one that all others hold.
func (t *Twin) Judgement() []Expectation {
	var all []Expectation
	for _, r := range t.Rows {
		if r.Problem == "" {
			continue
		}
		all = append(all, Expectation{
			Text: fmt.Sprintf("%s of %s is that of %s%s, or twin.why says why not", r.Measure, r.Of, r.With, t.where()),
			Got:  fmt.Sprintf("%s and %s: %s", r.text(r.Here), r.text(r.There), r.Problem),
		})
	}
	if len(all) == 0 {
		all = append(all, Expectation{
			Text: fmt.Sprintf("all figures are those of the twin%s, or twin.why says why not", t.where()), Passed: true,
			Got: fmt.Sprintf("all %d", len(t.Rows)),
		})
	}
	return all
}

func (t *Twin) where() string {
	if t.Scenario == "" {
		return ""
	}
	return " in " + t.Scenario
}

// text prints a value.
func (r TwinRow) text(value float64) string {
	if r.Unit == oracle.Span || r.Unit == oracle.Instant {
		return time.Duration(value).Round(time.Millisecond).String()
	}
	return fmt.Sprintf("%.4g", value)
}
