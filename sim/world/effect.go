package world

import "github.com/cablepull/cablepull/sim/fault"

// Effect is what the world does for one kind of fault. fault.EffectOf makes it.
type Effect = fault.Effect[*World]

// OfMachine reports whether faults of a kind act on one machine, and not on the
// network. Every kind of machine applies those, except that real hosts lack the
// stack for some.
func OfMachine(kind *fault.Row) bool { return machineEffects.Has(kind) }

// apply applies a fault without its span, to the network or to one machine.
func (w *World) apply(f fault.Fault) (undo func() bool, err error) {
	name := fault.Node(f)
	if m := w.machines[name]; m != nil && (OfMachine(f.Row()) || w.topology.Nodes[name].Takes(f.Row().Verb())) {
		return m.Apply(f)
	}
	return w.effects.Apply(w, f)
}

// changed undoes a fault that still has effect, and reports whether it did. A
// hog, say, is gone if its machine has crashed meanwhile.
func changed(holds func() bool, undo func()) bool {
	if !holds() {
		return false
	}
	undo()
	return true
}

// always is an undo that always has something to undo.
func always(undo func()) func() bool {
	return func() bool {
		undo()
		return true
	}
}
