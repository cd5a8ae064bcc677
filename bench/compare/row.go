package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// row is one line of the table: a figure of ours, alone or divided by one of a
// yardstick, held against a bar.
type row struct {
	what   string
	unit   string
	bar    float64
	below  bool // the figure shall be below the bar, not above; a bar of 0 only informs
	minus  bool // the yardstick's figure is taken from ours; ours is not divided by it
	rounds int  // in which it is measured at most; 0: in all
	// ours and theirs each measure once.
	ours, theirs func() (float64, error)

	figures, our, their []float64
	absent              error
}

// errAbsent is wrapped by errors that say that a yardstick is not installed.
var errAbsent = errors.New("no yardstick")

// measure takes both sides once, directly after each other. Who is first takes
// turns, so that neither side always finds the machine as the other left it.
func (r *row) measure() error {
	if r.absent != nil || r.rounds > 0 && len(r.figures) >= r.rounds {
		return nil
	}
	var ours, theirs float64
	order := []func() error{
		func() (err error) { ours, err = r.ours(); return err },
		func() (err error) { theirs, err = r.theirs(); return err },
	}
	if r.theirs == nil {
		order = order[:1]
	} else if len(r.figures)%2 == 0 {
		slices.Reverse(order)
	}
	for _, side := range order {
		if err := side(); err != nil {
			return r.failed(err)
		}
	}
	figure := ours
	switch {
	case r.theirs == nil:
	case r.minus:
		figure -= theirs
	default:
		figure /= theirs
	}
	r.our, r.their, r.figures = append(r.our, ours), append(r.their, theirs), append(r.figures, figure)
	return nil
}

// failed notes that the row cannot be measured here, or returns a real error.
func (r *row) failed(err error) error {
	if errors.Is(err, errAbsent) {
		r.absent = err
		return nil
	}
	return fmt.Errorf("%s: %w", r.what, err)
}

func (r *row) passed() bool {
	m := median(r.figures)
	switch {
	case r.bar == 0:
		return true
	case r.below:
		return m < r.bar
	}
	return m >= r.bar
}

// line is the row for the table.
func (r *row) line() string {
	bar, verdict := "-", "-"
	if r.bar > 0 {
		sign := "≥"
		if r.below {
			sign = "<"
		}
		bar = sign + " " + number(r.bar)
		verdict = "miss"
		if r.passed() {
			verdict = "pass"
		}
	}
	ours, theirs := "", ""
	if r.theirs != nil {
		ours, theirs = number(median(r.our)), number(median(r.their))
	}
	return fmt.Sprintf("%s\t%s %s\t%s\t%s .. %s\t%d\t%s\t%s\t%s", r.what, bar, r.unit, number(median(r.figures)),
		number(slices.Min(r.figures)), number(slices.Max(r.figures)), len(r.figures), verdict, ours, theirs)
}

// number prints a figure with about three digits that count.
func number(v float64) string {
	switch {
	case math.Abs(v) >= 100:
		return fmt.Sprintf("%.0f", v)
	case math.Abs(v) >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	n := len(s)
	return (s[(n-1)/2] + s[n/2]) / 2
}
