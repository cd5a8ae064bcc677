package statistic

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Level says how sure an interval is, and on which side.
type Level struct {
	// Confidence is the share of intervals that cover the true value, if the
	// experiment is repeated: above 0 and below 1.
	Confidence float64
	Side       Side
}

// Side says which bounds an interval has.
type Side int

// The sides. An interval with one bound puts all its doubt on that side, so
// that its bound is nearer than that of an interval with two.
const (
	TwoSided Side = iota
	UpperOnly
	LowerOnly
)

// The usual levels.
var (
	Level95      = Level{0.95, TwoSided}
	Level95Upper = Level{0.95, UpperOnly}
	Level95Lower = Level{0.95, LowerOnly}
)

// tail returns the probability that may lie beyond one bound. It panics if the
// confidence is no probability: that is a mistake in the program.
func (l Level) tail() float64 {
	if !(l.Confidence > 0 && l.Confidence < 1) {
		panic(fmt.Sprintf("statistic: confidence: got %v, want above 0 and below 1", l.Confidence))
	}
	if l.Side == TwoSided {
		return (1 - l.Confidence) / 2
	}
	return 1 - l.Confidence
}

func (l Level) low() bool  { return l.Side != UpperOnly }
func (l Level) high() bool { return l.Side != LowerOnly }

// normal returns the bound of a standard normal value at this level.
func (l Level) normal() float64 { return distuv.UnitNormal.Quantile(1 - l.tail()) }

// Interval is an estimate with bounds.
type Interval struct {
	Value float64 // the estimate; NaN: there is none
	// Low and High are the bounds that exist.
	Low, High       float64
	HasLow, HasHigh bool
	// AtLeast says that values of which only a lower bound is known, those of an
	// outage that the end of a run cut off, decide the estimate: it is at least
	// Value.
	AtLeast bool
	// Count is how many values the estimate is from.
	Count int
	// Needs is how many more values it takes until the bounds that the level asks
	// for exist; 0: they do, or no number of values helps.
	Needs int
}

// none returns the interval of an estimate from nothing.
func none(needs int) Interval { return Interval{Value: math.NaN(), Needs: needs} }

// Width returns the distance of the bounds, or infinity if one is missing.
func (i Interval) Width() float64 {
	if !i.HasLow || !i.HasHigh {
		return math.Inf(1)
	}
	return i.High - i.Low
}

// Half returns the longer of the distances from the estimate to its bounds, or
// infinity if one is missing.
func (i Interval) Half() float64 {
	if !i.HasLow || !i.HasHigh {
		return math.Inf(1)
	}
	return max(i.High-i.Value, i.Value-i.Low)
}

// Excludes reports whether the interval says that the true value is not x.
func (i Interval) Excludes(x float64) bool {
	return i.HasLow && x < i.Low || i.HasHigh && x > i.High
}
