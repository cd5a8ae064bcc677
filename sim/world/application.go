package world

import (
	"slices"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
)

// application is a fault that was given effect and has not been undone.
type application struct {
	fault fault.Fault // as it was injected, with its span
	undo  func() bool // reports whether there was something left to undo; nil: nothing can be
}

// heal undoes an application, once, and says so if that mended something.
func (w *World) heal(a *application) {
	i := slices.Index(w.applied, a)
	if i < 0 {
		return // undone before, or superseded
	}
	w.applied = slices.Delete(w.applied, i, i+1)
	if a.undo() {
		w.log.Append(w.Now(), fault.Node(a.fault), event.FaultHealed{Fault: a.fault.String()})
	}
}

// lift undoes what f mends by its nature: heal, plug, calm and their like do.
func (w *World) lift(f fault.Fault) {
	for _, a := range slices.Clone(w.applied) {
		if fault.Lifts(f, a.fault) {
			w.heal(a)
		}
	}
}

// supersede forgets an earlier fault that f takes the place of: a second hog of
// one class, a second pull of one cable. The state it made lasts until f is
// undone, and its own undoing then does nothing.
func (w *World) supersede(f fault.Fault) {
	w.applied = slices.DeleteFunc(w.applied, func(a *application) bool { return fault.Replaces(f, a.fault) })
}
