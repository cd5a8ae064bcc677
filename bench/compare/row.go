package main

import (
	"errors"
	"fmt"
	"slices"
)

// row is one line of the table: a figure of ours, alone or divided by one of a
// yardstick, held against a bar.
type row struct {
	what  string
	unit  string
	bar   float64
	below bool // the figure shall be below the bar, not above; a bar of 0 only informs
	// ours and theirs each measure once.
	ours, theirs func() (float64, error)

	figures, our, their []float64
	absent              error
}

// errAbsent is wrapped by errors that say that a yardstick is not installed.
var errAbsent = errors.New("no yardstick")

// measure takes both sides once, directly after each other.
func (r *row) measure() error {
	if r.absent != nil {
		return nil
	}
	theirs := 1.0
	if r.theirs != nil {
		var err error
		theirs, err = r.theirs()
		if errors.Is(err, errAbsent) {
			r.absent = err
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", r.what, err)
		}
		r.their = append(r.their, theirs)
	}
	ours, err := r.ours()
	if err != nil {
		return fmt.Errorf("%s: %w", r.what, err)
	}
	r.our = append(r.our, ours)
	r.figures = append(r.figures, ours/theirs)
	return nil
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
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	n := len(s)
	return (s[(n-1)/2] + s[n/2]) / 2
}
