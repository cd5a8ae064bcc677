package world

import (
	"errors"
	"fmt"
	"time"

	"github.com/cablepull/cablepull/node/certificate"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
)

// simFunc abbreviates the most frequent type of the package.
type simFunc = sim.Func

// Errors of worlds, for errors.Is. Package fault has those of impossible
// faults.
var (
	// ErrReal is a topology with real programs in a world that cannot run them.
	ErrReal = errors.New("real programs need real namespaces, want the netns world")
	// ErrNotRepeatable is a topology with TLS in a program that lacks a setting.
	ErrNotRepeatable = certificate.ErrNotRepeatable
	// ErrClosed is a call after Close.
	ErrClosed = errors.New("the world is closed")
)

// FaultError is the error of a run that ends because a fault of its timetable
// is not possible when its instant comes. It wraps the reason, such as
// fault.ErrDown.
type FaultError struct {
	At    time.Duration
	Fault fault.Fault
	Err   error
}

// Error implements error.
func (e *FaultError) Error() string { return fmt.Sprintf("%s at %s: %v", e.Fault, e.At, e.Err) }

// Unwrap returns the reason.
func (e *FaultError) Unwrap() error { return e.Err }

// Inject applies a fault now, and returns the function that undoes it. That
// function does nothing if the fault is already undone or superseded, or has no
// undo: to end a crash, inject its opposite, a boot. An impossible fault leaves
// no trace, unless it is a value that only the product refuses.
func (w *World) Inject(f fault.Fault) (heal func(), err error) {
	if heal, err = w.inject(f); err != nil {
		return nil, fmt.Errorf("world: %w", &FaultError{w.Now(), f, err})
	}
	return heal, nil
}

func (w *World) inject(f fault.Fault) (heal func(), err error) {
	// The product judges the machine's present configuration.
	if err = errors.Join(fault.Problems(w.topology, f)...); err == nil {
		err = w.checkNow(f)
	}
	if err != nil {
		return nil, err
	}
	a := &application{fault: f}
	w.log.Append(w.Now(), fault.Node(f), event.FaultApplied{Fault: f.String()})
	w.lift(f)
	w.supersede(f)
	if a.undo, err = w.apply(fault.Plain(f)); err != nil {
		return nil, err
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

// At injects a fault at an instant. If it is impossible by then, the run fails.
func (w *World) At(at time.Duration, f fault.Fault) error {
	if err := errors.Join(Problems(w.topology, f)...); err != nil {
		return fmt.Errorf("world: %w", &FaultError{at, f, err})
	}
	w.loop.At(at, simFunc(func() {
		if _, err := w.inject(f); err != nil {
			w.loop.Fail(&FaultError{at, f, err})
		}
	}))
	return nil
}

// checkNow returns why a fault is not possible at present.
func (w *World) checkNow(f fault.Fault) error {
	if w.closed {
		return ErrClosed
	}
	if node := fault.Node(f); node != "" {
		return fault.Now(f, w.machines[node].Present())
	}
	return nil
}
