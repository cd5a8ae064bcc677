package fault

// Freeze stops a machine without killing it; frames to it are lost. With
// Process only its programs stop, and frames wait: `freeze a`, `freeze a
// process`.
type Freeze struct {
	Node    string
	Process bool
}

var freezeRow = Kind[Freeze]{
	Verb: "freeze", Usage: "freeze NODE [process]",
	About:   "stops the machine without ending anything; frames to it are lost. `process`: only its programs stop, and frames wait for them",
	Example: "freeze a",
	Pattern: aName + maybe(literal("process")) + forSpan,
	Parse:   func(l *Line) Freeze { return Freeze{l.Name("node"), l.Accept("process")} },
	Power:   MustBeUp, Stack: AnyStack,
	Draw: func(d *Draw) (f Freeze, ok bool) {
		f.Node, ok = d.Node(anyNode)
		f.Process = d.Likely(0.5)
		return f, ok
	},
	Targets:    func(f Freeze) Targets { return nodes(f.Node) },
	Needs:      needsNothing[Freeze],
	InRealTime: anyTime[Freeze],
	Undoable:   always[Freeze],
	Opposite:   func(f Freeze) Fault { return Thaw{f.Node} },
	Lifts:      noEarlier[Freeze],
	Replaces: func(f Freeze, old Fault) bool {
		o, ok := old.(Freeze)
		return ok && o.Node == f.Node
	},
	LosesFrames: never[Freeze],
	Silences:    silencesNobody[Freeze],
	Stops:       stopsNothing[Freeze],
	Influence:   halts[Freeze],
}.Row()

// Row implements Fault.
func (Freeze) Row() *Row { return freezeRow }

// String implements Fault.
func (f Freeze) String() string {
	if f.Process {
		return "freeze " + f.Node + " process"
	}
	return "freeze " + f.Node
}

// Thaw resumes a frozen machine: `thaw a`.
type Thaw struct{ Node string }

var thawRow = Kind[Thaw]{
	Verb: "thaw", Usage: "thaw NODE",
	About:   "lets a frozen machine go on",
	Example: "thaw a",
	Pattern: aName,
	Parse:   func(l *Line) Thaw { return Thaw{l.Name("node")} },
	Power:   AnyPower, Stack: AnyStack,
	Draw: func(d *Draw) (f Thaw, ok bool) {
		f.Node, ok = d.Node(anyNode)
		return f, ok
	},
	Targets:    func(f Thaw) Targets { return nodes(f.Node) },
	Needs:      needsNothing[Thaw],
	InRealTime: anyTime[Thaw],
	Undoable:   never[Thaw],
	Opposite:   noOpposite[Thaw],
	Lifts: func(f Thaw, old Fault) bool {
		o, ok := old.(Freeze)
		return ok && o.Node == f.Node
	},
	Replaces:    noEarlier[Thaw],
	LosesFrames: never[Thaw],
	Silences:    silencesNobody[Thaw],
	Stops:       stopsNothing[Thaw],
	Influence:   moves[Thaw],
}.Row()

// Row implements Fault.
func (Thaw) Row() *Row { return thawRow }

// String implements Fault.
func (f Thaw) String() string { return "thaw " + f.Node }
