package picture

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cablepull/cablepull/reports/text"
)

// Sizes of the picture of a metric.
const (
	panelTop, panelBottom = 14, 144
	linesDrawn            = 12 // series of a metric
)

// lineLooks are the looks of series: a class of the style sheet with a pattern
// of its own, and the name of its colour.
var lineLooks = []struct{ class, colour string }{
	{"line-1", "green"}, {"line-2", "blue"}, {"line-3", "vermilion"}, {"line-4", "purple"}, {"line-5", "sky"}, {"line-6", "orange"},
}

// metricFigures draws each metric that changed over time.
func metricFigures(rec *Record, s *scene) []Figure {
	var all []Figure
	for m := range metrics {
		changes := slices.ContainsFunc(rec.gauges.series[m], func(s *series) bool { return len(s.points) > 1 })
		if changes {
			all = append(all, metricFigure(m, rec.gauges.series[m], s))
		}
	}
	return all
}

func metricFigure(m metric, all []*series, s *scene) Figure {
	words := metricTexts[m]
	about := words.about
	if n := len(all) - linesDrawn; n > 0 {
		ranked := slices.Clone(all)
		slices.SortStableFunc(ranked, func(a, b *series) int { return cmp.Compare(len(b.points), len(a.points)) })
		all = slices.DeleteFunc(slices.Clone(all), func(x *series) bool { return !slices.Contains(ranked[:linesDrawn], x) })
		about += fmt.Sprintf(" %d lines that change less often are left out.", n)
	}
	for _, line := range all {
		if line.apart > 0 {
			about += " Changes that follow each other closely are one."
			break
		}
	}
	most := 0.0
	for _, line := range all {
		most = max(most, line.largest())
	}
	c := &canvas{width: pictureWidth}
	x, top := newScale(s.lanes.Total), roundUp(most)
	c.shade(x, s.lanes.Faults, panelTop, panelBottom)
	for _, share := range []float64{0, 0.5, 1} {
		y := panelBottom - (panelBottom-panelTop)*share
		c.line("grid", x.left, y, x.right, y)
		c.text("tick", x.left-8, y+4, atEnd, amount(top*share)+" "+words.unit)
	}
	c.axis(x, panelTop, panelBottom)
	var keys []key
	for i, line := range all {
		look := lineLooks[i%len(lineLooks)]
		c.path(look.class, line.path(x, top, s.lanes.Total), line.name)
		keys = append(keys, key{line.name, look.class, "M-6 0h12"})
	}
	height := c.legend(keys, panelBottom+axisHeight+14)
	return Figure{
		Name: words.name, Title: words.title, About: about, Drawing: c.html(height, words.title+" over time"),
		Plot: metricPlot(m, all, s), Table: metricTable(all, words.unit),
	}
}

// roundUp is a round number that is not smaller.
func roundUp(v float64) float64 {
	if v <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, step := range []float64{1, 2, 4, 5, 10} {
		if v <= step*power*(1+1e-9) {
			return step * power
		}
	}
	return 10 * power
}

// amount prints a value with three digits.
func amount(v float64) string {
	if v == math.Trunc(v) {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// path is the series as steps.
func (s *series) path(x scale, top float64, total time.Duration) string {
	var b strings.Builder
	y := func(v float64) string { return num(panelBottom - (panelBottom-panelTop)*v/top) }
	begun := false
	for _, p := range s.points {
		if begun {
			b.WriteString("H" + num(x.x(p.at)))
		}
		switch {
		case math.IsNaN(p.v):
			begun = false
			continue
		case begun:
			b.WriteString("V" + y(p.v))
		default:
			b.WriteString("M" + num(x.x(p.at)) + " " + y(p.v))
		}
		begun = true
	}
	if begun {
		b.WriteString("H" + num(x.x(total)))
	}
	return b.String()
}

// metricPlot is a metric for zooming: nil if there is nothing to zoom into.
func metricPlot(m metric, all []*series, s *scene) *Plot {
	var instants []time.Duration
	for _, line := range all {
		for _, p := range line.points {
			instants = append(instants, p.at)
		}
	}
	slices.Sort(instants)
	instants = slices.Compact(instants)
	if len(instants) < 20 {
		return nil
	}
	instants = thin(append(instants, s.lanes.Total), pointsMax)
	p := &Plot{XName: "seconds", XUnit: "s", YName: metricTexts[m].unit, Faults: shades(s.lanes.Faults)}
	for _, at := range instants {
		p.X = append(p.X, seconds(at))
	}
	for i, line := range all {
		look := lineLooks[i%len(lineLooks)]
		values := make([]Number, len(instants))
		for j, at := range instants {
			values[j] = Missing
			if v, ok := line.at(at); ok {
				values[j] = Number(v)
			}
		}
		p.Series = append(p.Series, Series{Name: line.name, Class: look.colour, Dash: i%2 == 1, Step: true, Values: values})
	}
	return p
}

// thin keeps so many instants at most.
func thin(all []time.Duration, most int) []time.Duration {
	every := (len(all) + most - 1) / most
	var some []time.Duration
	for i, at := range all {
		if i%every == 0 || i == len(all)-1 {
			some = append(some, at)
		}
	}
	return some
}

func metricTable(all []*series, unit string) Table {
	t := Table{Columns: []Column{{"of", false}, {"at", true}, {unit, true}}}
	for _, line := range all {
		for _, p := range line.points {
			v := "no power"
			if !math.IsNaN(p.v) {
				v = amount(p.v)
			}
			t.Rows = append(t.Rows, []string{line.name, text.Instant(p.at), v})
		}
	}
	return t.cut()
}
