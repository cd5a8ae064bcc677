package fault

import (
	"slices"

	"github.com/cablepull/cablepull/sim/topology"
)

// Fill takes what a node has only so much of: `fill a memory 90%`; `fill a
// memory 0%` gives it back. A real host has a disk, if its exec says so, and a
// program with a store may have one: a share of a disk counts what was on it
// before.
type Fill struct {
	Node  string
	Store string // memory, disk
	Share float64
}

// stores are what can be filled.
var stores = []string{"memory", "disk"}

var fillRow = Kind[Fill]{
	Verb: "fill", Usage: "fill NODE memory|disk PERCENT",
	About:   "takes a share of the node's memory budget, or writes its disk full up to a share",
	Example: "fill a memory 90%",
	Pattern: aName + oneWord(stores...) + aPercent + forSpan,
	Parse: func(l *Line) Fill {
		return Fill{l.Name("node"), l.OneOf("store", stores...), l.Share("share", 0, 1)}
	},
	Power: MustBeUp, Stack: AnyStack,
	Draw: func(d *Draw) (f Fill, ok bool) {
		f.Node, ok = d.Node(func(n topology.Node) bool { return len(storesOf(n)) > 0 })
		f.Store, _ = d.Name(storesOf(d.Topology.Nodes[f.Node]))
		if d.Likely(0.8) {
			f.Share = d.Share()
		}
		return f, ok
	},
	Targets:     func(f Fill) Targets { return nodes(f.Node) },
	Needs:       Fill.possible,
	InRealTime:  anyTime[Fill],
	Undoable:    always[Fill],
	Opposite:    func(f Fill) Fault { return Fill{Node: f.Node, Store: f.Store} },
	Lifts:       func(f Fill, old Fault) bool { return f.Share == 0 && f.sameStore(old) },
	Replaces:    Fill.sameStore,
	LosesFrames: never[Fill],
	Silences:    silencesNobody[Fill],
	Stops:       stopsNothing[Fill],
	Influence:   moves[Fill],
}.Row()

// Row implements Fault.
func (Fill) Row() *Row { return fillRow }

// String implements Fault.
func (f Fill) String() string { return "fill " + f.Node + " " + f.Store + " " + formatPercent(f.Share) }

// storesOf lists what of a node can be filled.
func storesOf(n topology.Node) []string {
	return slices.DeleteFunc(slices.Clone(stores), func(store string) bool {
		return Fill{Store: store}.possible(n) != nil
	})
}

// possible returns what the node lacks to be filled.
func (f Fill) possible(n topology.Node) error {
	switch {
	case f.Store == "memory" && n.Exec != nil:
		return ErrRealStack
	case f.Store == "memory" && n.Memory.Limit == 0:
		return lacks("node %s has no memory limit to fill: give it one, such as memory: {limit: 64MiB}", f.Node)
	case f.Store == "disk" && n.Exec != nil && n.Exec.Disk == 0:
		return lacks("node %s has no disk of a size to fill: give it one, such as exec: {disk: 64MiB}", f.Node)
	case f.Store == "disk" && n.Exec == nil && !n.Takes("fill"):
		return lacks("node %s has no disk to fill: want a real host with exec: {disk: 64MiB}, or a program that keeps a store", f.Node)
	}
	return nil
}

func (f Fill) sameStore(old Fault) bool {
	o, ok := old.(Fill)
	return ok && o.Node == f.Node && o.Store == f.Store
}
