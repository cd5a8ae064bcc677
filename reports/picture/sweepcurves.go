package picture

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cablepull/cablepull/reports"
)

// curvesDrawn is how many settings a picture of distributions shows.
const curvesDrawn = 6

// distributions draws, of each figure that differs from run to run, which share
// of the runs stays below a value. Several words of one figure, such as its
// p50 and its p99, have one picture.
func distributions(s *reports.Sweep) []Figure {
	var all []Figure
	known := map[string]bool{}
	for i, word := range s.Figures {
		name := baseOf(word)
		varies := slices.ContainsFunc(s.Points, func(p reports.SweepPoint) bool {
			values := p.Figures[i].Sorted
			return len(values) > 1 && values[0] < values[len(values)-1]
		})
		if known[name] || !varies {
			continue
		}
		known[name] = true
		all = append(all, distribution(s, i, name, len(all)))
	}
	return all
}

// baseOf is a word without its statistic.
func baseOf(word string) string {
	base, last, found := cutLast(word, ".")
	if found && (strings.HasPrefix(last, "p") && len(last) > 1 && last[1] >= '0' && last[1] <= '9' || slices.Contains([]string{"mean", "min", "max", "any", "per-year"}, last)) {
		return base
	}
	return word
}

func cutLast(text, separator string) (before, after string, found bool) {
	if i := strings.LastIndex(text, separator); i >= 0 {
		return text[:i], text[i+len(separator):], true
	}
	return text, "", false
}

func distribution(s *reports.Sweep, i int, name string, number int) Figure {
	points := slices.DeleteFunc(slices.Clone(s.Points), func(p reports.SweepPoint) bool { return len(p.Figures[i].Sorted) == 0 })
	omitted := 0
	if len(points) > curvesDrawn {
		points, omitted = apartPoints(points, i), len(points)-curvesDrawn
	}
	low, high := points[0].Figures[i].Sorted[0], points[0].Figures[i].Sorted[0]
	for _, p := range points {
		values := p.Figures[i].Sorted
		low, high = min(low, values[0]), max(high, values[len(values)-1])
	}
	c := &canvas{width: pictureWidth}
	right := newValueAxis(low, high, points[0].Figures[i].Unit, gutter, pictureWidth-margin)
	c.across(right, sweepTop, sweepBottom, name)
	for _, share := range []float64{0, 0.25, 0.5, 0.75, 1} {
		y := sweepBottom - (sweepBottom-sweepTop)*share
		c.line("grid", gutter, y, pictureWidth-margin, y)
		c.text("tick", gutter-8, y+4, atEnd, strconv.Itoa(int(100*share))+"%")
	}
	var keys []key
	for n, p := range points {
		look := lineLooks[n%len(lineLooks)]
		c.path(look.class, stairs(p.Figures[i].Sorted, right), settingText(s, p))
		keys = append(keys, key{settingText(s, p), look.class, "M-6 0h12"})
	}
	about := "Which share of the runs of a setting stayed at a value or below. The steeper a line, the more alike the runs."
	if omitted > 0 {
		about += fmt.Sprintf(" %d settings between them are left out.", omitted)
	}
	height := sweepBottom + 46.0
	if len(s.Knobs) > 0 {
		height = c.legend(keys, height)
	}
	return Figure{
		Name: "distribution-" + strconv.Itoa(number+1), Title: "Distribution of " + name, About: about,
		Drawing: c.html(height, "distribution of "+name),
	}
}

// apartPoints chooses settings whose values of a figure lie apart: the smallest
// and the largest among them.
func apartPoints(points []reports.SweepPoint, i int) []reports.SweepPoint {
	slices.SortStableFunc(points, func(a, b reports.SweepPoint) int { return cmp.Compare(a.Figures[i].Value, b.Figures[i].Value) })
	var some []reports.SweepPoint
	for n := range curvesDrawn {
		some = append(some, points[n*(len(points)-1)/(curvesDrawn-1)])
	}
	return some
}

// stairs is the empirical distribution of sorted values as a path.
func stairs(values []float64, right valueAxis) string {
	y := func(n int) string {
		return num(sweepBottom - (sweepBottom-sweepTop)*float64(n)/float64(len(values)))
	}
	var d strings.Builder
	d.WriteString("M" + num(right.begin) + " " + y(0))
	before := ""
	for n, v := range values {
		x := num(right.at(v))
		if x != before {
			d.WriteString("H" + x)
			before = x
		}
		if n == len(values)-1 || num(right.at(values[n+1])) != x {
			d.WriteString("V" + y(n+1))
		}
	}
	d.WriteString("H" + num(right.end))
	return d.String()
}
