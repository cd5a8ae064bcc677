package figure

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/cablepull/cablepull/scenarios/statistic"
	"github.com/cablepull/cablepull/sim/topology"
)

// ErrNotMeasured is wrapped by the error of a figure that no run measured.
var ErrNotMeasured = errors.New("not measured")

// Summary is what runs tell of a word.
type Summary struct {
	Word     Word
	Interval statistic.Interval // in nanoseconds, as a share, or a number
	Runs     int                // all that were asked
	Measured int                // those with a value
	Open     int                // of them, those whose value is only known to be at least so much
	Above    int                // of them, those whose value is above 0
}

// Summarise sums up runs at the usual level, 95 % with bounds on both sides. A
// figure that no run measured is an error.
func Summarise(runs []Values, w Word) (Summary, error) {
	return SummariseAt(runs, w, statistic.Level95)
}

// SummariseAt is Summarise at a level.
func SummariseAt(runs []Values, w Word, l statistic.Level) (Summary, error) {
	c, err := collect(runs, w)
	if err != nil {
		return Summary{}, err
	}
	s := Summary{Word: w, Runs: len(runs), Measured: c.sample.Count(), Open: c.sample.Censored(), Above: c.above}
	s.Interval = c.interval(w, l)
	return s, nil
}

// collection is the values of a word over runs.
type collection struct {
	sample statistic.Sample
	above  int     // runs whose value is above 0
	sum    float64 // of all values
	years  float64 // of the runs with a value
}

// collect gathers the values of the runs that have one.
func collect(runs []Values, w Word) (collection, error) {
	var c collection
	var known, open []float64
	for _, values := range runs {
		value, isOpen, measured := w.Value(values)
		if !measured {
			continue
		}
		if isOpen {
			open = append(open, value)
		} else {
			known = append(known, value)
		}
		if value > 0 {
			c.above++
		}
		c.sum += value
		c.years += float64(values.simulated()) / perYear
	}
	if len(known)+len(open) == 0 {
		return c, w.unmeasured(runs)
	}
	var err error
	c.sample, err = statistic.NewCensored(known, open)
	return c, err
}

// interval estimates the word's statistic.
func (c collection) interval(w Word, l statistic.Level) statistic.Interval {
	switch w.Statistic {
	case Mean:
		return statistic.Mean(c.sample, l)
	case Any:
		return statistic.Proportion(c.above, c.sample.Count(), l)
	case PerYear:
		return statistic.Rate(int(c.sum), c.years, l)
	}
	q, _ := w.Statistic.percent()
	i := statistic.Interval{Count: c.sample.Count()}
	switch q {
	case 0: // of the runs that were played, and of no other
		i.Value, i.AtLeast = c.sample.Least()
	case 100:
		i.Value, i.AtLeast = c.sample.Largest()
	default:
		return statistic.Quantile(c.sample, q/100, l)
	}
	return i
}

// unmeasured says that no run measured a figure, and what they did.
func (w Word) unmeasured(runs []Values) error {
	text := fmt.Sprintf("figure: %s: %v: got no value in %s", w, ErrNotMeasured, counted(len(runs), "run"))
	if ofs := w.ofs(runs); w.Of != "" && len(ofs) > 0 {
		text = fmt.Sprintf("%s, want %s of %s", text, w.ID, topology.AnyOf(w.Of, ofs))
	}
	if near := topology.Nearest(w.Of, statistics); near != "" {
		text += fmt.Sprintf(" (or the statistic %s?)", near)
	}
	return &unmeasuredError{text}
}

// unmeasuredError is ErrNotMeasured with a text.
type unmeasuredError struct{ text string }

// Error implements error.
func (e *unmeasuredError) Error() string { return e.text }

// Unwrap makes it ErrNotMeasured.
func (e *unmeasuredError) Unwrap() error { return ErrNotMeasured }

// String prints the summary: 8.424s (8.312s..8.571s); 0 of 300: below 1 %;
// 8.424s (8.312s.., needs 99 more runs); at least 30s.
func (s Summary) String() string {
	text := s.estimate()
	if s.Measured < s.Runs {
		text += fmt.Sprintf(", in %d of %s", s.Measured, counted(s.Runs, "run"))
	}
	return text
}

func (s Summary) estimate() string {
	i, u := s.Interval, s.Word.Unit()
	if s.Word.Statistic == Any {
		return s.proportion()
	}
	if s.Word.Statistic == PerYear && i.Value == 0 && i.HasHigh {
		return "0: below " + Text(u, i.High)
	}
	text := Text(u, i.Value)
	if i.AtLeast {
		text = "at least " + text
	}
	bounds := s.bounds()
	if i.Needs > 0 {
		bounds = append(bounds, "needs "+moreRuns(i.Needs))
	}
	return text + inBrackets(bounds)
}

// bounds prints the bounds that exist.
func (s Summary) bounds() []string {
	i, u := s.Interval, s.Word.Unit()
	if u == Yearly { // said once, by the value
		u = Number
	}
	switch {
	case i.HasLow && i.HasHigh:
		return []string{Text(u, i.Low) + ".." + Text(u, i.High)}
	case i.HasLow:
		return []string{Text(u, i.Low) + ".."}
	case i.HasHigh:
		return []string{".." + Text(u, i.High)}
	}
	return nil
}

func inBrackets(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return " (" + strings.Join(words, ", ") + ")"
}

func moreRuns(n int) string {
	return strings.Replace(counted(n, "run"), " run", " more run", 1)
}

// proportion prints a share of runs. If none or all of them hit, there is no
// interval but a bound, which is nearer.
func (s Summary) proportion() string {
	text := fmt.Sprintf("%s of %s: ", number(float64(s.Above), math.Round), number(float64(s.Measured), math.Round))
	switch s.Above {
	case 0:
		return text + "below " + bound(statistic.Proportion(0, s.Measured, statistic.Level95Upper).High, math.Ceil)
	case s.Measured:
		return text + "above " + bound(statistic.Proportion(s.Measured, s.Measured, statistic.Level95Lower).Low, math.Floor)
	}
	return text + Text(Share, s.Interval.Value) + inBrackets(s.bounds())
}

// bound prints the bound of a share with two digits, rounded away from what it
// bounds.
func bound(share float64, by func(float64) float64) string {
	scale := math.Pow10(1 - int(math.Floor(math.Log10(max(min(share, 1-share), 1e-12)))))
	return Text(Share, by(share*scale)/scale)
}
