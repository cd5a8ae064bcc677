package fault

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// unit is a name for a size.
type unit struct {
	name string
	size int64
}

// The units of Impair, largest first: the first that divides a value prints it.
var (
	rateUnits = []unit{{"Gbit/s", 1e9}, {"Mbit/s", 1e6}, {"kbit/s", 1e3}, {"bit/s", 1}}
	sizeUnits = []unit{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}
)

// quantityMax bounds rates and sizes; a tenth of what an int64 holds, so that
// sums do not overflow.
const quantityMax = math.MaxInt64 / 10

func formatQuantity(n int64, units []unit) string {
	for _, u := range units {
		if n%u.size == 0 {
			return strconv.FormatInt(n/u.size, 10) + u.name
		}
	}
	return strconv.FormatInt(n, 10) // not reached: the last unit has size 1
}

// quantity takes a positive number with a unit.
func (l *Line) quantity(what, example string, units []unit) int64 {
	w := l.take(what)
	if l.err != nil {
		return 0
	}
	for _, u := range units {
		digits, found := strings.CutSuffix(w.text, u.name)
		if !found {
			continue
		}
		n, err := strconv.ParseInt(digits, 10, 64)
		if err == nil && n > 0 && n <= quantityMax/u.size {
			return n * u.size
		}
		break
	}
	names := make([]string, len(units))
	for i, u := range units {
		names[i] = u.name
	}
	l.fail(w.column, "%s: got %s, want a whole number with a unit (%s), such as %s", what, quote(w.text), anyOf(names), example)
	return 0
}

// formatPercent prints a share so that parsePercent returns exactly the same
// number: it moves the decimal point, because multiplying by 100 would round.
func formatPercent(share float64) string {
	text := strconv.FormatFloat(share, 'f', -1, 64)
	sign := ""
	if text[0] == '-' {
		sign, text = "-", text[1:]
	}
	whole, fraction, _ := strings.Cut(text, ".")
	for len(fraction) < 2 {
		fraction += "0"
	}
	whole, fraction = strings.TrimLeft(whole+fraction[:2], "0"), fraction[2:]
	if whole == "" {
		whole = "0"
	}
	if fraction != "" {
		fraction = "." + fraction
	}
	return sign + whole + fraction + "%"
}

// parsePercent reads a percentage as a share: "2.5%" is 0.025.
func parsePercent(text string) (float64, error) {
	digits, found := strings.CutSuffix(text, "%")
	if !found || strings.Trim(digits, "+-.0123456789") != "" || len(digits) > 400 {
		return 0, fmt.Errorf("%w: percentage: %s", ErrSyntax, quote(text))
	}
	share, err := strconv.ParseFloat(digits+"e-2", 64)
	if share == 0 {
		share = 0 // -0% is 0%
	}
	return share, err
}

// formatSpan prints a duration in ASCII without zero units: 1m, not 1m0s.
func formatSpan(d time.Duration) string {
	text := strings.Replace(d.String(), "µ", "u", 1)
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// formatOrdinal prints 1st, 2nd, 3rd, 4th, 11th, 21st.
func formatOrdinal(n int) string {
	ending := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			ending = "st"
		case 2:
			ending = "nd"
		case 3:
			ending = "rd"
		}
	}
	return strconv.Itoa(n) + ending
}

// spaced puts a space before a word unless it is empty.
func spaced(text string) string {
	if text == "" {
		return ""
	}
	return " " + text
}
