package form

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// ErrRange is wrapped by the error for a text that is not an interval.
var ErrRange = errors.New("bad interval")

// Share is a part of a whole, 0 to 1; its text is a percentage.
type Share float64

// Bound is what an interval can reach over: instants and spans, counts, shares,
// and figures in what real programs print.
type Bound interface {
	time.Duration | int | Share | float64
}

// Range is an interval with both ends included: 7s..10s, ..3s, 7s.., 12. The
// zero Range was not given, and contains everything.
type Range[T Bound] struct {
	Given     bool
	Low, High T
	Open      bool // no upper end; High is zero
}

// Between is the interval from low to high.
func Between[T Bound](low, high T) Range[T] { return Range[T]{Given: true, Low: low, High: high} }

// Exactly is the interval that holds one value.
func Exactly[T Bound](value T) Range[T] { return Between(value, value) }

// AtLeast is the interval without an upper end.
func AtLeast[T Bound](low T) Range[T] { return Range[T]{Given: true, Low: low, Open: true} }

// AtMost is the interval from zero to high.
func AtMost[T Bound](high T) Range[T] { return Range[T]{Given: true, High: high} }

// Problem says what is wrong with an interval that was written in Go, such as
// ends in the wrong order, or returns "".
func (r Range[T]) Problem() string {
	_, share := any(r.Low).(Share)
	switch {
	case !(r.Low >= 0) || !r.Open && !(r.High >= 0):
		return fmt.Sprintf("got %s, want no negative end", r)
	case share && max(float64(r.Low), float64(r.High)) > 1:
		return fmt.Sprintf("got %s, want 0%% to 100%%; a share in Go is 0 to 1, such as 0.95", r)
	case !r.Open && r.Low > r.High:
		return fmt.Sprintf("got %s, want the lower end first", r)
	}
	return ""
}

// Contains says whether the interval was not given or holds the value.
func (r Range[T]) Contains(value T) bool {
	return !r.Given || value >= r.Low && (r.Open || value <= r.High)
}

// Meets says whether the interval holds a value that lies between two others.
func (r Range[T]) Meets(low, high T) bool {
	return !r.Given || high >= r.Low && (r.Open || low <= r.High)
}

// Widen moves both ends outwards, the lower one not below zero.
func (r Range[T]) Widen(by T) Range[T] {
	if !r.Given {
		return r
	}
	r.Low = max(r.Low-by, 0)
	if !r.Open {
		r.High += by
	}
	return r
}

// String prints the interval as it is read.
func (r Range[T]) String() string {
	var zero T
	switch {
	case !r.Given:
		return "any"
	case r.Open:
		return Text(r.Low) + ".."
	case r.Low == r.High:
		return Text(r.Low)
	case r.Low == zero:
		return ".." + Text(r.High)
	}
	return Text(r.Low) + ".." + Text(r.High)
}

// MarshalText implements encoding.TextMarshaler.
func (r Range[T]) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (r *Range[T]) UnmarshalText(text []byte) error {
	low, high, isRange := strings.Cut(string(text), "..")
	low, high = strings.TrimSpace(low), strings.TrimSpace(high)
	if !isRange {
		high = low
	}
	got := Range[T]{Given: true, Open: high == ""}
	errLow, errHigh := parseBound(low, &got.Low), parseBound(high, &got.High)
	if low == "" && high == "" || errLow != nil || errHigh != nil {
		return fmt.Errorf("%w: got %q, want %s", ErrRange, text, wantRange[T]())
	}
	if !got.Open && got.Low > got.High {
		return fmt.Errorf("%w: got %q, want the lower end first", ErrRange, text)
	}
	*r = got
	return nil
}

func wantRange[T Bound]() string {
	switch any(*new(T)).(type) {
	case time.Duration:
		return "an interval such as 7s..10s, ..3s, 7s.. or 8s"
	case Share:
		return "an interval such as 40%..60%, ..5%, 95%.. or 100%"
	case float64:
		return "an interval such as 1.5..3, ..0.2, 100.. or 2"
	}
	return "an interval such as 1..3, ..3, 1.. or 2"
}

// parseBound reads one end; an absent one stays zero. No measure is negative.
func parseBound[T Bound](text string, into *T) (err error) {
	if text == "" {
		return nil
	}
	switch into := any(into).(type) {
	case *time.Duration:
		*into, err = time.ParseDuration(text)
	case *int:
		*into, err = strconv.Atoi(text)
	case *float64:
		if *into, err = strconv.ParseFloat(text, 64); err == nil && !(*into <= math.MaxFloat64) {
			return ErrRange // NaN or infinity
		}
	case *Share:
		share, ok := parseShare(text)
		if !ok || share > 1 {
			return ErrRange
		}
		*into = Share(share)
	}
	if err == nil && *into < 0 {
		return ErrRange
	}
	return err
}

// Text prints a value as the end of an interval is read. Durations are printed
// to the microsecond, as finer is noise to a reader.
func Text[T Bound](value T) string {
	switch v := any(value).(type) {
	case time.Duration:
		return spanText(v)
	case Share:
		return v.String()
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(value)
}

// String prints the share as a percentage with at most two decimals.
func (s Share) String() string {
	text := strconv.FormatFloat(float64(s)*100, 'f', 2, 64)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".") + "%"
}

// spanText prints a duration to the microsecond, as finer is noise to a reader,
// and without zero units at its end: 1m, not 1m0s.
func spanText(d time.Duration) string {
	if d > time.Millisecond {
		d = d.Round(time.Microsecond)
	}
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
