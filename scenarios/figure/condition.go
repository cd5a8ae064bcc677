package figure

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/scenarios/statistic"
)

// Condition is a word and what its statistic shall be: within limits, or known
// to a width. One of the two is given.
type Condition struct {
	Word   Word
	Limits Limits
	Width  Width
}

// Limits are the values that a statistic may have, both ends included.
type Limits struct {
	Given     bool
	Low, High float64 // in nanoseconds, as a share, or a number
	Open      bool    // no upper end
	text      string
}

// Width is how far the bounds of a statistic may be from its estimate.
type Width struct {
	Given    bool
	Relative float64 // as a share of the estimate; 0: not asked
	Absolute float64 // in the unit of the statistic; 0: not asked
	text     string
}

// ParseCondition reads a word with limits or a width: outage.p99..10s,
// outage.p99=5s..10s, violated..1%, outage.p99±5% and requests-failed±0.5. For
// +- can be written for ±. A percentage is a share of the estimate, but for
// shares: there it is one of all runs.
func ParseCondition(text string) (Condition, error) {
	for _, sign := range []string{"±", "+-"} {
		if word, width, found := strings.Cut(text, sign); found {
			w, err := Parse(strings.TrimSpace(word))
			if err != nil {
				return Condition{}, err
			}
			parsed, err := w.width(strings.TrimSpace(width))
			return Condition{Word: w, Width: parsed}, err
		}
	}
	word, limits, found := strings.Cut(text, "=")
	if at := strings.Index(text, ".."); !found && at >= 0 {
		word, limits, found = text[:at], text[at:], true
	}
	if !found {
		return Condition{}, fmt.Errorf("figure: condition: got %q, want limits such as outage.p99..10s, or a width such as outage.p99±5%%", text)
	}
	w, err := Parse(strings.TrimSpace(word))
	if err != nil {
		return Condition{}, err
	}
	parsed, err := w.Within(strings.TrimSpace(limits))
	return Condition{Word: w, Limits: parsed}, err
}

// Within reads the limits of the word's statistic, in its unit: ..10s for
// times, ..1% for shares, and ..2.5 for numbers.
func (w Word) Within(text string) (Limits, error) {
	l, err := Limits{}, error(nil)
	switch w.Unit() {
	case Time:
		l, err = limits[time.Duration](text)
	case Share:
		l, err = limits[form.Share](text)
	default:
		l, err = limits[float64](text)
	}
	if err != nil {
		return Limits{}, fmt.Errorf("figure: %s, a %s: %w", w, w.measure(), err)
	}
	return l, nil
}

// measure says in words what a statistic is measured in.
func (w Word) measure() string {
	switch w.Unit() {
	case Share:
		if w.Statistic == Any {
			return "share of runs"
		}
		return "share"
	case Number:
		return "number"
	case Yearly:
		return "number for each simulated year"
	}
	return "time"
}

func limits[T form.Bound](text string) (Limits, error) {
	var r form.Range[T]
	if err := r.UnmarshalText([]byte(text)); err != nil {
		return Limits{}, err
	}
	return Limits{Given: true, Low: float64(r.Low), High: float64(r.High), Open: r.Open, text: r.String()}, nil
}

// Runs returns how many runs it takes at least to judge the condition, if all
// of them are within the limits.
func (c Condition) Runs() int {
	runs := 2
	limits, w := c.Limits, c.Word
	q, quantile := w.Statistic.percent()
	quantile = quantile && q > 0 && q < 100
	if quantile && (c.Width.Given || limits.Given && !limits.Open) {
		runs = max(runs, statistic.CountForQuantile(q/100, statistic.Level95Upper))
	}
	if quantile && (c.Width.Given || limits.Low > 0) {
		runs = max(runs, statistic.CountForQuantile(q/100, statistic.Level95Lower))
	}
	if w.Statistic == Any && limits.Given && !limits.Open && limits.High > 0 {
		runs = max(runs, statistic.CountForProportion(limits.High, statistic.Level95Upper))
	}
	if w.Statistic == Any && limits.Low > 0 && limits.Low < 1 {
		runs = max(runs, statistic.CountForProportion(1-limits.Low, statistic.Level95Upper))
	}
	return runs
}

// String prints the limits as they are read.
func (l Limits) String() string { return l.text }

// within reports whether a value is within the limits.
func (l Limits) within(value float64) bool {
	return value >= l.Low && (l.Open || value <= l.High)
}

// width reads the width of the word's statistic.
func (w Word) width(text string) (Width, error) {
	width := Width{Given: true, text: text}
	share, percent := strings.CutSuffix(text, "%")
	parsed, err := Limits{}, error(nil)
	if percent && w.Unit() != Share {
		parsed, err = limits[float64](strings.TrimSpace(share))
		width.Relative = parsed.High / 100
	} else {
		parsed, err = w.Within(text)
		width.Absolute = parsed.High
	}
	if err != nil || strings.Contains(text, "..") || parsed.High == 0 {
		return Width{}, fmt.Errorf("figure: %s, a %s: width: got %q, want a percentage, or a length such as %s", w, w.measure(), text, map[Unit]string{Time: "200ms", Share: "0.5%"}[w.Unit()]+map[Unit]string{Number: "0.5", Yearly: "0.5"}[w.Unit()])
	}
	return width, nil
}

// Stop returns the rule that stops runs when the width is reached, looking
// after each block of runs.
func (w Width) Stop(block, most int) statistic.Stop {
	return statistic.Stop{Block: block, Most: most, Relative: w.Relative, Absolute: w.Absolute}
}

// String prints the condition as it is read.
func (c Condition) String() string {
	switch {
	case c.Width.Given:
		return c.Word.String() + "±" + c.Width.text
	case strings.HasPrefix(c.Limits.text, ".."):
		return c.Word.String() + c.Limits.text
	}
	return c.Word.String() + "=" + c.Limits.text
}

// MarshalText implements encoding.TextMarshaler.
func (c Condition) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (c *Condition) UnmarshalText(text []byte) (err error) {
	*c, err = ParseCondition(string(text))
	return err
}

// narrow reports whether an interval is as narrow as the width asks.
func (w Width) narrow(i statistic.Interval) bool {
	return i.Half() <= max(w.Relative*math.Abs(i.Value), w.Absolute)
}
