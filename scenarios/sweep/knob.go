package sweep

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// valuesMax is how many values a knob has at most, so that a mistyped step
// cannot fill the memory.
const valuesMax = 10_000

// Knob is a path into the scenario, as [scenarios.Scenario.Set] explains them,
// and the values to try there.
type Knob struct {
	Path   string
	Values []string // in the order in which they are tried; nil: a range without a step
	low    Quantity // of a range
	high   Quantity
	ranged bool
}

// wantKnob says what a knob looks like.
const wantKnob = "PATH=VALUE,VALUE or PATH=FROM..TO/STEP or PATH=FROM..TO, such as nodes.*.standby.lan.hold=6s..30s/2s"

// ParseKnob reads a knob: a path with a list of values, a range with a step, or
// a range without one, of which a design takes as many values as it needs.
func ParseKnob(text string) (Knob, error) {
	path, values, found := strings.Cut(text, "=")
	if path = strings.TrimSpace(path); !found || path == "" || strings.TrimSpace(values) == "" {
		return Knob{}, fmt.Errorf("got %q, want %s", text, wantKnob)
	}
	k := Knob{Path: path}
	for _, part := range split(values) {
		if err := k.add(strings.TrimSpace(part)); err != nil {
			return Knob{}, fmt.Errorf("%s: %w", path, err)
		}
	}
	if len(k.Values) > valuesMax {
		return Knob{}, fmt.Errorf("%s: got %d values, want at most %d", path, len(k.Values), valuesMax)
	}
	if k.ranged && len(k.Values) > 0 {
		return Knob{}, fmt.Errorf("%s: got a range without a step beside other values, want FROM..TO/STEP", path)
	}
	for i, value := range k.Values {
		if slices.Contains(k.Values[:i], value) {
			return Knob{}, fmt.Errorf("%s: got the value %s twice", path, value)
		}
	}
	return k, nil
}

// split divides a list at the commas that stand outside of brackets, braces and
// quotes, so that a value can be a list or a mapping.
func split(list string) []string {
	var parts []string
	depth, begin, quote := 0, 0, rune(0)
	for i, c := range list {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '[' || c == '{':
			depth++
		case c == ']' || c == '}':
			depth--
		case c == ',' && depth == 0:
			parts, begin = append(parts, list[begin:i]), i+1
		}
	}
	return append(parts, list[begin:])
}

// add adds a value or a range.
func (k *Knob) add(part string) error {
	from, rest, ranged := strings.Cut(part, "..")
	if !ranged || strings.ContainsAny(part[:1], `"'[{`) {
		if part == "" {
			return errors.New("got an empty value, want one between the commas")
		}
		k.Values = append(k.Values, part)
		return nil
	}
	low, isQuantity := parseQuantity(from)
	if !isQuantity {
		return fmt.Errorf("got a range from %q, want a number with its unit, such as 6s, 20/s, 0.5%% or 12", from)
	}
	high, step, stepped, err := ends(low, rest)
	switch {
	case err != nil:
		return err
	case high.amount <= low.amount:
		return fmt.Errorf("got %s, want the lower end first", part)
	case !stepped && k.ranged:
		return errors.New("got two ranges without a step, want one")
	case !stepped:
		k.low, k.high, k.ranged = low, high, true
		return nil
	}
	return k.addSteps(low, high, step, part)
}

// ends reads what follows the dots of a range. Units have slashes as well: in
// 10/s..100/s/10/s the step begins behind the second one.
func ends(low Quantity, rest string) (high, step Quantity, stepped bool, err error) {
	high, isQuantity := parseQuantity(rest)
	if isQuantity && high.alike(low) {
		all := aligned(low, high)
		return all[1], Quantity{}, false, nil
	}
	for i, c := range rest {
		if c != '/' {
			continue
		}
		to, toFits := parseQuantity(rest[:i])
		by, byFits := parseQuantity(rest[i+1:])
		if toFits && byFits && to.alike(low) && by.alike(low) {
			return to, by, true, nil
		}
	}
	if isQuantity {
		return high, step, false, mustBeAlike(low, high)
	}
	return high, step, false, fmt.Errorf("got %s..%s, want a range such as 6s..30s/2s, its ends and its step with one unit", low, rest)
}

// addSteps adds the values of a range with a step.
func (k *Knob) addSteps(low, high, step Quantity, part string) error {
	all := aligned(low, high, step)
	low, high, step = all[0], all[1], all[2]
	if step.amount <= 0 {
		return fmt.Errorf("got the step %s, want one above zero", step)
	}
	if n := (high.amount - low.amount) / step.amount; n >= valuesMax {
		return fmt.Errorf("got %s, which is %d values, want at most %d", part, n+1, valuesMax)
	}
	for at := low; at.amount <= high.amount; at.amount += step.amount {
		k.Values = append(k.Values, at.String())
	}
	return nil
}

// At returns the value at a share, from 0 to 1, of the way through the knob:
// between the ends of a range, or one of the values. Values of ranges are as
// round as the ends are written: see Quantity.grain.
func (k Knob) At(share *big.Rat) string {
	if k.ranged {
		return k.low.between(k.high, share).String()
	}
	n := new(big.Rat).Mul(share, new(big.Rat).SetInt64(int64(len(k.Values))))
	i := new(big.Int).Div(n.Num(), n.Denom()).Int64()
	return k.Values[min(int(i), len(k.Values)-1)]
}

// String prints the knob as it is read.
func (k Knob) String() string {
	if k.ranged {
		return k.Path + "=" + k.low.String() + ".." + k.high.String()
	}
	return k.Path + "=" + strings.Join(k.Values, ",")
}
