package fault

import (
	"errors"
	"time"
)

// Crash cuts a machine's power: `crash a`. It stays off until `boot a`.
type Crash struct{ Node string }

var crashRow = Kind[Crash]{
	Verb: "crash", Usage: "crash NODE",
	About:   "cuts the power of the node, which stays off until `boot`",
	Example: "crash a",
	Pattern: aName + forSpan,
	Parse:   func(l *Line) Crash { return Crash{l.Name("node")} },
	Power:   AnyPower, Stack: AnyStack,
	Draw: func(d *Draw) (f Crash, ok bool) {
		f.Node, ok = d.Node(anyNode)
		return f, ok
	},
	Targets:    func(f Crash) Targets { return nodes(f.Node) },
	Needs:      needsNothing[Crash],
	InRealTime: anyTime[Crash],
	Undoable:   always[Crash],
	Opposite:   func(f Crash) Fault { return Boot(f) },
	Lifts:      noEarlier[Crash],
	Replaces: func(f Crash, old Fault) bool {
		o, ok := old.(Crash)
		return ok && o.Node == f.Node
	},
	LosesFrames: never[Crash],
	Silences:    silencesNobody[Crash],
	Stops:       stopsNothing[Crash],
	Influence:   halts[Crash],
}.Row()

// Row implements Fault.
func (Crash) Row() *Row { return crashRow }

// String implements Fault.
func (f Crash) String() string { return "crash " + f.Node }

// Boot switches a machine on: `boot a`. It serves after its boot time.
type Boot struct{ Node string }

var bootRow = Kind[Boot]{
	Verb: "boot", Usage: "boot NODE",
	About:   "switches a crashed node on",
	Example: "boot a",
	Pattern: aName,
	Parse:   func(l *Line) Boot { return Boot{l.Name("node")} },
	Power:   AnyPower, Stack: AnyStack,
	Draw: func(d *Draw) (f Boot, ok bool) {
		f.Node, ok = d.Node(anyNode)
		return f, ok
	},
	Targets:    func(f Boot) Targets { return nodes(f.Node) },
	Needs:      needsNothing[Boot],
	InRealTime: anyTime[Boot],
	Undoable:   never[Boot],
	Opposite:   noOpposite[Boot],
	Lifts: func(f Boot, old Fault) bool {
		o, ok := old.(Crash)
		return ok && o.Node == f.Node
	},
	Replaces:    noEarlier[Boot],
	LosesFrames: never[Boot],
	Silences:    silencesNobody[Boot],
	Stops:       stopsNothing[Boot],
	Influence:   moves[Boot],
}.Row()

// Row implements Fault.
func (Boot) Row() *Row { return bootRow }

// String implements Fault.
func (f Boot) String() string { return "boot " + f.Node }

// Reboot crashes a machine and switches it on again: `reboot a down 5s`. A warm
// reboot keeps what the hardware keeps: `reboot a warm down 5s`. Without a
// span, `reboot a`, it is down for the machine's own boot time.
type Reboot struct {
	Node string
	Down time.Duration // from the crash to the start of the control plane
	Warm bool
}

// errWarm is why a process has no warm reboot.
var errWarm = errors.New("a killed process keeps nothing, so there is no warm reboot in real time")

var rebootRow = Kind[Reboot]{
	Verb: "reboot", Usage: "reboot NODE [warm] [down TIME]",
	About:   "restarts the node, after a time without power. `warm`: the links stay up",
	Example: "reboot a down 5s",
	Pattern: aName + maybe(literal("warm")) + maybe(literal("down")+aSpan),
	Parse: func(l *Line) Reboot {
		f := Reboot{Node: l.Name("node"), Warm: l.Accept("warm")}
		if l.Accept("down") {
			f.Down = l.Span("down", 0)
		}
		return f
	},
	Power: AnyPower, Stack: AnyStack,
	Draw: func(d *Draw) (f Reboot, ok bool) {
		f.Node, ok = d.Node(anyNode)
		f.Warm = d.Likely(0.3) && ownNode(d.Topology.Nodes[f.Node])
		if d.Likely(0.7) {
			f.Down = d.Span(time.Second, 60*time.Second)
		}
		return f, ok
	},
	Targets: func(f Reboot) Targets { return nodes(f.Node) },
	Needs:   needsNothing[Reboot],
	InRealTime: func(f Reboot) error {
		if f.Warm {
			return errWarm
		}
		return nil
	},
	Undoable: never[Reboot],
	Opposite: noOpposite[Reboot],
	Lifts:    noEarlier[Reboot],
	Replaces: func(f Reboot, old Fault) bool {
		o, ok := old.(Crash)
		return ok && o.Node == f.Node
	},
	LosesFrames: never[Reboot],
	Silences:    silencesNobody[Reboot],
	Stops:       stopsNothing[Reboot],
	Influence:   halts[Reboot],
}.Row()

// Row implements Fault.
func (Reboot) Row() *Row { return rebootRow }

// String implements Fault.
func (f Reboot) String() string {
	s := "reboot " + f.Node
	if f.Warm {
		s += " warm"
	}
	if f.Down != 0 {
		s += " down " + formatSpan(f.Down)
	}
	return s
}
