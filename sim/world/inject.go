package world

import (
	"errors"
	"fmt"
	"time"

	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
)

// simFunc shortens what the package says most often.
type simFunc = sim.Func

// Errors of worlds, to be matched with errors.Is. Those of faults that cannot be
// done are package fault's.
var (
	// ErrReal is a topology with real programs in a world that has no place for them.
	ErrReal = errors.New("real programs need real namespaces, want the netns world")
	// ErrClosed is a fault that comes after Close.
	ErrClosed = errors.New("the world is closed")
)

// Inject gives a fault effect now, and returns how to undo it. What cannot be
// undone, such as a crash, is undone by its opposite: a boot. Undoing twice, or
// what something else has undone or superseded, does nothing. A fault that
// cannot be done leaves no trace, unless it is a value that only the product
// refuses.
func (w *World) Inject(f fault.Fault) (heal func(), err error) {
	// The product's word counts for what the machine is configured to be by now.
	if err = errors.Join(fault.Problems(w.topology, f)...); err == nil {
		err = w.checkNow(f)
	}
	if err != nil {
		return nil, fmt.Errorf("world: %s: %w", f, err)
	}
	a := &application{fault: f}
	w.log.Append(w.Now(), fault.Node(f), event.FaultApplied{Fault: f.String()})
	w.lift(f)
	w.supersede(f)
	if a.undo, err = w.apply(fault.Plain(f)); err != nil {
		return nil, fmt.Errorf("world: %s: %w", f, err)
	}
	heal = func() { w.heal(a) }
	if a.undo == nil {
		return heal, nil
	}
	w.applied = append(w.applied, a)
	if spanned, ok := f.(fault.For); ok {
		w.loop.After(spanned.Span, simFunc(heal))
	}
	return heal, nil
}

// At injects a fault at an instant; that it then cannot be done fails the run.
func (w *World) At(at time.Duration, f fault.Fault) error {
	if err := errors.Join(Problems(w.topology, f)...); err != nil {
		return fmt.Errorf("world: %s: %w", f, err)
	}
	w.loop.At(at, simFunc(func() {
		if _, err := w.Inject(f); err != nil {
			w.loop.Fail(err)
		}
	}))
	return nil
}

// checkNow says why a fault cannot be done at present.
func (w *World) checkNow(f fault.Fault) error {
	if w.closed {
		return ErrClosed
	}
	if node := fault.Node(f); node != "" {
		return fault.Now(f, w.machines[node].Present())
	}
	return nil
}
