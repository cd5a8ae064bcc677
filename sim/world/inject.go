package world

import (
	"errors"
	"fmt"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
)

// simFunc shortens what the package says most often.
type simFunc = sim.Func

// ErrTarget is a fault that refers to what the topology has not.
var ErrTarget = errors.New("no such target")

// Inject gives a fault effect now, and returns how to undo it. What cannot be
// undone, such as a crash, is undone by its opposite: a boot. Undoing twice, or
// what something else has undone, does nothing.
func (w *World) Inject(f fault.Fault) (heal func(), err error) {
	if err := w.checkTargets(f.Targets()); err != nil {
		return nil, fmt.Errorf("world: %s: %w", f, err)
	}
	span := time.Duration(0)
	plain := f
	if spanned, ok := f.(fault.For); ok {
		plain, span = spanned.Fault, spanned.Span
	}
	w.log.Append(w.Now(), faultNode(f), event.FaultApplied{Fault: f.String()})
	undo, err := w.apply(plain)
	if err != nil {
		return nil, fmt.Errorf("world: %s: %w", f, err)
	}
	done := false
	heal = func() {
		if !done && undo != nil {
			done = true
			undo()
			w.log.Append(w.Now(), faultNode(f), event.FaultHealed{Fault: f.String()})
		}
	}
	if span > 0 {
		w.loop.After(span, simFunc(heal))
	}
	return heal, nil
}

// At injects a fault at an instant; that it then cannot be done fails the run.
func (w *World) At(at time.Duration, f fault.Fault) error {
	if err := w.checkTargets(f.Targets()); err != nil {
		return fmt.Errorf("world: %s: %w", f, err)
	}
	w.loop.At(at, simFunc(func() {
		if _, err := w.Inject(f); err != nil {
			w.loop.Fail(err)
		}
	}))
	return nil
}

// faultNode is the node a fault is about, empty if there is none or several.
func faultNode(f fault.Fault) string {
	switch t := f.Targets(); {
	case len(t.Interfaces) == 1:
		return t.Interfaces[0].Node
	case len(t.Nodes) == 1:
		return t.Nodes[0]
	}
	return ""
}

func (w *World) checkTargets(t fault.Targets) error {
	for _, name := range t.Nodes {
		if w.nodes[name] == nil {
			return fmt.Errorf("%w: node %q; there are %v", ErrTarget, name, w.names)
		}
	}
	for _, name := range t.Segments {
		if w.fabric.Segment(name) == nil {
			return fmt.Errorf("%w: segment %q", ErrTarget, name)
		}
	}
	for _, p := range t.Interfaces {
		if n := w.nodes[p.Node]; n == nil || p.Interface != "" && n.host.NIC(p.Interface) == nil {
			return fmt.Errorf("%w: interface %s.%s", ErrTarget, p.Node, p.Interface)
		}
	}
	return nil
}

// apply dispatches by what a fault touches: the network, a machine's life, or
// what runs on it.
func (w *World) apply(f fault.Fault) (undo func(), err error) {
	switch f := f.(type) {
	case fault.Pull, fault.Plug, fault.Partition, fault.Impair, fault.Drop, fault.Prune, fault.Heal:
		return w.applyToNetwork(f)
	case fault.Set:
		return w.nodes[f.Node].set(f.Property, f.Value)
	case fault.Save:
		n := w.nodes[f.Node]
		n.saved = clone(n.running)
		return nil, nil
	case fault.Yield:
		return nil, w.nodes[f.Port.Node].yield(f.Port.Interface)
	case fault.Service:
		return w.nodes[f.Node].switchService(f)
	case fault.Backend:
		return w.nodes[f.Node].switchBackend(f)
	}
	return w.applyToMachine(f)
}

// applyToMachine deals with power, processors, memory and clock.
func (w *World) applyToMachine(f fault.Fault) (undo func(), err error) {
	switch f := f.(type) {
	case fault.Crash:
		n := w.nodes[f.Node]
		n.crash(false)
		return n.host.PowerOn, nil
	case fault.Boot:
		w.nodes[f.Node].host.PowerOn()
	case fault.Reboot:
		return nil, w.nodes[f.Node].reboot(f)
	case fault.Freeze:
		h := w.nodes[f.Node].host
		h.Freeze(f.Process)
		return h.Thaw, nil
	case fault.Thaw:
		w.nodes[f.Node].host.Thaw()
	case fault.Hog:
		h := w.nodes[f.Node].host
		h.Hog(host.Class(f.Class), f.Share)
		return func() { h.Hog(host.Class(f.Class), 0) }, nil
	case fault.Calm:
		w.nodes[f.Node].calm(host.Class(f.Class))
	case fault.Fill:
		m := w.nodes[f.Node].host.Memory()
		m.Fill(f.Share)
		return func() { m.Fill(0) }, nil
	case fault.Skew:
		h := w.nodes[f.Node].host
		h.Skew(f.By)
		return func() { h.Skew(-f.By) }, nil
	case fault.Drift:
		h := w.nodes[f.Node].host
		h.Drift(f.Share)
		return func() { h.Drift(0) }, nil
	default:
		return nil, fmt.Errorf("no effect is known for %T", f)
	}
	return nil, nil
}
