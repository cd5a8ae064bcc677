package text

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/cablepull/cablepull/reports"
)

// WriteSweep draws what a sweep came to: a table with a row for each setting,
// then what was asked beside it, and the runs behind the points that matter.
func WriteSweep(w io.Writer, s *reports.Sweep, o Options) error {
	p := newPage(o)
	if !o.Quiet {
		p.sweepHead(s)
		if s.Difference == nil {
			p.points(s)
		}
		p.difference(s)
		p.influences(s)
		p.behind(s)
	}
	p.overSeeds(s)
	p.found(s)
	p.sweepEnd(s)
	return p.writeTo(w)
}

// sweepHead says what was played.
func (p *page) sweepHead(s *reports.Sweep) {
	what := fmt.Sprintf("  %s, %s, seeds %s", count(len(s.Points), "setting"), count(s.Runs, "run"), s.Seeds)
	p.line(span{withVariant(s.Scenario, s.Variant), bold}, span{what, dim})
	p.about(s.About)
	for _, line := range append([]string{s.Faults}, s.Notes...) {
		if line != "" {
			p.wrapped(nil, []span{{line, dim}})
		}
	}
	for _, n := range s.Noise {
		p.wrapped(nil, []span{{"noise: " + n, dim}})
	}
}

// points draws the table of the settings.
func (p *page) points(s *reports.Sweep) {
	var head []string
	for _, k := range s.Knobs {
		head = append(head, "<"+k.Name)
	}
	head = append(head, "runs")
	for _, f := range s.Figures { // aligned as numbers are, which are never cut
		head = append(head, f)
		if s.HoldOut != "" {
			head = append(head, "held out")
		}
	}
	t := newTable("Settings", head...)
	t.most = settingsShown
	for _, point := range s.Points {
		t.inked(p.pointRow(s, point))
	}
	p.table(t)
	if len(s.Front) > 0 {
		p.wrapped(nil, []span{{"*: no other setting is better in one of " + strings.Join(s.Front, ", ") + " and as good in the others", dim}})
	}
}

// settingsShown is how many settings the table has; the files have all.
const settingsShown = 200

func (p *page) pointRow(s *reports.Sweep, point reports.SweepPoint) []span {
	how := plain
	if point.OnFront {
		how = bold
	}
	var cells []span
	for i, value := range point.Values {
		if i == 0 && point.OnFront {
			value += " *"
		}
		cells = append(cells, span{value, how})
	}
	runs := strconv.Itoa(point.Runs)
	if point.Broken > 0 {
		runs += fmt.Sprintf(" (%d broken)", point.Broken)
	}
	cells = append(cells, span{runs, plain})
	for i := range s.Figures {
		cells = append(cells, estimate(point.Figures, i))
		if s.HoldOut != "" {
			cells = append(cells, estimate(point.HoldOut, i))
		}
	}
	return cells
}

// estimate is a figure of a point in a cell.
func estimate(all []reports.Estimate, i int) span {
	if i >= len(all) {
		return span{absent, dim}
	}
	return span{all[i].Text, plain}
}

// difference draws two scenarios side by side.
func (p *page) difference(s *reports.Sweep) {
	if s.Difference == nil {
		return
	}
	var head []string
	for _, k := range s.Knobs {
		head = append(head, "<"+k.Name)
	}
	t := newTable("", append(head, "<figure", s.Difference.This, s.Difference.Other, "difference", "<verdict")...)
	t.most = settingsShown
	for _, r := range s.Difference.Rows {
		var cells []span
		for _, value := range r.Values {
			cells = append(cells, span{value, plain})
		}
		t.inked(append(cells, span{r.Figure, plain}, span{r.Ours.Text, plain}, span{r.Theirs.Text, plain}, span{r.Text, plain}, span{r.Verdict, bold}))
	}
	t.title = fmt.Sprintf("%s against %s, seed by seed", s.Difference.This, s.Difference.Other)
	p.table(t)
}

// influences draws how much of a figure's variance each knob explains.
func (p *page) influences(s *reports.Sweep) {
	t := newTable("What the figures depend on (first-order Sobol indices)", "<figure", "<knob", "share", "<interval")
	for _, x := range s.Influences {
		t.row(x.Figure, x.Knob, share(x.Share), share(x.Low)+" to "+share(x.High))
	}
	p.table(t)
}

func share(x float64) string { return strconv.FormatFloat(100*x, 'f', 0, 64) + "%" }

// behind lists the runs behind the points of the front, or behind all points if
// they are few.
func (p *page) behind(s *reports.Sweep) {
	t := newTable("Runs behind them", "<setting", "<run", "<value", "<replay")
	for _, point := range s.Points {
		if !point.OnFront && len(s.Points) > examplesShown {
			continue
		}
		for _, x := range point.Examples {
			t.inked([]span{{settingOf(s, point), plain}, {x.What, plain}, {x.Value, plain}, {x.Replay, command}})
		}
	}
	p.table(t)
}

// examplesShown is for how many settings the runs behind each are listed.
const examplesShown = 4

// settingOf names a point by its knobs.
func settingOf(s *reports.Sweep, point reports.SweepPoint) string {
	var words []string
	for i, k := range s.Knobs {
		words = append(words, k.Name+"="+point.Values[i])
	}
	return strings.Join(words, " ")
}

// overSeeds prints what the scenario expects of all seeds together.
func (p *page) overSeeds(s *reports.Sweep) {
	first := true
	for _, point := range s.Points {
		for _, x := range point.OverSeed {
			if first {
				p.section()
				first = false
			}
			line := x.Text
			if x.Got != "" {
				line += ": got " + x.Got
			}
			if setting := settingOf(s, point); setting != "" {
				line += "  (" + setting + ")"
			}
			p.wrapped([]span{p.sign(x.Passed), {" ", plain}}, []span{{line, plain}})
		}
	}
}

// found prints what a search found.
func (p *page) found(s *reports.Sweep) {
	if s.Search == nil {
		return
	}
	p.section()
	how := good
	if len(s.Search.Found) == 0 {
		how = bad
	}
	p.wrapped(nil, []span{{s.Search.Verdict, how}})
}

// sweepEnd prints the replay command, and whether everything held.
func (p *page) sweepEnd(s *reports.Sweep) {
	if s.Replay != "" && !p.Quiet {
		p.line()
		p.line(span{"replay: ", dim}, span{s.Replay, command})
	}
}
