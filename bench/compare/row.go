package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// row is one line of the table: a figure of ours, alone or divided by a
// yardstick's, compared with a bar.
type row struct {
	what   string
	unit   string
	bar    float64
	below  bool // the figure must be below the bar instead of above; a bar of 0 is informative only
	minus  bool // subtract the yardstick's figure from ours instead of dividing by it
	rounds int  // maximum number of rounds in which it is measured; 0: all
	// ours and theirs each measure once.
	ours, theirs func() (float64, error)

	figures, our, their []float64
	absent              error
}

// errAbsent is wrapped by errors about a yardstick that is not installed.
var errAbsent = errors.New("no yardstick")

// measure measures both sides once, directly after each other. The first side
// alternates, so that neither always runs right after the other.
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

// failed records that the row cannot be measured here, or returns a real error.
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

// line formats the row for the table.
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

// number prints a figure with about three significant digits.
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
