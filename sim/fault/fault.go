// Package fault holds faults as values. A fault is one line of text: String and
// Parse are inverse, and the same line appears in scenarios, logs, reports and
// replay commands. Each kind of fault is one row, which holds all that is known
// about it without a running world: its syntax, its targets and needs, what
// undoes it, which earlier fault it replaces, and how to draw one at random.
// Package world adds its effect.
//
// Read fault.go first, which says what a fault is, then kind.go with the
// meaning of each field of a row. language.go lists the rows; each is next to
// its type, in a file of that name. possible.go answers whether a fault is
// possible. The package must not know of a running world.
package fault

import (
	"slices"
	"time"
)

// Fault is something that can be done to a running world.
type Fault interface {
	// String returns the line that Parse reads.
	String() string
	// Row returns the row of this kind of fault.
	Row() *Row
}

// Targets are the nodes, segments and interfaces that a fault names. They must
// exist.
type Targets struct {
	Nodes      []string
	Segments   []string
	Interfaces []Port
}

func nodes(names ...string) Targets { return Targets{Nodes: names} }

func port(p Port) Targets { return Targets{Interfaces: []Port{p}} }

// Port is an interface of a node; printed as node.interface, such as a.lan.
type Port struct{ Node, Interface string }

// String prints node.interface, or the node alone.
func (p Port) String() string {
	if p.Interface == "" {
		return p.Node
	}
	return p.Node + "." + p.Interface
}

// Direction limits a fault to one way, seen from the node.
type Direction string

// The directions.
const (
	Both Direction = ""    // both ways
	Out  Direction = "out" // frames the node sends
	In   Direction = "in"  // frames the node would receive
)

// covers reports whether d includes the one way.
func (d Direction) covers(way Direction) bool { return d == Both || d == way }

// For applies a fault for a while and then undoes it: `pull a.lan for 4s`.
type For struct {
	Fault Fault
	Span  time.Duration
}

// String implements Fault.
func (f For) String() string { return f.Fault.String() + " for " + formatSpan(f.Span) }

// Row implements Fault: it is that of the fault without its span.
func (f For) Row() *Row { return f.Fault.Row() }

// Plain returns the fault without its span.
func Plain(f Fault) Fault {
	if spanned, ok := f.(For); ok {
		return Plain(spanned.Fault)
	}
	return f
}

// Nodes returns the nodes that a fault names, those of its interfaces last.
func Nodes(f Fault) []string {
	t := TargetsOf(f)
	nodes := slices.Clone(t.Nodes)
	for _, p := range t.Interfaces {
		nodes = append(nodes, p.Node)
	}
	return nodes
}

// Node is the one node that a fault names, or empty if it names none or
// several.
func Node(f Fault) string {
	if nodes := Nodes(f); len(nodes) == 1 {
		return nodes[0]
	}
	return ""
}

// TargetsOf returns the targets of a fault.
func TargetsOf(f Fault) Targets { return f.Row().targets(Plain(f)) }

// Undoable reports whether a fault can be applied for a span.
func Undoable(f Fault) bool {
	_, spanned := f.(For)
	return !spanned && f.Row().undoable(f)
}

// Breaks reports whether a fault takes something away or changes it until that
// is undone, or stops a machine; not whether it repairs, gives an order, or
// changes what is saved or deployed.
func Breaks(f Fault) bool { return Undoable(Plain(f)) || InfluenceOf(f) == Halts }

// Opposite returns the fault that repairs what f breaks. Nil if there is none:
// then only the end of its span undoes it.
func Opposite(f Fault) Fault { return f.Row().opposite(Plain(f)) }

// Lifts reports whether f is the kind of fault that repairs what the earlier
// fault old broke.
func Lifts(f, old Fault) bool { return f.Row().lifts(Plain(f), Plain(old)) }

// Replaces reports whether f sets the same state as the earlier fault old.
// Undoing old then changes nothing.
func Replaces(f, old Fault) bool { return f.Row().replaces(Plain(f), Plain(old)) }

// LosesFrames reports whether a fault is a network rule that loses or changes
// frames on their way. Heal removes all of them.
func LosesFrames(f Fault) bool { return f.Row().losesFrames(Plain(f)) }

// Stops reports whether a fault stops every frame on a way. If To or From is
// empty, it asks this about every node.
func Stops(f Fault, w Way) bool { return f.Row().stops(Plain(f), w) }

// Way is how the frames of one interface reach another.
type Way struct {
	From, To Port
	Segment  string
	// VirtualMAC says that the sender, while it is Active, sends from the virtual
	// MAC address of its group.
	VirtualMAC bool
	// Unicast says that the sender sends its hellos to the receiver alone.
	Unicast bool
}

// passes reports whether a frame on that way goes through the port in a
// direction that d includes.
func (w Way) passes(p Port, d Direction) bool {
	return p == w.From && d.covers(Out) || p == w.To && d.covers(In)
}
