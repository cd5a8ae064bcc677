package picture

import (
	"strconv"
	"time"

	"github.com/cablepull/cablepull/reports/lane"
	"github.com/cablepull/cablepull/reports/text"
)

// Sizes of all pictures in which time runs to the right, in units of a picture.
const (
	pictureWidth = 1000
	gutter       = 132 // for the names of lanes, or the values of an axis
	margin       = 16  // at the right side
)

// scale puts instants on the x axis.
type scale struct {
	from, to time.Duration
	left     float64
	right    float64
}

// newScale returns the scale of a picture that shows all of a run.
func newScale(total time.Duration) scale {
	return scale{0, max(total, 1), gutter, pictureWidth - margin}
}

// x is where an instant stands. What lies outside stands at the edge.
func (s scale) x(at time.Duration) float64 {
	at = min(max(at, s.from), s.to)
	return s.left + (s.right-s.left)*float64(at-s.from)/float64(s.to-s.from)
}

// steps are the round distances of ticks below a day.
var steps = []time.Duration{
	time.Microsecond, 2 * time.Microsecond, 5 * time.Microsecond, 10 * time.Microsecond, 20 * time.Microsecond, 50 * time.Microsecond,
	100 * time.Microsecond, 200 * time.Microsecond, 500 * time.Microsecond,
	time.Millisecond, 2 * time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond, 20 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 20 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 20 * time.Minute,
	time.Hour, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour,
}

// tickApart is how far apart two ticks are, at least.
const tickApart = 80

// ticks returns round instants, far enough apart for their labels.
func (s scale) ticks() []time.Duration {
	least := time.Duration(float64(s.to-s.from) * tickApart / (s.right - s.left))
	day := 24 * time.Hour
	step := max((least+day-1)/day, 1) * day
	for _, round := range steps {
		if round >= least {
			step = round
			break
		}
	}
	var all []time.Duration
	for at := (s.from + step - 1) / step * step; at <= s.to; at += step {
		all = append(all, at)
	}
	return all
}

// axis draws the lines of the ticks from top to bottom, and their labels below.
func (c *canvas) axis(s scale, top, bottom float64) {
	c.line("axis", s.left, bottom, s.right, bottom)
	for _, at := range s.ticks() {
		x := s.x(at)
		c.line("grid", x, top, x, bottom)
		c.text("tick", x, bottom+letterAbove+5, atMiddle, text.Brief(at))
	}
}

// axisHeight is the room that an axis needs below.
const axisHeight = 22

// shade shades the faults from top to bottom, in order of instants. Those that
// only mend are lines. Shades do not add up: several faults at once would hide
// what happens meanwhile.
func (c *canvas) shade(s scale, faults []lane.Fault, top, bottom float64) {
	shaded := s.from // until then
	for i, f := range faults {
		if f.At > s.to || f.Until < s.from {
			continue
		}
		title := "fault " + strconv.Itoa(i+1) + ": " + lasting(f)
		x := s.x(f.At)
		if from := max(f.At, shaded); f.Until > from {
			c.rect("fault", s.x(from), top, s.x(f.Until)-s.x(from), bottom-top, title)
			shaded = f.Until
		}
		c.line("fault-edge", x, top, x, bottom)
	}
}

// lasting says how long a fault was there.
func lasting(f lane.Fault) string {
	switch {
	case f.Until == f.At:
		return f.Line + ", at " + text.Instant(f.At)
	case f.Healed:
		return f.Line + ", from " + text.Instant(f.At) + " to " + text.Instant(f.Until)
	default:
		return f.Line + ", from " + text.Instant(f.At) + ", until " + text.Instant(f.Until)
	}
}

// shades are the faults as a plot has them.
func shades(faults []lane.Fault) []Shade {
	all := []Shade{}
	for _, f := range faults {
		all = append(all, Shade{seconds(f.At), seconds(f.Until), f.Line})
	}
	return all
}
