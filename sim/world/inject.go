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

// Errors of faults, to be matched with errors.Is.
var (
	// ErrTarget is a fault that refers to what the topology has not.
	ErrTarget = errors.New("no such target")
	// ErrDown is a fault that needs a running machine.
	ErrDown = errors.New("the machine is not up")
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
	err = w.checkFault(f)
	if err == nil {
		err = w.possible(plain(f))
	}
	if err != nil {
		return nil, fmt.Errorf("world: %s: %w", f, err)
	}
	a := &application{fault: f}
	w.log.Append(w.Now(), faultNode(f), event.FaultApplied{Fault: f.String()})
	w.lift(func(old fault.Fault) bool { return opposes(a.plain(), old) })
	w.supersede(a.plain())
	if a.undo, err = w.apply(a.plain()); err != nil {
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
	if err := w.checkFault(f); err != nil {
		return fmt.Errorf("world: %s: %w", f, err)
	}
	w.loop.At(at, simFunc(func() {
		if _, err := w.Inject(f); err != nil {
			w.loop.Fail(err)
		}
	}))
	return nil
}

// plain returns the fault that is applied for a span.
func plain(f fault.Fault) fault.Fault { return (&application{fault: f}).plain() }

// checkFault says why a fault never makes sense in this world.
func (w *World) checkFault(f fault.Fault) error {
	t := f.Targets()
	for _, name := range t.Nodes {
		if w.machines[name] == nil {
			return fmt.Errorf("%w: node %q; there are %v", ErrTarget, name, w.names)
		}
	}
	for _, name := range t.Segments {
		if w.fabric.Segment(name) == nil {
			return fmt.Errorf("%w: segment %q", ErrTarget, name)
		}
	}
	for _, p := range t.Interfaces {
		if m := w.machines[p.Node]; m == nil || p.Interface != "" && m.Port(p.Interface) == nil {
			return fmt.Errorf("%w: interface %s.%s", ErrTarget, p.Node, p.Interface)
		}
	}
	if err := w.checkProgram(plain(f)); err != nil {
		return err
	}
	return fault.Check(f)
}

// checkProgram says that a node never runs what a fault is about.
func (w *World) checkProgram(f fault.Fault) error {
	switch f := f.(type) {
	case fault.Service:
		if n := w.topology.Nodes[f.Node]; n.Gateway == nil && n.Exec == nil {
			return fmt.Errorf("%w: %s has neither a gateway nor real programs that could be switched", ErrTarget, f.Node)
		}
	case fault.Backend:
		if w.topology.Nodes[f.Node].Backend == nil {
			return fmt.Errorf("%w: %s has no back end", ErrTarget, f.Node)
		}
	case fault.Yield:
		standby := w.topology.Nodes[f.Port.Node].Standby
		if _, has := standby[f.Port.Interface]; len(standby) == 0 || f.Port.Interface != "" && !has {
			return fmt.Errorf("%w: there is no standby control on %s", ErrTarget, f.Port)
		}
	}
	return nil
}

// possible says why a fault cannot be done at present.
func (w *World) possible(f fault.Fault) error {
	if w.closed {
		return ErrClosed
	}
	if !ofMachine(f) {
		return nil
	}
	node := nodesOf(f)[0]
	if err := w.machines[node].Possible(f); err != nil {
		return fmt.Errorf("%s: %w", node, err)
	}
	return nil
}

// ofMachine reports whether a fault is about one machine, not the network
// between them.
func ofMachine(f fault.Fault) bool {
	switch f.(type) {
	case fault.Pull, fault.Plug, fault.Partition, fault.Impair, fault.Drop, fault.Prune, fault.Heal:
		return false
	}
	return true
}

// apply dispatches by what a fault touches: the network, or a machine.
func (w *World) apply(f fault.Fault) (undo func() bool, err error) {
	if !ofMachine(f) {
		return w.applyToNetwork(f)
	}
	return w.machines[nodesOf(f)[0]].Apply(f)
}
