package fault

import (
	"math"
	"time"
)

// Skew sets a machine's clock forward or back: `skew a 5s`. The end of its span
// undoes that.
type Skew struct {
	Node string
	By   time.Duration
}

var skewRow = Kind[Skew]{
	Verb: "skew", Usage: "skew NODE TIME",
	About:   "sets the clock of the node ahead, or back",
	Example: "skew a 5s",
	Pattern: aName + aSpan + forSpan,
	Parse:   func(l *Line) Skew { return Skew{l.Name("node"), l.Span("step", time.Duration(math.MinInt64))} },
	Power:   AnyPower, Stack: OwnStack,
	Draw: func(d *Draw) (f Skew, ok bool) {
		f.Node, ok = d.Node(ownNode)
		f.By = d.Span(-time.Hour, time.Hour)
		return f, ok
	},
	Targets:     func(f Skew) Targets { return nodes(f.Node) },
	Needs:       needsNothing[Skew],
	InRealTime:  anyTime[Skew],
	Undoable:    always[Skew],
	Opposite:    noOpposite[Skew],
	Lifts:       noEarlier[Skew],
	Replaces:    noEarlier[Skew],
	LosesFrames: never[Skew],
	Silences:    silencesNobody[Skew],
	Stops:       stopsNothing[Skew],
	Influence:   slows[Skew],
}.Row()

// Row implements Fault.
func (Skew) Row() *Row { return skewRow }

// String implements Fault.
func (f Skew) String() string { return "skew " + f.Node + " " + formatSpan(f.By) }

// Drift makes a machine's clock run fast or slow: `drift a 1%`, `drift a
// -0.5%`. A clock runs at a tenth of real speed at least, and at double speed
// at most.
type Drift struct {
	Node  string
	Share float64
}

// driftMuch is how much faster or slower a clock must run to make hellos late.
const driftMuch = 0.1

func (f Drift) influence() Influence {
	if math.Abs(f.Share) >= driftMuch {
		return Slows
	}
	return NoInfluence
}

// The bounds of Drift.
const (
	driftMin = -0.9
	driftMax = 1
)

var driftRow = Kind[Drift]{
	Verb: "drift", Usage: "drift NODE PERCENT",
	About:   "makes the clock of the node run fast, or slow",
	Example: "drift a 1%",
	Pattern: aName + aPercent + forSpan,
	Parse:   func(l *Line) Drift { return Drift{l.Name("node"), l.Share("drift", driftMin, driftMax)} },
	Power:   AnyPower, Stack: OwnStack,
	Draw: func(d *Draw) (f Drift, ok bool) {
		f.Node, ok = d.Node(ownNode)
		f.Share = float64(d.IntN(191)-90) / 100
		return f, ok
	},
	Targets:     func(f Drift) Targets { return nodes(f.Node) },
	Needs:       needsNothing[Drift],
	InRealTime:  anyTime[Drift],
	Undoable:    always[Drift],
	Opposite:    func(f Drift) Fault { return Drift{Node: f.Node} },
	Lifts:       func(f Drift, old Fault) bool { return f.Share == 0 && f.sameClock(old) },
	Replaces:    Drift.sameClock,
	LosesFrames: never[Drift],
	Silences:    silencesNobody[Drift],
	Stops:       stopsNothing[Drift],
	Influence:   Drift.influence,
}.Row()

// Row implements Fault.
func (Drift) Row() *Row { return driftRow }

// String implements Fault.
func (f Drift) String() string { return "drift " + f.Node + " " + formatPercent(f.Share) }

func (f Drift) sameClock(old Fault) bool {
	o, ok := old.(Drift)
	return ok && o.Node == f.Node
}
