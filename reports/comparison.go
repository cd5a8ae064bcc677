package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/cablepull/cablepull/sim/event/jsonform"
	"github.com/cablepull/cablepull/sim/oracle"
)

// ComparisonFile is the file next to the directories of the two worlds.
const ComparisonFile = "comparison.json"

// Comparison is one scenario under one seed in both worlds, side by side. Its
// JSON form is comparison.json, in the style of run.json.
type Comparison struct {
	Scenario string            `json:"scenario"`
	Variant  string            `json:"variant"`
	About    string            `json:"about"`
	Seed     uint64            `json:"seed"`
	Passed   bool              `json:"passed"` // in both worlds
	Times    []TimeDifference  `json:"times"`
	Counts   []CountDifference `json:"counts"`
	Version  string            `json:"version"`
	Replay   string            `json:"replay"`
	Virtual  Result            `json:"virtual"`
	Netns    Result            `json:"netns"`
}

// Worlds says in which worlds something was measured.
type Worlds string

// The values of Worlds.
const (
	InBoth    Worlds = "both"
	InVirtual Worlds = "virtual"
	InNetns   Worlds = "netns"
)

// TimeDifference is one measured time in both worlds.
type TimeDifference struct {
	ID         string        `json:"id"`      // of its oracle.Column
	Measure    string        `json:"measure"` // the name of that
	Of         string        `json:"of"`      // whose: a client, a virtual IP, a fault
	In         Worlds        `json:"in"`      // where it was measured; elsewhere it is 0
	Virtual    time.Duration `json:"virtual"`
	Netns      time.Duration `json:"netns"`
	Difference time.Duration `json:"difference"` // netns minus virtual
}

// CountDifference is one number of things counted in both worlds.
type CountDifference struct {
	ID         string `json:"id"`
	Measure    string `json:"measure"`
	Of         string `json:"of"`
	In         Worlds `json:"in"`
	Virtual    int    `json:"virtual"`
	Netns      int    `json:"netns"`
	Difference int    `json:"difference"` // netns minus virtual
}

// Compare compares the runs of one scenario and seed in the two worlds. It
// takes its figures from the measures, and knows none by itself.
func Compare(virtual, netns *Result, replay string) *Comparison {
	c := &Comparison{
		Scenario: netns.Scenario, Variant: netns.Variant, About: netns.About, Seed: netns.Seed, Version: netns.Version, Replay: replay,
		Passed: virtual.Passed && netns.Passed, Virtual: *virtual, Netns: *netns,
	}
	for _, p := range Pairs(&virtual.Measures, &netns.Measures) {
		c.add(p)
	}
	return c
}

// add adds a figure of both worlds, or of one of them. Comparisons omit shares,
// which follow from counts.
func (c *Comparison) add(p Pair) {
	difference := p.Netns - p.Virtual
	switch p.Unit {
	case oracle.Span, oracle.Instant:
		c.Times = append(c.Times, TimeDifference{
			p.ID, p.Name, p.Of, p.In, time.Duration(p.Virtual), time.Duration(p.Netns), time.Duration(difference),
		})
	case oracle.Count:
		c.Counts = append(c.Counts, CountDifference{p.ID, p.Name, p.Of, p.In, int(p.Virtual), int(p.Netns), int(difference)})
	}
}

// Pair is one figure in both worlds. It is 0 in a world that did not measure
// it.
type Pair struct {
	*oracle.Column
	Of             string
	In             Worlds
	Virtual, Netns float64
}

// Pairs pairs the figures of two runs, except those that may vary freely.
// Figures that only the second run has come last.
func Pairs(virtual, netns *oracle.Measures) []Pair {
	type name struct {
		column *oracle.Column
		of     string
	}
	ours, theirs := virtual.Figures(), netns.Figures()
	matched, known := map[name]oracle.Figure{}, map[name]bool{}
	for _, f := range theirs {
		matched[name{f.Column, f.Of}] = f
	}
	var all []Pair
	add := func(p Pair) {
		if p.Varies != oracle.Freely {
			all = append(all, p)
		}
	}
	for _, f := range ours {
		known[name{f.Column, f.Of}] = true
		if other, both := matched[name{f.Column, f.Of}]; both {
			add(Pair{f.Column, f.Of, InBoth, f.Value, other.Value})
		} else {
			add(Pair{f.Column, f.Of, InVirtual, f.Value, 0})
		}
	}
	for _, f := range theirs {
		if !known[name{f.Column, f.Of}] {
			add(Pair{f.Column, f.Of, InNetns, 0, f.Value})
		}
	}
	return all
}

// AppendJSON appends the comparison as one JSON object on one line.
func (c *Comparison) AppendJSON(dst []byte) []byte { return jsonform.Append(dst, *c) }

// WriteJSON writes the comparison as one indented JSON object and a newline.
func (c *Comparison) WriteJSON(w io.Writer) error {
	var out bytes.Buffer
	if err := json.Indent(&out, c.AppendJSON(nil), "", "  "); err != nil {
		return fmt.Errorf("reports: %s: %w", ComparisonFile, err)
	}
	out.WriteByte('\n')
	if _, err := out.WriteTo(w); err != nil {
		return fmt.Errorf("reports: %s: %w", ComparisonFile, err)
	}
	return nil
}
