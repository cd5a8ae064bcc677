package fault

import "github.com/cablepull/cablepull/sim/topology"

// Fill takes memory: `fill a memory 90%`; `fill a memory 0%` gives it back.
type Fill struct {
	Node  string
	Share float64
}

var fillRow = Kind[Fill]{
	Verb: "fill", Usage: "fill NODE memory PERCENT",
	About:   "takes a share of the node's memory budget",
	Example: "fill a memory 90%",
	Pattern: aName + literal("memory") + aPercent + forSpan,
	Parse: func(l *Line) Fill {
		f := Fill{Node: l.Name("node")}
		l.Expect("memory")
		f.Share = l.Share("share", 0, 1)
		return f
	},
	Power: MustBeUp, Stack: OwnStack,
	Draw: func(d *Draw) (f Fill, ok bool) {
		f.Node, ok = d.Node(func(n topology.Node) bool { return ownNode(n) && n.Memory.Limit > 0 })
		if d.Likely(0.8) {
			f.Share = d.Share()
		}
		return f, ok
	},
	Targets: func(f Fill) Targets { return nodes(f.Node) },
	Needs: func(f Fill, n topology.Node) error {
		if n.Memory.Limit == 0 {
			return lacks("node %s has no memory limit to fill: give it one, such as memory: {limit: 64MiB}", f.Node)
		}
		return nil
	},
	InRealTime:  anyTime[Fill],
	Undoable:    always[Fill],
	Opposite:    func(f Fill) Fault { return Fill{Node: f.Node} },
	Lifts:       func(f Fill, old Fault) bool { return f.Share == 0 && f.sameMemory(old) },
	Replaces:    Fill.sameMemory,
	LosesFrames: never[Fill],
	Silences:    silencesNobody[Fill],
	Stops:       stopsNothing[Fill],
	Influence:   moves[Fill],
}.Row()

// Row implements Fault.
func (Fill) Row() *Row { return fillRow }

// String implements Fault.
func (f Fill) String() string { return "fill " + f.Node + " memory " + formatPercent(f.Share) }

func (f Fill) sameMemory(old Fault) bool {
	o, ok := old.(Fill)
	return ok && o.Node == f.Node
}
