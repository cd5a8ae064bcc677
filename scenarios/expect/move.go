package expect

import (
	"reflect"
	"time"

	"github.com/cablepull/cablepull/scenarios/form"
)

// Moved returns an expectation for a run whose faults come later by some time:
// its instants from the first fault on come later as well. Instants before the
// first fault stay, and so does what counts from a fault. It knows a Window and
// the field At of any struct, and what Said says of its first line; other
// instants of a kind of the caller's own stay where they are.
func Moved(x Expectation, first, by time.Duration) Expectation {
	of := reflect.ValueOf(x)
	if of.Kind() != reflect.Struct {
		return x
	}
	v := reflect.New(of.Type()).Elem()
	v.Set(of)
	if after := v.FieldByName("After"); after.IsValid() {
		if cause, is := after.Interface().(Cause); is && cause.given() {
			return x
		}
	}
	names := []string{"From", "To", "At"}
	if _, is := x.(Said); is {
		names = append(names, "Between")
	}
	for _, name := range names {
		field := v.FieldByName(name)
		if !field.IsValid() || !field.CanSet() {
			continue
		}
		switch at := field.Addr().Interface().(type) {
		case *time.Duration:
			*at = later(*at, first, by)
		case *form.Range[time.Duration]:
			at.Low, at.High = later(at.Low, first, by), later(at.High, first, by)
		}
	}
	return v.Interface().(Expectation)
}

// later moves an instant unless it lies before the first fault; zero stands for
// the start or the end of the run.
func later(at, first, by time.Duration) time.Duration {
	if at == 0 || at < first {
		return at
	}
	return at + by
}
