package figure

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Text prints a value of a unit with the digits that a person reads: 8.424s,
// 2m03.4s, 1.2 %, 1,100, 0.25 per year. NaN is a hyphen.
func Text(u Unit, value float64) string { return round(u, value, math.Round) }

// round is Text, with the way in which to round the last digit.
func round(u Unit, value float64, by func(float64) float64) string {
	switch {
	case math.IsNaN(value):
		return "-"
	case u == Time:
		return span(value, by)
	case u == Share:
		return number(100*value, by) + " %"
	case u == Yearly:
		return number(value, by) + " per year"
	}
	return number(value, by)
}

// span prints nanoseconds with four digits, or from a minute on to tenths of a
// second.
func span(ns float64, by func(float64) float64) string {
	switch {
	case ns < 0:
		return "-" + span(-ns, by)
	case ns < 1e3:
		return number(ns, by) + unit(ns, "ns")
	case ns < 0.99995e6:
		return digits(ns/1e3, 4, by) + "µs"
	case ns < 0.99995e9:
		return digits(ns/1e6, 4, by) + "ms"
	case ns < 59.95e9:
		return digits(ns/1e9, 4, by) + "s"
	case ns < 3599.95e9:
		tenths := int64(by(ns / 1e8))
		return fmt.Sprintf("%dm%02d.%ds", tenths/600, tenths/10%60, tenths%10)
	}
	d := time.Duration(by(ns/1e9)) * time.Second
	return fmt.Sprintf("%dh%02dm%02ds", d/time.Hour, d/time.Minute%60, d/time.Second%60)
}

func unit(ns float64, name string) string {
	if ns == 0 {
		return "s"
	}
	return name
}

// number prints a number with three digits, or all those before the point, in
// groups.
func number(x float64, by func(float64) float64) string { return digits(x, 3, by) }

// digits is number, with so many digits.
func digits(x float64, most int, by func(float64) float64) string {
	if x < 0 {
		return "-" + digits(-x, most, by)
	}
	if x == 0 || math.IsInf(x, 0) {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	decimals := max(most-1-int(math.Floor(math.Log10(x))), 0)
	scale := math.Pow10(decimals)
	// What is whole but for the last bits of a float stays so in any direction.
	scaled := x * scale
	if near := math.Round(scaled); math.Abs(scaled-near) < 1e-9*near {
		scaled = near
	} else {
		scaled = by(scaled)
	}
	text := strconv.FormatFloat(scaled/scale, 'f', decimals, 64)
	whole, fraction, _ := strings.Cut(text, ".")
	if fraction = strings.TrimRight(fraction, "0"); fraction != "" {
		fraction = "." + fraction
	}
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	return whole + fraction
}

// counted prints a number of things: 1 run, 1,100 runs.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return number(float64(n), math.Round) + " " + noun + "s"
}
