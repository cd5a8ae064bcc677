package world

import "github.com/cablepull/cablepull/sim/fault"

// Effect is what the world does for one kind of fault. fault.EffectOf makes it.
type Effect = fault.Effect[*World]

// OfMachine reports whether faults of a kind are about one machine, and not about
// the network between them. Then every sort of machine gives them effect, but for
// those that real hosts have no stack for.
func OfMachine(kind *fault.Row) bool { return machineEffects.Has(kind) }

// apply gives a fault without its span effect: to the network or, if it is about
// one machine, there.
func (w *World) apply(f fault.Fault) (undo func() bool, err error) {
	name := fault.Node(f)
	if m := w.machines[name]; m != nil && (OfMachine(f.Row()) || w.topology.Nodes[name].Takes(f.Row().Verb())) {
		return m.Apply(f)
	}
	return w.effects.Apply(w, f)
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
