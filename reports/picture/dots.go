package picture

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/cablepull/cablepull/reports/text"
)

// titledMax is how many failed requests say themselves what they are.
const titledMax = 1000

// logScale puts latencies on the y axis, from bottom to top.
type logScale struct {
	low, high   float64 // powers of ten, of nanoseconds
	top, bottom float64
}

func newLogScale(shortest, longest time.Duration, top, bottom float64) logScale {
	low := math.Floor(math.Log10(float64(max(shortest, 1))))
	high := math.Ceil(math.Log10(float64(max(longest, 1)) * 1.0001))
	return logScale{low, max(high, low+1), top, bottom}
}

func (s logScale) y(d time.Duration) float64 { return s.yOf(math.Log10(float64(max(d, 1)))) }

func (s logScale) yOf(power float64) float64 {
	return s.bottom - (s.bottom-s.top)*(power-s.low)/(s.high-s.low)
}

// logAxis draws a line for each power of ten.
func (c *canvas) logAxis(s logScale, left, right float64) {
	for power := s.low; power <= s.high; power++ {
		y := s.yOf(power)
		c.line("grid", left, y, right, y)
		c.text("tick", left-8, y+4, atEnd, text.Short(time.Duration(math.Pow(10, power))))
	}
}

// requestDots draws all requests: when they were due, how long they took, and
// what became of them.
func requestDots(rec *Record, s *scene) []Figure {
	q := rec.requests
	if q.sum() == 0 {
		return nil
	}
	const top, bottom = 12, 312
	c := &canvas{width: pictureWidth}
	x, y := newScale(s.lanes.Total), newLogScale(q.shortest, q.longest, top, bottom)
	c.shade(x, s.lanes.Faults, top, bottom)
	c.logAxis(y, x.left, x.right)
	c.axis(x, top, bottom)
	about := "Each request at the instant at which it was due, by how long it took until it was answered or given up. Shape and colour say what became of it."
	if q.dots != nil {
		c.dots(q, x, y)
	} else {
		c.cells(q, x, y)
		about += fmt.Sprintf(" There are %d, so they are binned: a spot stands for all of one outcome that are close to each other, and is the darker the more they are. No failure is left out.", q.sum())
	}
	height := c.legend(marksUsed(q), bottom+axisHeight+14)
	return []Figure{{
		Name: "requests", Title: "Requests", About: about,
		Drawing: c.html(height, fmt.Sprintf("%d requests and attempts, %d of them failed", q.sum(), q.failed())),
		Table:   outcomeTable(q),
	}}
}

// dots draws each request. Those that were answered are one path.
func (c *canvas) dots(q *requests, x scale, y logScale) {
	var paths [outcomes]strings.Builder
	titled := 0
	for _, d := range q.dots {
		if d.outcome == answered || titled >= titledMax {
			paths[d.outcome].WriteString(marks[d.outcome].shape(x.x(d.due), y.y(d.took), 3.2))
		}
	}
	for o := range paths {
		if paths[o].Len() > 0 {
			c.path(marks[o].class, paths[o].String(), "")
		}
	}
	for _, d := range q.dots {
		if d.outcome == answered {
			continue
		}
		if titled++; titled > titledMax {
			break
		}
		c.path(marks[d.outcome].class, marks[d.outcome].shape(x.x(d.due), y.y(d.took), 3.2),
			fmt.Sprintf("%s: %s after %s, due at %s", d.client, marks[d.outcome].name, text.Short(d.took), text.Instant(d.due)))
	}
}

// shadesOfGrey is how many steps of darkness cells have.
const shadesOfGrey = 4

// cells draws what is in each cell of the picture: answers as spots, failures
// with their marks above them.
func (c *canvas) cells(q *requests, x scale, y logScale) {
	most := 1
	for k, n := range q.cells { // order: the largest
		if k.outcome == answered {
			most = max(most, n)
		}
	}
	for _, darkness := range []int{1, 2, 3, shadesOfGrey} {
		var path strings.Builder
		for _, k := range sortedCells(q.cells, answered) {
			if 1+int(shadesOfGrey*math.Log(float64(q.cells[k]))/math.Log(float64(most+1))) == darkness {
				path.WriteString(disc(q.middle(k, x), y.yOf((float64(k.row)+0.5)/cellRows), 0))
			}
		}
		if path.Len() > 0 {
			c.path(marks[answered].class+" dark-"+strconv.Itoa(darkness), path.String(), "")
		}
	}
	for o := retried; o < outcomes; o++ {
		for _, k := range sortedCells(q.cells, o) {
			c.path(marks[o].class, marks[o].shape(q.middle(k, x), y.yOf((float64(k.row)+0.5)/cellRows), 3.2),
				fmt.Sprintf("%d × %s", q.cells[k], marks[o].name))
		}
	}
}

// middle is where the middle of a cell is.
func (q *requests) middle(k cell, x scale) float64 {
	return x.x(time.Duration((float64(k.column) + 0.5) / cellColumns * float64(q.total)))
}

// outcomeTable counts the outcomes.
func outcomeTable(q *requests) Table {
	t := Table{Columns: []Column{{"outcome", false}, {"requests and attempts", true}, {"share", true}}}
	for o, n := range q.count {
		if n > 0 {
			t.Rows = append(t.Rows, []string{marks[o].name, strconv.Itoa(n), fmt.Sprintf("%.2f %%", 100*float64(n)/float64(q.sum()))})
		}
	}
	return t
}
