package fault

import (
	"time"

	"github.com/cablepull/cablepull/sim/topology"
)

// Quiesce makes a machine leave gracefully, as the product's appliance-quiesce
// does (spec/failover.md §5.1): `quiesce a delay 5s timeout 60s`. At once it
// says that it is about to leave. After the delay its services accept no more
// connections, except the administrative ones, and connections end with their
// next answer. Once none is left, or the timeout is over, its standby control
// goes off, and the virtual IPs move with a Resign.
type Quiesce struct {
	Node    string
	Delay   time.Duration // until it begins; 0: at once
	Timeout time.Duration // from then on; 0: see Patience
}

// Patience is how long connections may take to end: the timeout, or the
// shortest one that the product takes.
func (f Quiesce) Patience() time.Duration {
	if f.Timeout == 0 {
		return time.Minute
	}
	return f.Timeout
}

var quiesceRow = Kind[Quiesce]{
	Verb: "quiesce", Usage: "quiesce NODE [delay TIME] [timeout TIME]",
	About:   "makes the node leave gracefully: after the delay it takes no more connections, and when the last one has ended, or at the timeout, it leaves its standby groups",
	Example: "quiesce a delay 5s",
	Pattern: aName + maybe(literal("delay")+aSpan) + maybe(literal("timeout")+aSpan) + forSpan,
	Parse: func(l *Line) Quiesce {
		f := Quiesce{Node: l.Name("node")}
		if l.Accept("delay") {
			f.Delay = l.Span("delay", 1)
		}
		if l.Accept("timeout") {
			f.Timeout = l.Span("timeout", 1)
		}
		return f
	},
	Power: MustBeUp, Stack: OwnStack,
	Draw: func(d *Draw) (f Quiesce, ok bool) {
		f.Node, ok = d.Node(func(n topology.Node) bool { return ownNode(n) && mayLeave(n) })
		if d.Likely(0.5) {
			f.Delay = d.Span(time.Second, 10*time.Second)
		}
		if d.Likely(0.5) {
			f.Timeout = d.Span(10*time.Second, 110*time.Second)
		}
		return f, ok
	},
	Targets:    func(f Quiesce) Targets { return nodes(f.Node) },
	Needs:      func(f Quiesce, n topology.Node) error { return quiescing(f.Node, n) },
	InRealTime: anyTime[Quiesce],
	Undoable:   always[Quiesce],
	Opposite:   func(f Quiesce) Fault { return Unquiesce{f.Node} },
	Lifts:      noEarlier[Quiesce],
	Replaces: func(f Quiesce, old Fault) bool {
		o, ok := old.(Quiesce)
		return ok && o.Node == f.Node
	},
	LosesFrames: never[Quiesce],
	Silences:    silencesNobody[Quiesce],
	Stops:       stopsNothing[Quiesce],
	Influence:   moves[Quiesce],
}.Row()

// mayLeave reports whether a node has something to leave with.
func mayLeave(n topology.Node) bool { return n.Gateway != nil || len(n.Standby) > 0 }

func quiescing(name string, n topology.Node) error {
	if !mayLeave(n) {
		return lacks("%s has neither a gateway nor standby control to quiesce", name)
	}
	return nil
}

// Row implements Fault.
func (Quiesce) Row() *Row { return quiesceRow }

// String implements Fault.
func (f Quiesce) String() string {
	text := "quiesce " + f.Node
	if f.Delay > 0 {
		text += " delay " + formatSpan(f.Delay)
	}
	if f.Timeout > 0 {
		text += " timeout " + formatSpan(f.Timeout)
	}
	return text
}

// Unquiesce brings a machine back that was quiesced, or is about to be:
// `unquiesce a`.
type Unquiesce struct{ Node string }

var unquiesceRow = Kind[Unquiesce]{
	Verb: "unquiesce", Usage: "unquiesce NODE",
	About:   "ends a quiesce: the node joins its standby groups again",
	Example: "unquiesce a",
	Pattern: aName,
	Parse:   func(l *Line) Unquiesce { return Unquiesce{l.Name("node")} },
	Power:   MustBeUp, Stack: OwnStack,
	Draw: func(d *Draw) (f Unquiesce, ok bool) {
		f.Node, ok = d.Node(func(n topology.Node) bool { return ownNode(n) && mayLeave(n) })
		return f, ok
	},
	Targets:    func(f Unquiesce) Targets { return nodes(f.Node) },
	Needs:      func(f Unquiesce, n topology.Node) error { return quiescing(f.Node, n) },
	InRealTime: anyTime[Unquiesce],
	Undoable:   never[Unquiesce],
	Opposite:   noOpposite[Unquiesce],
	Lifts: func(f Unquiesce, old Fault) bool {
		o, ok := old.(Quiesce)
		return ok && o.Node == f.Node
	},
	Replaces:    noEarlier[Unquiesce],
	LosesFrames: never[Unquiesce],
	Silences:    silencesNobody[Unquiesce],
	Stops:       stopsNothing[Unquiesce],
	Influence:   moves[Unquiesce],
}.Row()

// Row implements Fault.
func (Unquiesce) Row() *Row { return unquiesceRow }

// String implements Fault.
func (f Unquiesce) String() string { return "unquiesce " + f.Node }
