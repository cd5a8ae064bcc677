package world

import (
	"fmt"
	"reflect"

	"github.com/cablepull/cablepull/sim/fault"
)

// Effect is what the world does for one kind of fault.
type Effect = effect[*World]

// EffectOf makes an effect of a function for one kind of fault. The function
// returns how to undo it: nil if it cannot be undone; undo reports whether there
// was something left to undo.
func EffectOf[F fault.Fault](apply func(*World, F) (undo func() bool, err error)) Effect {
	return effectOf(apply)
}

// effect does a kind of fault to T: to the world, or to one of its nodes.
type effect[T any] struct {
	of    reflect.Type // of the fault
	apply func(T, fault.Fault) (undo func() bool, err error)
}

func effectOf[F fault.Fault, T any](apply func(T, F) (undo func() bool, err error)) effect[T] {
	return effect[T]{reflect.TypeFor[F](), func(to T, f fault.Fault) (func() bool, error) { return apply(to, f.(F)) }}
}

// find returns the effect of a kind of fault; false if it is not there.
func find[T any](all []effect[T], f fault.Fault) (effect[T], bool) {
	for _, e := range all {
		if e.of == reflect.TypeOf(f) {
			return e, true
		}
	}
	return effect[T]{}, false
}

// apply gives a fault without its span effect: to the network or, if it is about
// one machine, there.
func (w *World) apply(f fault.Fault) (undo func() bool, err error) {
	if e, ok := find(w.effects, f); ok {
		return e.apply(w, f)
	}
	m := w.machines[fault.Node(f)]
	if m == nil {
		return nil, fmt.Errorf("no effect is known for %T", f)
	}
	return m.Apply(f)
}

// changed undoes what still holds, and reports whether it did. A hog, say, is
// gone when its machine has crashed meanwhile.
func changed(holds func() bool, undo func()) bool {
	if !holds() {
		return false
	}
	undo()
	return true
}

// always is an undo that always has something to do.
func always(undo func()) func() bool {
	return func() bool {
		undo()
		return true
	}
}
