package sweep

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/figure"
	"github.com/cablepull/cablepull/scenarios/statistic"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// Table is what was asked of a sweep.
type Table struct {
	Knobs   []Knob
	Figures []figure.Word
	Front   []figure.Word
	HoldOut []*Runs // of the same points, under other seeds; nil: none
	// Replay is the command that plays a trial again.
	Replay func(trial.Trial) string
}

// Usual are the figures that a sweep shows if nobody asks for others.
var Usual = []string{"outage.p50", "outage.p99", "false-failovers", "violated"}

// Report says what the runs of points came to. It leaves out the usual figures
// that no run measured; if one that was asked for was measured nowhere, that is
// an error.
func (t Table) Report(s *scenarios.Scenario, all []*Runs, asked bool) (*reports.Sweep, error) {
	if why := unplayed(all); why != "" {
		return nil, fmt.Errorf("no run has a verdict: %s", why)
	}
	words := t.Figures
	if !asked {
		words = slices.DeleteFunc(slices.Clone(words), func(w figure.Word) bool { return !measured(all, w) })
	}
	for _, w := range t.Front {
		if !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	for _, w := range words {
		if err := t.unmeasured(all, w); err != nil {
			return nil, err
		}
	}
	r := &reports.Sweep{
		Scenario: s.Name, Variant: s.Variant, File: s.File(), About: s.About, World: string(trial.Virtual),
		Figures: wordTexts(words), Front: wordTexts(t.Front), Knobs: t.knobs(all), Passed: true,
	}
	for i, runs := range all {
		p := reports.SweepPoint{Values: runs.Point.Setting.Values(), Runs: len(runs.Runs)}
		var why string
		if p.Broken, why = runs.broken(); p.Broken > 0 {
			r.Notes = append(r.Notes, fmt.Sprintf("%d of %d runs of %s have no verdict: %s", p.Broken, p.Runs, settingOf(runs.Point), why))
		}
		for _, w := range words {
			p.Figures = append(p.Figures, runs.Estimate(w))
			if t.HoldOut != nil {
				p.HoldOut = append(p.HoldOut, t.HoldOut[i].Estimate(w))
			}
		}
		p.Examples = t.examples(runs, words)
		r.Runs += len(runs.Runs)
		if t.HoldOut != nil {
			r.Runs += len(t.HoldOut[i].Runs)
		}
		r.Points = append(r.Points, p)
	}
	t.markFront(r)
	return r, nil
}

// unplayed says why no run has a verdict; empty if one has.
func unplayed(all []*Runs) string {
	first := ""
	for _, r := range all {
		n, why := r.broken()
		if n < len(r.Runs) {
			return ""
		}
		first = cmp.Or(first, why)
	}
	return first
}

// settingOf names a point for messages.
func settingOf(p *Point) string {
	if len(p.Setting) == 0 {
		return p.Scenario.Title()
	}
	return p.Setting.String()
}

func wordTexts(words []figure.Word) []string {
	texts := []string{}
	for _, w := range words {
		texts = append(texts, w.String())
	}
	return texts
}

// measured reports whether any run measured a figure.
func measured(all []*Runs, w figure.Word) bool {
	return slices.ContainsFunc(all, func(r *Runs) bool { return len(r.sorted(w)) > 0 })
}

// unmeasured is the error of a figure that no run measured.
func (t Table) unmeasured(all []*Runs, w figure.Word) error {
	if measured(all, w) {
		return nil
	}
	var values []figure.Values
	for _, r := range all {
		values = append(values, r.values()...)
	}
	_, err := figure.Summarise(values, w)
	return err
}

// knobs are the knobs with the values that the points have.
func (t Table) knobs(all []*Runs) []reports.Knob {
	knobs := []reports.Knob{}
	for i, name := range ShortNames(settings(t.Knobs)) {
		k := reports.Knob{Path: t.Knobs[i].Path, Name: name, Values: []string{}}
		for _, r := range all {
			if value := r.Point.Setting[i].Value; !slices.Contains(k.Values, value) {
				k.Values = append(k.Values, value)
			}
		}
		knobs = append(knobs, k)
	}
	return knobs
}

// settings are the paths of knobs, without values.
func settings(knobs []Knob) []trial.Setting {
	var all []trial.Setting
	for _, k := range knobs {
		all = append(all, trial.Setting{Path: k.Path})
	}
	return all
}

// ShortNames are the shortest ends of paths that no other one has.
func ShortNames(settings []trial.Setting) []string {
	var names []string
	for i := range settings {
		settings[i].Value = ""
	}
	for word := range strings.SplitSeq(scenarios.SettingsText(settings), ",") {
		if word != "" {
			names = append(names, strings.TrimSuffix(word, "="))
		}
	}
	return names
}

// markFront marks the points that no other one beats.
func (t Table) markFront(r *reports.Sweep) {
	if len(t.Front) == 0 {
		return
	}
	points := make([][]float64, len(r.Points))
	for i, p := range r.Points {
		for _, w := range t.Front {
			e := p.Figures[slices.Index(r.Figures, w.String())]
			value := e.Value
			if e.Measured == 0 {
				value = math.NaN()
			}
			points[i] = append(points[i], value)
		}
	}
	for _, i := range statistic.Front(points) {
		r.Points[i].OnFront = true
	}
}

// examples are the runs to look at behind a point: the worst and the middle one
// of the first figure that differs from run to run.
func (t Table) examples(runs *Runs, words []figure.Word) []reports.Example {
	examples := []reports.Example{}
	for _, w := range words {
		values := runs.sorted(w)
		if len(values) == 0 || values[0] == values[len(values)-1] && w != words[len(words)-1] {
			continue
		}
		for _, x := range []struct {
			what  string
			share float64
		}{{"median", 0.5}, {"largest", 1}} {
			number, value, _ := runs.extreme(w, x.share)
			trial := runs.Trials[number]
			if len(examples) > 0 && examples[0].Seed == trial.Seed {
				continue // all runs are equal
			}
			examples = append(examples, reports.Example{
				What: x.what + " " + w.Name(), Value: figure.Text(runUnit(w), value), Seed: trial.Seed, Replay: t.Replay(trial),
			})
		}
		return examples
	}
	return examples
}

// runUnit is what a word's value of one run is measured in.
func runUnit(w figure.Word) figure.Unit {
	w.Statistic = figure.Max
	return w.Unit()
}

// FaultsText says where the faults of a sweep are.
func (p *Plan) FaultsText(points []*Point) string {
	var longest time.Duration
	for _, point := range points {
		longest = max(longest, point.hello)
	}
	if longest == 0 {
		return ""
	}
	return fmt.Sprintf("Faults come later by up to %v: together, the seeds divide one hello time evenly. --phase fixed leaves them where the file has them.", longest)
}
