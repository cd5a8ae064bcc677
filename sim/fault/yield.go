package fault

import (
	"strings"

	"github.com/cablepull/cablepull/sim/topology"
)

// Yield makes an active member give up the role, as the operator's
// YieldEthernetStandby does: `yield a`, `yield a.lan`.
type Yield struct{ Port Port } // Interface empty: all of the node's groups

var yieldRow = Kind[Yield]{
	Verb: "yield", Usage: "yield NODE[.INTERFACE]",
	About:   "makes an active member give up its role, as an operator does; without an interface on all of them",
	Example: "yield a.lan",
	Pattern: aName + maybe(`\.`+topology.NamePattern),
	Parse: func(l *Line) Yield {
		if strings.Contains(l.peek(), ".") {
			return Yield{l.Port(".")}
		}
		return Yield{Port{Node: l.Name("node")}}
	},
	Power: MustBeUp, Stack: OwnStack,
	Draw: func(d *Draw) (f Yield, ok bool) {
		f.Port.Node, ok = d.Node(func(n topology.Node) bool { return ownNode(n) && len(n.Standby) > 0 })
		if d.Likely(0.5) {
			f.Port.Interface, _ = d.Name(topology.Names(d.Topology.Nodes[f.Port.Node].Standby))
		}
		return f, ok
	},
	Targets: func(f Yield) Targets {
		if f.Port.Interface == "" {
			return nodes(f.Port.Node)
		}
		return port(f.Port)
	},
	Needs: func(f Yield, n topology.Node) error {
		if _, exists := n.Standby[f.Port.Interface]; len(n.Standby) == 0 || f.Port.Interface != "" && !exists {
			return lacks("%s has no standby control to yield", f.Port)
		}
		return nil
	},
	InRealTime:  anyTime[Yield],
	Undoable:    never[Yield],
	Opposite:    noOpposite[Yield],
	Lifts:       noEarlier[Yield],
	Replaces:    noEarlier[Yield],
	LosesFrames: never[Yield],
	Silences:    silencesNobody[Yield],
	Stops:       stopsNothing[Yield],
	Influence:   moves[Yield],
}.Row()

// Row implements Fault.
func (Yield) Row() *Row { return yieldRow }

// String implements Fault.
func (f Yield) String() string { return "yield " + f.Port.String() }
