package fault

import (
	"fmt"
	"reflect"
)

// Effect is what one kind of fault does to T: a world, or one of its machines.
type Effect[T any] struct {
	of    reflect.Type // of the fault
	apply func(T, Fault) (undo func() bool, err error)
}

// EffectOf makes an effect from a function for one kind of fault. The function
// returns undo, or nil if the fault cannot be undone; undo reports whether
// there was something left to undo.
func EffectOf[F Fault, T any](apply func(T, F) (undo func() bool, err error)) Effect[T] {
	return Effect[T]{reflect.TypeFor[F](), func(to T, f Fault) (func() bool, error) { return apply(to, f.(F)) }}
}

// Effects are the effects that faults can have on T.
type Effects[T any] []Effect[T]

// Has reports whether faults of a kind have an effect.
func (all Effects[T]) Has(kind *Row) bool { return all.find(kind.goType) != nil }

// Apply applies a fault without its span.
func (all Effects[T]) Apply(to T, f Fault) (undo func() bool, err error) {
	e := all.find(reflect.TypeOf(f))
	if e == nil {
		return nil, fmt.Errorf("fault: no effect on %T is known for %T", to, f)
	}
	return e.apply(to, f)
}

func (all Effects[T]) find(of reflect.Type) *Effect[T] {
	for i := range all {
		if all[i].of == of {
			return &all[i]
		}
	}
	return nil
}
