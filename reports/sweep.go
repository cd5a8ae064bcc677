package reports

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/cablepull/cablepull/sim/oracle"
)

// Sweep is what the runs of one scenario under several settings and seeds came
// to. Its JSON form is what `cablepull sweep --json` prints.
type Sweep struct {
	Scenario string       `json:"scenario"`
	Variant  string       `json:"variant"`
	File     string       `json:"file"`
	About    string       `json:"about"`
	World    string       `json:"world"`
	Version  string       `json:"version"`
	Replay   string       `json:"replay"` // the command that repeats the sweep
	Knobs    []Knob       `json:"knobs"`
	Seeds    string       `json:"seeds"`    // such as 1..200
	HoldOut  string       `json:"hold_out"` // seeds that chose nothing; empty: none
	Faults   string       `json:"faults"`   // where the faults of the timeline are, in words
	Noise    []string     `json:"noise"`    // the models of noise
	Figures  []string     `json:"figures"`  // the words of the figures, as in each point
	Front    []string     `json:"front"`    // those of the Pareto front; empty: there is none
	Points   []SweepPoint `json:"points"`   // in the order of the settings
	Runs     int          `json:"runs"`
	Notes    []string     `json:"notes"` // what a reader has to know of the figures
	Passed   bool         `json:"passed"`

	Difference *Difference  `json:"difference"` // of a sweep against another scenario; nil: none
	Search     *Search      `json:"search"`     // for a limit or for the best setting; nil: none
	Influences []*Influence `json:"influences"` // of the knobs; empty: nobody asked
}

// Knob is a path of the scenario that a sweep varies.
type Knob struct {
	Path   string   `json:"path"`
	Name   string   `json:"name"`   // its shortest end that no other knob has
	Values []string `json:"values"` // that the points have, in order
}

// SweepPoint is one setting with what its runs came to.
type SweepPoint struct {
	Values   []string      `json:"values"` // of the knobs, in their order
	Runs     int           `json:"runs"`
	Broken   int           `json:"broken"`  // runs without a verdict, which have no figures
	Figures  []Estimate    `json:"figures"` // in the order of Sweep.Figures
	HoldOut  []Estimate    `json:"hold_out"`
	OnFront  bool          `json:"on_front"` // no other point is better in one figure of the front and as good in the others
	OverSeed []Expectation `json:"over_seeds"`
	Examples []Example     `json:"examples"` // runs behind the point
}

// Estimate is what the runs of a point say about one figure.
type Estimate struct {
	Figure   string      `json:"figure"` // its word
	Unit     oracle.Unit `json:"unit"`
	Measured int         `json:"measured"` // runs that have it
	Value    float64     `json:"value"`
	AtLeast  bool        `json:"at_least"` // the true value is at least this: runs ended first
	Low      float64     `json:"low"`      // ends of the interval; 0 without one
	High     float64     `json:"high"`
	HasLow   bool        `json:"has_low"`
	HasHigh  bool        `json:"has_high"`
	Needs    int         `json:"needs"` // how many more runs the interval needs; 0: none
	Text     string      `json:"text"`  // for people
	Sorted   []float64   `json:"-"`     // the values of the runs, for pictures
}

// Example is a run behind a point: the one that a figure points to.
type Example struct {
	What   string  `json:"what"`   // such as "worst outage"
	Value  string  `json:"value"`  // of the figure, for people
	Seed   uint64  `json:"seed"`   //
	Replay string  `json:"replay"` // the command that plays it again
	Run    *Result `json:"-"`      // played again for a page; nil: nobody asked
}

// Difference is one scenario held against another, seed by seed.
type Difference struct {
	This  string          `json:"this"`  // what the scenario is called here
	Other string          `json:"other"` // and the other one
	Rows  []DifferenceRow `json:"rows"`
}

// DifferenceRow is one figure of both.
type DifferenceRow struct {
	Figure  string   `json:"figure"`
	Values  []string `json:"values"` // of the knobs
	Ours    Estimate `json:"ours"`
	Theirs  Estimate `json:"theirs"`
	Pairs   int      `json:"pairs"`
	Text    string   `json:"text"`    // the difference with its interval
	Verdict string   `json:"verdict"` // such as "no difference seen: needs about 1,100 more runs"
	P       float64  `json:"p"`       // of the test that Test names
	Test    string   `json:"test"`
}

// Search is a search for a limit or for the best setting.
type Search struct {
	Asked   string   `json:"asked"`
	Found   []string `json:"found"`   // values of the knobs; empty: nothing holds
	Verdict string   `json:"verdict"` // in a sentence
}

// Influence is how much of the variance of a figure one knob explains by
// itself: its first-order Sobol index.
type Influence struct {
	Figure string  `json:"figure"`
	Knob   string  `json:"knob"`
	Share  float64 `json:"share"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
}

// WriteJSON writes the sweep as one indented JSON object and a newline.
func (s *Sweep) WriteJSON(w io.Writer) error {
	form := json.NewEncoder(w)
	form.SetEscapeHTML(false)
	form.SetIndent("", "  ")
	if err := form.Encode(s); err != nil {
		return fmt.Errorf("reports: sweep: %w", err)
	}
	return nil
}
