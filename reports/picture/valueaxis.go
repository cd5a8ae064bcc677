package picture

import (
	"math"
	"strconv"
	"time"

	"github.com/cablepull/cablepull/reports/text"
	"github.com/cablepull/cablepull/sim/oracle"
)

// valueAxis puts the values of a figure on an axis that begins at zero or just
// below its smallest value.
type valueAxis struct {
	low, high  float64
	unit       oracle.Unit
	begin, end float64 // where low and high stand in the picture
}

// newValueAxis returns the axis of values between two ends. If they are one
// value it is as long as a tenth of that, and for zero one second, one event or
// all of them.
func newValueAxis(low, high float64, unit oracle.Unit, begin, end float64) valueAxis {
	if room := high - low; low > 0 && low < room {
		low = 0
	}
	switch {
	case high > low:
	case low != 0:
		high = low + math.Abs(low)/10
	case unit == oracle.Span || unit == oracle.Instant:
		high = float64(time.Second)
	default:
		high = 1
	}
	space := (high - low) / 20
	if low != 0 {
		low -= space
	}
	return valueAxis{low, high + space, unit, begin, end}
}

// at is where a value stands.
func (v valueAxis) at(value float64) float64 {
	value = min(max(value, v.low), v.high)
	return v.begin + (v.end-v.begin)*(value-v.low)/(v.high-v.low)
}

// ticks are some five round values. Those of spans are round in seconds, or in
// the unit that fits.
func (v valueAxis) ticks() []float64 {
	base := 1.0
	if v.unit == oracle.Span || v.unit == oracle.Instant {
		base = float64(time.Second)
		for base > 1 && base > v.high-v.low {
			base /= 1000
		}
	}
	step := roundUp((v.high-v.low)/5/base) * base
	var all []float64
	for n := math.Ceil(v.low / step); n*step <= v.high; n++ {
		all = append(all, n*step)
	}
	return all
}

// label prints a value.
func (v valueAxis) label(value float64) string {
	switch v.unit {
	case oracle.Span, oracle.Instant:
		return text.Brief(time.Duration(math.Round(value)))
	case oracle.Share:
		return strconv.FormatFloat(100*value, 'g', 4, 64) + "%"
	}
	return strconv.FormatFloat(value, 'g', 4, 64)
}

// across draws the axis at the bottom of a picture, down along its left side.

func (c *canvas) across(v valueAxis, top, bottom float64, name string) {
	c.line("axis", v.begin, bottom, v.end, bottom)
	for _, value := range v.ticks() {
		x := v.at(value)
		c.line("grid", x, top, x, bottom)
		c.text("tick", x, bottom+letterAbove+5, atMiddle, v.label(value))
	}
	c.text("tick", (v.begin+v.end)/2, bottom+letterAbove+22, atMiddle, name)
}

func (c *canvas) down(v valueAxis, left, right float64, name string) {
	for _, value := range v.ticks() {
		y := v.at(value)
		c.line("grid", left, y, right, y)
		c.text("tick", left-8, y+4, atEnd, v.label(value))
	}
	c.text("tick", left, v.end-6, atStart, name)
}
