package picture

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/cablepull/cablepull/reports"
)

// SweepFigures draws a sweep: the Pareto front, the map of two knobs, and how
// the figures of the settings are distributed.
func SweepFigures(s *reports.Sweep) []Figure {
	var all []Figure
	for _, draw := range []func(*reports.Sweep) []Figure{frontFigure, heatMaps, distributions} {
		all = append(all, draw(s)...)
	}
	return all
}

// Sizes of the pictures of a sweep.
const sweepTop, sweepBottom = 24, 380

// frontFigure draws two figures of all settings against each other, and the
// front as a line. The lower left corner is where one wants to be.
func frontFigure(s *reports.Sweep) []Figure {
	if len(s.Front) < 2 {
		return nil
	}
	x, y := slices.Index(s.Figures, s.Front[0]), slices.Index(s.Figures, s.Front[1])
	var points []reports.SweepPoint
	for _, p := range s.Points {
		if p.Figures[x].Measured > 0 && p.Figures[y].Measured > 0 {
			points = append(points, p)
		}
	}
	if len(points) == 0 {
		return nil
	}
	c := &canvas{width: pictureWidth}
	right, up := axesOf(points, x, y)
	c.across(right, sweepTop, sweepBottom, s.Front[0])
	c.down(up, gutter, pictureWidth-margin, s.Front[1])
	c.frontLine(points, x, y, right, up)
	for _, p := range points {
		c.point(s, p, x, y, right, up)
	}
	about := fmt.Sprintf("Each mark is a setting: %s to the right, %s upwards, with its interval as a thin cross. "+
		"The line joins the settings that no other one beats in both: what one pays in the one figure for less of the other.", s.Front[0], s.Front[1])
	return []Figure{{
		Name: "front", Title: "What one costs in the other", About: about,
		Drawing: c.html(sweepBottom+44, s.Front[0]+" against "+s.Front[1]), Table: frontTable(s, points, x, y),
	}}
}

// axesOf are the axes of two figures of points, with their intervals.
func axesOf(points []reports.SweepPoint, x, y int) (right, up valueAxis) {
	ends := func(i int) (low, high float64) {
		low, high = points[0].Figures[i].Value, points[0].Figures[i].Value
		for _, p := range points {
			low, high = min(low, p.Figures[i].Value), max(high, p.Figures[i].Value)
		}
		return low, high
	}
	low, high := ends(x)
	right = newValueAxis(low, high, points[0].Figures[x].Unit, gutter, pictureWidth-margin)
	low, high = ends(y)
	return right, newValueAxis(low, high, points[0].Figures[y].Unit, sweepBottom, sweepTop)
}

// frontLine joins the points of the front by steps.
func (c *canvas) frontLine(points []reports.SweepPoint, x, y int, right, up valueAxis) {
	front := slices.DeleteFunc(slices.Clone(points), func(p reports.SweepPoint) bool { return !p.OnFront })
	slices.SortStableFunc(front, func(a, b reports.SweepPoint) int {
		return cmp.Or(cmp.Compare(a.Figures[x].Value, b.Figures[x].Value), cmp.Compare(b.Figures[y].Value, a.Figures[y].Value))
	})
	var d strings.Builder
	for i, p := range front {
		at, height := num(right.at(p.Figures[x].Value)), num(up.at(p.Figures[y].Value))
		if i == 0 {
			d.WriteString("M" + at + " " + height)
			continue
		}
		d.WriteString("H" + at + "V" + height)
	}
	if len(front) > 1 {
		c.path("line-1", d.String(), "the front")
	}
}

// point draws a setting.
func (c *canvas) point(s *reports.Sweep, p reports.SweepPoint, x, y int, right, up valueAxis) {
	a, b := p.Figures[x], p.Figures[y]
	at, height := right.at(a.Value), up.at(b.Value)
	if a.HasLow && a.HasHigh {
		c.line("hair", right.at(a.Low), height, right.at(a.High), height)
	}
	if b.HasLow && b.HasHigh {
		c.line("hair", at, up.at(b.Low), at, up.at(b.High))
	}
	class := "setting"
	if p.OnFront {
		class = "setting front"
	}
	title := settingText(s, p) + ": " + a.Text + ", " + b.Text
	c.tag("circle", title, "class", class, "cx", num(at), "cy", num(height), "r", "4.5")
	if p.OnFront {
		c.text("caption", at+8, height-7, atStart, strings.Join(p.Values, " "))
	}
}

// settingText names a point by its knobs.
func settingText(s *reports.Sweep, p reports.SweepPoint) string {
	var words []string
	for i, k := range s.Knobs {
		words = append(words, k.Name+"="+p.Values[i])
	}
	return strings.Join(words, " ")
}

func frontTable(s *reports.Sweep, points []reports.SweepPoint, x, y int) Table {
	t := Table{Columns: []Column{{"setting", false}, {s.Front[0], true}, {s.Front[1], true}, {"on the front", false}}}
	for _, p := range points {
		mark := ""
		if p.OnFront {
			mark = "yes"
		}
		t.Rows = append(t.Rows, []string{settingText(s, p), p.Figures[x].Text, p.Figures[y].Text, mark})
	}
	return t.cut()
}
