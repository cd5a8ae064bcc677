package picture

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/cablepull/cablepull/reports/text"
)

// Sizes of strips.
const (
	stripHeight = 48
	stripApart  = 18
	stripsDrawn = 12
	stripPoints = 300 // of a plot
)

// strip is the use of something by one machine, drawn in a row of its own.
type strip struct {
	node   string
	unit   string
	note   string   // below the name
	lines  []looked // of them the first that is drawn is the lowest
	shades []shaded
	top    float64 // the value at the top
	limit  float64 // a line across; 0: none
	rows   [][]string
}

// looked is a series with its look.
type looked struct {
	series *series
	name   string // in the legend
	look   int    // among lineLooks
}

// shaded is a series, or times, that are filled instead of drawn as a line.
type shaded struct {
	series *series
	during []during
	class  string
	name   string // in the legend
}

// swing is how far values are apart.
func (s *series) swing() float64 {
	least, most := math.Inf(1), math.Inf(-1)
	for _, p := range s.points {
		if !math.IsNaN(p.v) {
			least, most = min(least, p.v), max(most, p.v)
		}
	}
	return max(most-least, 0)
}

// swing is the largest swing of a line or shade.
func (s *strip) swing() float64 {
	most := 0.0
	for _, l := range s.lines {
		most = max(most, l.series.swing())
	}
	for _, sh := range s.shades {
		if sh.series != nil {
			most = max(most, sh.series.largest()) // from nothing
		}
	}
	return most
}

// moving are the strips of which something changes by so much of their height,
// in the order of the nodes of the scenario: of too many, those that change
// most. Left is how many of them are missing.
func moving(all []*strip, share float64, s *scene) (some []*strip, left int) {
	some = slices.DeleteFunc(all, func(t *strip) bool { return t.swing() < share*t.top })
	slices.SortFunc(some, func(a, b *strip) int {
		return cmp.Or(cmp.Compare(b.swing(), a.swing()), cmp.Compare(a.node, b.node))
	})
	if left = len(some) - stripsDrawn; left > 0 {
		some = some[:stripsDrawn]
	}
	slices.SortFunc(some, func(a, b *strip) int {
		return cmp.Or(cmp.Compare(slices.Index(s.Nodes, a.node), slices.Index(s.Nodes, b.node)), cmp.Compare(a.node, b.node))
	})
	return some, max(left, 0)
}

// stripFigure draws strips below each other.
func stripFigure(f Figure, all []*strip, left int, s *scene) Figure {
	c := &canvas{width: pictureWidth}
	x := newScale(s.lanes.Total)
	bottom := 8 + float64(len(all))*(stripHeight+stripApart) - stripApart
	c.shade(x, s.lanes.Faults, 4, bottom)
	c.axis(x, 4, bottom)
	var keys []key
	var lines []*series
	coarse := false
	for i, t := range all {
		keys = c.strip(t, x, 8+float64(i)*(stripHeight+stripApart), s.lanes.Total, keys)
		for _, l := range t.lines {
			lines = append(lines, l.series)
			coarse = coarse || l.series.apart > 0
		}
		f.Table.Rows = append(f.Table.Rows, t.rows...)
	}
	if left > 0 {
		f.About += fmt.Sprintf(" %d machines that change less are left out.", left)
	}
	if coarse {
		f.About += " Times that follow each other closely are one, with the largest value."
	}
	f.Drawing = c.html(c.legend(keys, bottom+axisHeight+14), f.Title+" of machines over time")
	if len(lines) <= len(lineLooks) { // with more, nobody finds a line among the others
		f.Plot = seriesPlot(all[0].unit, stripPoints, lines, s)
	}
	f.Table = f.Table.cut()
	return f
}

// strip draws a strip from y on and adds what is new in it to the legend.
func (c *canvas) strip(t *strip, x scale, y float64, total time.Duration, keys []key) []key {
	add := func(k key) {
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	most, bottom := t.top, y+stripHeight
	c.text("lane", gutter-10, y+stripHeight/2, atEnd, shorten(t.node, gutter-14))
	c.text("tick", gutter-10, y+stripHeight/2+13, atEnd, t.note)
	c.text("tick", gutter-8, y+4, atEnd, amount(most)+" "+t.unit)
	c.line("grid", x.left, y, x.right, y)
	c.line("axis", x.left, bottom, x.right, bottom)
	for _, sh := range t.shades {
		if sh.series != nil && sh.series.largest() > 0 {
			c.path(sh.class, sh.series.area(x, total, y, bottom, most), sh.series.name)
			add(key{name: sh.name, class: sh.class})
		}
		for _, d := range sh.during {
			to := d.until(total)
			c.rect(sh.class, x.x(d.from), y, max(x.x(to)-x.x(d.from), 1), stripHeight,
				fmt.Sprintf("%s: %s, from %s to %s", t.node, sh.name, text.Instant(d.from), text.Instant(to)))
			add(key{name: sh.name, class: sh.class})
		}
	}
	if t.limit > 0 {
		level := bottom - stripHeight*t.limit/most
		c.line("limit", x.left, level, x.right, level)
		add(key{"limit", "limit", "M-6 0h12"})
	}
	for _, l := range t.lines {
		class := lineLooks[l.look].class
		c.path(class, l.series.path(x, total, y, bottom, most), l.series.name)
		add(key{l.name, class, "M-6 0h12"})
	}
	return keys
}

// area is what is below the steps of a series.
func (s *series) area(x scale, total time.Duration, above, below, most float64) string {
	d := ""
	for i, p := range s.points {
		to := total
		if i+1 < len(s.points) {
			to = s.points[i+1].at
		}
		if p.v > 0 { // and a number
			d += "M" + num(x.x(p.at)) + " " + num(below) + "V" + num(below-(below-above)*p.v/most) + "H" + num(x.x(to)) + "V" + num(below) + "Z"
		}
	}
	return d
}

// peak is the largest value of a series and when it was first there.
func (s *series) peak() (v float64, at time.Duration) {
	v = s.largest()
	for _, p := range s.points {
		if p.v == v {
			return v, p.at
		}
	}
	return 0, 0
}
