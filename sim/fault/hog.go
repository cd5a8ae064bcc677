package fault

// Hog takes a share of a CPU class: `hog a service 100%`, `hog a control 99%`.
type Hog struct {
	Node  string
	Class string // control, service
	Share float64
}

// classes are the CPU classes that can be hogged.
var classes = []string{"service", "control"}

var hogRow = Kind[Hog]{
	Verb: "hog", Usage: "hog NODE service|control PERCENT",
	About:   "takes a share of the CPU from the node's services, or from its control plane, which sends the hellos",
	Example: "hog a service 100%",
	Pattern: aName + oneWord("service", "control") + aPercent + forSpan,
	Parse: func(l *Line) Hog {
		return Hog{l.Name("node"), l.OneOf("class", classes...), l.Share("share", shareMin, 1)}
	},
	Power: MustBeUp, Stack: AnyStack,
	Draw: func(d *Draw) (f Hog, ok bool) {
		f.Node, ok = d.Node(anyNode)
		f.Class, f.Share = d.Word(classes...), d.Share()
		return f, ok
	},
	Targets:    func(f Hog) Targets { return nodes(f.Node) },
	Needs:      needsNothing[Hog],
	InRealTime: anyTime[Hog],
	Undoable:   always[Hog],
	Opposite:   func(f Hog) Fault { return Calm{f.Node, f.Class} },
	Lifts:      noEarlier[Hog],
	Replaces: func(f Hog, old Fault) bool {
		o, ok := old.(Hog)
		return ok && o.Node == f.Node && o.Class == f.Class
	},
	LosesFrames: never[Hog],
	Silences:    silencesNobody[Hog],
	Stops:       stopsNothing[Hog],
	Influence:   Hog.influence,
}.Row()

// starvingShare is the share of the control class that makes hellos late.
const starvingShare = 0.9

func (f Hog) influence() Influence {
	if f.Class == "control" && f.Share >= starvingShare {
		return Slows
	}
	return NoInfluence
}

// Row implements Fault.
func (Hog) Row() *Row { return hogRow }

// String implements Fault.
func (f Hog) String() string { return "hog " + f.Node + " " + f.Class + " " + formatPercent(f.Share) }

// Calm ends the hogs of a node: `calm a`, or of one class: `calm a service`.
type Calm struct{ Node, Class string }

var calmRow = Kind[Calm]{
	Verb: "calm", Usage: "calm NODE [service|control]",
	About:   "ends a hog of one class, or all",
	Example: "calm a service",
	Pattern: aName + maybe(oneWord("service", "control")),
	Parse: func(l *Line) Calm {
		f := Calm{Node: l.Name("node")}
		if l.More() {
			f.Class = l.OneOf("class", classes...)
		}
		return f
	},
	Power: AnyPower, Stack: AnyStack,
	Draw: func(d *Draw) (f Calm, ok bool) {
		f.Node, ok = d.Node(anyNode)
		if d.Likely(0.5) {
			f.Class = d.Word(classes...)
		}
		return f, ok
	},
	Targets:    func(f Calm) Targets { return nodes(f.Node) },
	Needs:      needsNothing[Calm],
	InRealTime: anyTime[Calm],
	Undoable:   never[Calm],
	Opposite:   noOpposite[Calm],
	Lifts: func(f Calm, old Fault) bool {
		o, ok := old.(Hog)
		return ok && o.Node == f.Node && (f.Class == "" || o.Class == f.Class)
	},
	Replaces:    noEarlier[Calm],
	LosesFrames: never[Calm],
	Silences:    silencesNobody[Calm],
	Stops:       stopsNothing[Calm],
	Influence:   noInfluence[Calm],
}.Row()

// Row implements Fault.
func (Calm) Row() *Row { return calmRow }

// String implements Fault.
func (f Calm) String() string { return "calm " + f.Node + spaced(f.Class) }
