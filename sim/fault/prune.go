package fault

import "github.com/cablepull/cablepull/sim/topology"

// Prune makes a segment's switch lose 224.0.0.x multicast, the IGMP snooping
// bug: `prune multicast lan`.
type Prune struct{ Segment string }

var pruneRow = Kind[Prune]{
	Verb: "prune", Usage: "prune multicast SEGMENT",
	About:   "makes the switch of a segment lose multicast to 224.0.0.x, with it all hellos: a known bug of IGMP snooping",
	Example: "prune multicast lan",
	Pattern: literal("multicast") + aName + forSpan,
	Parse: func(l *Line) Prune {
		l.Expect("multicast")
		return Prune{l.Name("segment")}
	},
	Power: AnyPower, Stack: AnyStack,
	Draw: func(d *Draw) (f Prune, ok bool) {
		f.Segment, ok = d.Name(topology.Names(d.Topology.Segments))
		return f, ok
	},
	Targets:     func(f Prune) Targets { return Targets{Segments: []string{f.Segment}} },
	Needs:       needsNothing[Prune],
	InRealTime:  anyTime[Prune],
	Undoable:    always[Prune],
	Opposite:    func(f Prune) Fault { return Unprune(f) },
	Lifts:       noEarlier[Prune],
	Replaces:    noEarlier[Prune], // the switch counts them
	LosesFrames: always[Prune],
	Silences:    func(f Prune, w Way) Silence { return lostIf(f.Segment == w.Segment && !w.Unicast) },
	Stops:       stopsNothing[Prune], // unicast passes
	Influence:   noInfluence[Prune],
}.Row()

// Row implements Fault.
func (Prune) Row() *Row { return pruneRow }

// String implements Fault.
func (f Prune) String() string { return "prune multicast " + f.Segment }

// Unprune undoes Prune: `unprune multicast lan`. It takes no span, because it
// leaves nothing to undo: the switch is as it was built.
type Unprune struct{ Segment string }

var unpruneRow = Kind[Unprune]{
	Verb: "unprune", Usage: "unprune multicast SEGMENT",
	About:   "ends a prune",
	Example: "unprune multicast lan",
	Pattern: literal("multicast") + aName,
	Parse: func(l *Line) Unprune {
		l.Expect("multicast")
		return Unprune{l.Name("segment")}
	},
	Power: AnyPower, Stack: AnyStack,
	Draw: func(d *Draw) (f Unprune, ok bool) {
		f.Segment, ok = d.Name(topology.Names(d.Topology.Segments))
		return f, ok
	},
	Targets:    func(f Unprune) Targets { return Targets{Segments: []string{f.Segment}} },
	Needs:      needsNothing[Unprune],
	InRealTime: anyTime[Unprune],
	Undoable:   never[Unprune],
	Opposite:   noOpposite[Unprune],
	Lifts: func(f Unprune, old Fault) bool {
		o, ok := old.(Prune)
		return ok && o.Segment == f.Segment
	},
	Replaces:    noEarlier[Unprune],
	LosesFrames: never[Unprune],
	Silences:    silencesNobody[Unprune],
	Stops:       stopsNothing[Unprune],
	Influence:   noInfluence[Unprune],
}.Row()

// Row implements Fault.
func (Unprune) Row() *Row { return unpruneRow }

// String implements Fault.
func (f Unprune) String() string { return "unprune multicast " + f.Segment }
