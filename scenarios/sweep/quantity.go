package sweep

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/cablepull/cablepull/scenarios/form"
)

// Quantity is a number with its unit, as a scenario has it: 6s, 20/s, 0.5%,
// 100Mbit/s or 12. It is exact, so that equal plans have equal settings on any
// machine.
type Quantity struct {
	amount int64  // nanoseconds of a span, else units of the last decimal
	digits int    // decimals
	unit   string // what follows the number; empty for a span
	span   bool
}

// number is a number with decimals, and its unit, which has no digit.
var number = regexp.MustCompile(`^(-?[0-9]{1,15})(?:\.([0-9]{1,6}))?([^0-9.\s]*)$`)

// parseQuantity reads a quantity.
func parseQuantity(text string) (Quantity, bool) {
	if span, err := time.ParseDuration(text); err == nil && text != "0" {
		return Quantity{amount: int64(span), span: true}, true
	}
	parts := number.FindStringSubmatch(text)
	if parts == nil {
		return Quantity{}, false
	}
	amount, err := strconv.ParseInt(parts[1]+parts[2], 10, 64)
	return Quantity{amount: amount, digits: len(parts[2]), unit: parts[3]}, err == nil
}

// String prints the quantity as a scenario has it.
func (q Quantity) String() string {
	if q.span {
		return form.Text(time.Duration(q.amount))
	}
	digits := strconv.FormatInt(q.amount, 10)
	if q.digits == 0 {
		return digits + q.unit
	}
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	if len(digits) <= q.digits {
		digits = strings.Repeat("0", q.digits+1-len(digits)) + digits
	}
	whole, decimals := digits[:len(digits)-q.digits], digits[len(digits)-q.digits:]
	if decimals = strings.TrimRight(decimals, "0"); decimals != "" {
		decimals = "." + decimals
	}
	return sign + whole + decimals + q.unit
}

// alike reports whether two quantities have one unit.
func (q Quantity) alike(other Quantity) bool { return q.span == other.span && q.unit == other.unit }

// with returns the quantity with so many decimals, at least.
func (q Quantity) with(digits int) Quantity {
	for !q.span && q.digits < digits {
		q.amount, q.digits = q.amount*10, q.digits+1
	}
	return q
}

// aligned returns quantities of one unit with equal decimals.
func aligned(all ...Quantity) []Quantity {
	digits := 0
	for _, q := range all {
		digits = max(digits, q.digits)
	}
	for i := range all {
		all[i] = all[i].with(digits)
	}
	return all
}

// grains are the spans to which values between two ends are rounded.
var grains = []time.Duration{
	time.Second, 100 * time.Millisecond, 10 * time.Millisecond, time.Millisecond, 100 * time.Microsecond, 10 * time.Microsecond, time.Microsecond,
}

// grain is what values between two ends are multiples of, as the ends are:
// whole seconds between 6s and 30s, tenths of a second between 0.5s and 2s.
// Products take no other values. Of other numbers it is the last decimal.
func (q Quantity) grain(to Quantity) int64 {
	if !q.span {
		return 1
	}
	for _, g := range grains {
		if q.amount%int64(g) == 0 && to.amount%int64(g) == 0 {
			return int64(g)
		}
	}
	return 1
}

// between returns the value that lies at a share of the way to another
// quantity, rounded to a grain, and neither below the one nor above the other.
func (q Quantity) between(to Quantity, share *big.Rat) Quantity {
	ends := aligned(q, to)
	low, high := ends[0], ends[1]
	step := low.grain(high)
	way := new(big.Rat).Mul(share, new(big.Rat).SetInt64(high.amount-low.amount))
	steps := new(big.Rat).Quo(way, new(big.Rat).SetInt64(step))
	twice := new(big.Int).Add(new(big.Int).Mul(steps.Num(), big.NewInt(2)), steps.Denom())
	rounded := twice.Div(twice, new(big.Int).Mul(steps.Denom(), big.NewInt(2)))
	low.amount = min(low.amount+rounded.Int64()*step, high.amount)
	return low
}

// mustBeAlike says that the ends of a range have different units.
func mustBeAlike(low, high Quantity) error {
	return fmt.Errorf("got a range from %s to %s, want one unit", low, high)
}
