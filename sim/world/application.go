package world

import (
	"slices"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
)

// application is a fault that was applied and has not been undone.
type application struct {
	fault fault.Fault // as injected, with its span
	undo  func() bool // reports whether there was something left to undo; nil: cannot be undone
}

// heal undoes an application once, and logs it if that changed something.
func (w *World) heal(a *application) {
	i := slices.Index(w.applied, a)
	if i < 0 {
		return // already undone, or superseded
	}
	w.applied = slices.Delete(w.applied, i, i+1)
	if a.undo() {
		w.log.Append(w.Now(), fault.Node(a.fault), event.FaultHealed{Fault: a.fault.String()})
	}
}

// lift undoes the earlier faults that f repairs, as heal, plug and calm do.
func (w *World) lift(f fault.Fault) {
	for _, a := range slices.Clone(w.applied) {
		if fault.Lifts(f, a.fault) {
			w.heal(a)
		}
	}
}

// supersede forgets earlier faults that f replaces, such as a second hog of one
// class or a second pull of one cable. Their state then lasts until f is
// undone, and undoing them does nothing.
func (w *World) supersede(f fault.Fault) {
	w.applied = slices.DeleteFunc(w.applied, func(a *application) bool { return fault.Replaces(f, a.fault) })
}
