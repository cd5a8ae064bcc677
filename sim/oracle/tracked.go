package oracle

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
)

// Tracked is an object that a member tracks, and whose faults make it fail.
type Tracked struct {
	Object string // as events name it
	// Nodes are the machines that have a part in it, that of the member included.
	Nodes []string
	// Of some objects only one part counts. At most one of these is set.
	Interface string // the carrier of an interface of the member's machine
	Class     string // a class of its CPU
	Group     string // the member on another interface of its machine
	Service   string // a service of its machine
}

// track adds what a member that tracks something felt of a fault: an edge of
// its own, which acts when the member notices.
func (h *history) track(e event.Event, b event.TrackChanged) {
	m := &Entry{Member: Member{Node: e.Node, Interface: b.Interface}}
	o := h.tracked(e.Node, b.Interface, b.Object)
	var found *edge
	for _, t := range h.all() {
		if t.acts() <= b.Since && o.depends(t, m) && (found == nil || t.acts() >= found.acts()) {
			found = t
		}
	}
	if found == nil {
		return
	}
	verb := "failed"
	if b.State == event.TrackUp {
		verb = "worked again"
	}
	h.felt = append(h.felt, &edge{
		Cause: found.Cause, fault: found.fault, node: e.Node, member: m, actsAt: e.At,
		why: fmt.Sprintf("%s, by which %s of %s.%s %s at %v", found, b.Object, e.Node, b.Interface, verb, e.At),
	})
}

// tracked returns what is known of an object: if nothing, that it is some part
// of its machine.
func (h *history) tracked(node, iface, object string) Tracked {
	for _, m := range h.facts.Members {
		if m.Node != node || m.Interface != iface {
			continue
		}
		for _, o := range m.Tracks {
			if o.Object == object {
				return o
			}
		}
	}
	return Tracked{Object: object, Nodes: []string{node}}
}

// all returns the faults, and what members that track something felt of them.
func (h *history) all() []*edge { return slices.Concat(h.edges, h.felt) }

// acts is the instant at which it acts on the members that it affects.
func (t *edge) acts() time.Duration {
	if t.member != nil {
		return t.actsAt
	}
	return t.When()
}

// depends reports whether a beginning or an end can make the object of a member
// fail or work again.
func (o Tracked) depends(t *edge, m *Entry) bool {
	if t.member != nil { // it is about a member, which only that one's group sees
		return o.Group != "" && t.affects(&Entry{Member: Member{Node: m.Node, Interface: o.Group}}) != fault.NoInfluence
	}
	if t.fault == nil {
		return t.node == "" || slices.Contains(o.Nodes, t.node)
	}
	f := fault.Plain(t.fault)
	power := fault.InfluenceOf(f) == fault.Halts || fault.InfluenceOf(f) == fault.Moves
	named := func(iface string) bool { return t.names(&Entry{Member: Member{Node: m.Node, Interface: iface}}) }
	switch f := f.(type) {
	case fault.Hog:
		return o.usesCPU(f.Node, f.Class)
	case fault.Calm:
		return o.usesCPU(f.Node, f.Class)
	case fault.StopService:
		return o.serves(f.Node, f.Name)
	case fault.StartService:
		return o.serves(f.Node, f.Name)
	case fault.Set:
		if strings.HasPrefix(f.Property, "standby") {
			return o.Group != "" && slices.Contains(o.Nodes, f.Node)
		}
	case fault.Yield:
		return o.Group != "" && slices.Contains(o.Nodes, f.Port.Node)
	case fault.Save:
		return false
	}
	switch {
	case o.Interface != "":
		return power && named(o.Interface)
	case o.Class != "", o.Service != "":
		return power && named("")
	case o.Group != "" && named(o.Group):
		return true
	}
	nodes := fault.Nodes(f)
	if o.Group != "" { // of the machines in that group, what happens at their other interfaces does not count
		nodes = fault.TargetsOf(f).Nodes
	}
	return slices.ContainsFunc(nodes, func(n string) bool { return slices.Contains(o.Nodes, n) })
}

// usesCPU reports whether the object needs a class of a machine's CPU; an empty
// class is any.
func (o Tracked) usesCPU(node, class string) bool {
	if o.Interface != "" || !slices.Contains(o.Nodes, node) {
		return false
	}
	want := o.Class
	switch {
	case o.Service != "":
		return false
	case o.Group != "":
		want = "control"
	}
	return want == "" || class == "" || want == class
}

// serves reports whether the object needs a service of a machine.
func (o Tracked) serves(node, service string) bool {
	if o.Interface != "" || o.Class != "" || o.Group != "" || !slices.Contains(o.Nodes, node) {
		return false
	}
	return o.Service == "" || o.Service == service
}
