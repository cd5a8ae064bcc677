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

// plain returns the fault without its span.
func (a *application) plain() fault.Fault {
	if spanned, ok := a.fault.(fault.For); ok {
		return spanned.Fault
	}
	return a.fault
}

// heal undoes an application, once, and says so if that mended something.
func (w *World) heal(a *application) {
	i := slices.Index(w.applied, a)
	if i < 0 {
		return // undone before, or superseded
	}
	w.applied = slices.Delete(w.applied, i, i+1)
	if a.undo() {
		w.log.Append(w.Now(), faultNode(a.fault), event.FaultHealed{Fault: a.fault.String()})
	}
}

// lift undoes what matches: heal, plug, calm and their like do.
func (w *World) lift(match func(fault.Fault) bool) {
	for _, a := range slices.Clone(w.applied) {
		if match(a.plain()) {
			w.heal(a)
		}
	}
}

// supersede forgets an earlier fault that f takes the place of: a second hog of
// one class, a second pull of one cable. The state it made lasts until f is
// undone, and its own undoing then does nothing.
func (w *World) supersede(f fault.Fault) {
	w.applied = slices.DeleteFunc(w.applied, func(a *application) bool { return replaces(f, a.plain()) })
}

// replaces reports whether f sets the very state that old has set.
func replaces(f, old fault.Fault) bool {
	switch f := f.(type) {
	case fault.Pull:
		o, ok := old.(fault.Pull)
		return ok && !f.Silently && !o.Silently && o.Port == f.Port
	case fault.Crash:
		return old == fault.Fault(f)
	case fault.Reboot:
		o, ok := old.(fault.Crash)
		return ok && o.Node == f.Node
	case fault.Freeze:
		o, ok := old.(fault.Freeze)
		return ok && o.Node == f.Node
	case fault.Hog:
		o, ok := old.(fault.Hog)
		return ok && o.Node == f.Node && o.Class == f.Class
	case fault.Fill:
		o, ok := old.(fault.Fill)
		return ok && o.Node == f.Node
	case fault.Drift:
		o, ok := old.(fault.Drift)
		return ok && o.Node == f.Node
	case fault.Service:
		o, ok := old.(fault.Service)
		return ok && o.Node == f.Node && o.Name == f.Name
	case fault.Backend:
		o, ok := old.(fault.Backend)
		return ok && o.Node == f.Node
	}
	return false
}

// opposes reports whether f mends, by its nature, what old has broken.
func opposes(f, old fault.Fault) bool {
	switch f := f.(type) {
	case fault.Plug:
		o, ok := old.(fault.Pull)
		return ok && o.Port == f.Port
	case fault.Heal:
		return rules(old) && (f.Node == "" || slices.Contains(nodesOf(old), f.Node))
	case fault.Prune:
		o, ok := old.(fault.Prune)
		return ok && f.Undo && o.Segment == f.Segment
	case fault.Calm:
		o, ok := old.(fault.Hog)
		return ok && o.Node == f.Node && (f.Class == "" || o.Class == f.Class)
	case fault.Fill:
		return f.Share == 0 && replaces(f, old)
	case fault.Thaw:
		o, ok := old.(fault.Freeze)
		return ok && o.Node == f.Node
	case fault.Boot:
		o, ok := old.(fault.Crash)
		return ok && o.Node == f.Node
	case fault.Service:
		return f.Start && replaces(f, old)
	case fault.Backend:
		return f.Mode == "ok" && replaces(f, old)
	case fault.Drift:
		return f.Share == 0 && replaces(f, old)
	}
	return false
}

// rules reports whether a fault is a rule on the fabric, which heal lifts.
func rules(f fault.Fault) bool {
	switch f := f.(type) {
	case fault.Partition, fault.Impair, fault.Drop, fault.Prune:
		return true
	case fault.Pull:
		return f.Silently
	}
	return false
}

// nodesOf returns the nodes that a fault is about.
func nodesOf(f fault.Fault) []string {
	t := f.Targets()
	nodes := slices.Clone(t.Nodes)
	for _, p := range t.Interfaces {
		nodes = append(nodes, p.Node)
	}
	return nodes
}

// faultNode is the node a fault is about, empty if there is none or several.
func faultNode(f fault.Fault) string {
	if nodes := nodesOf(f); len(nodes) == 1 {
		return nodes[0]
	}
	return ""
}
