package fault

import "slices"

// Heal removes the faults that lose or corrupt frames on their way, such as
// partitions, impairments and drops: all of them, or those that name one node:
// `heal`, `heal a`.
type Heal struct{ Node string }

var healRow = Kind[Heal]{
	Verb: "heal", Usage: "heal [NODE]",
	About:   "ends what loses or changes frames on their way, such as partitions, impairments and drops: all of it, or what names the node",
	Example: "heal",
	Pattern: maybe(aName),
	Parse: func(l *Line) (f Heal) {
		if l.More() {
			f.Node = l.Name("node")
		}
		return f
	},
	Power: AnyPower, Stack: AnyStack,
	Draw: func(d *Draw) (f Heal, ok bool) {
		if d.Likely(0.5) {
			return Heal{}, true
		}
		f.Node, ok = d.Node(anyNode)
		return f, ok
	},
	Targets: func(f Heal) Targets {
		if f.Node == "" {
			return Targets{}
		}
		return nodes(f.Node)
	},
	Needs:      needsNothing[Heal],
	InRealTime: anyTime[Heal],
	Undoable:   never[Heal],
	Opposite:   noOpposite[Heal],
	Lifts: func(f Heal, old Fault) bool {
		return LosesFrames(old) && (f.Node == "" || slices.Contains(Nodes(old), f.Node))
	},
	Replaces:    noEarlier[Heal],
	LosesFrames: never[Heal],
	Silences:    silencesNobody[Heal],
	Stops:       stopsNothing[Heal],
	Influence:   noInfluence[Heal],
}.Row()

// Row implements Fault.
func (Heal) Row() *Row { return healRow }

// String implements Fault.
func (f Heal) String() string { return "heal" + spaced(f.Node) }
