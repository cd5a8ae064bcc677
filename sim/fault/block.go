package fault

// Block makes the switch port of an interface drop the node's frames whose
// source is not the burnt-in address, as a hypervisor does that forbids "forged
// transmits": `block a.lan foreign`. Behind such a port, a node that uses a
// virtual MAC address hears everything, but nothing it sends arrives.
type Block struct{ Port Port }

var blockRow = Kind[Block]{
	Verb: "block", Usage: "block NODE.INTERFACE foreign",
	About:   "makes the switch drop what the node sends from a MAC address that is not the interface's own, as hypervisors do that forbid forged transmits",
	Example: "block a.lan foreign",
	Pattern: aPort + literal("foreign") + forSpan,
	Parse: func(l *Line) Block {
		f := Block{l.Port(".")}
		l.Expect("foreign")
		return f
	},
	Power: AnyPower, Stack: AnyStack,
	Draw: func(d *Draw) (f Block, ok bool) {
		f.Port, ok = d.Port()
		return f, ok
	},
	Targets:     func(f Block) Targets { return port(f.Port) },
	Needs:       needsNothing[Block],
	InRealTime:  anyTime[Block],
	Undoable:    always[Block],
	Opposite:    func(f Block) Fault { return Unblock(f) },
	Lifts:       noEarlier[Block],
	Replaces:    noEarlier[Block], // rules add up
	LosesFrames: always[Block],
	Silences:    func(f Block, w Way) Silence { return lostIf(w.VirtualMAC && w.passes(f.Port, Out)) },
	Stops:       func(f Block, w Way) bool { return w.VirtualMAC && w.passes(f.Port, Out) },
	Influence:   noInfluence[Block],
}.Row()

// Row implements Fault.
func (Block) Row() *Row { return blockRow }

// String implements Fault.
func (f Block) String() string { return "block " + f.Port.String() + " foreign" }

// Unblock undoes Block: `unblock a.lan`.
type Unblock struct{ Port Port }

var unblockRow = Kind[Unblock]{
	Verb: "unblock", Usage: "unblock NODE.INTERFACE",
	About:   "ends a block",
	Example: "unblock a.lan",
	Pattern: aPort,
	Parse:   func(l *Line) Unblock { return Unblock{l.Port(".")} },
	Power:   AnyPower, Stack: AnyStack,
	Draw: func(d *Draw) (f Unblock, ok bool) {
		f.Port, ok = d.Port()
		return f, ok
	},
	Targets:    func(f Unblock) Targets { return port(f.Port) },
	Needs:      needsNothing[Unblock],
	InRealTime: anyTime[Unblock],
	Undoable:   never[Unblock],
	Opposite:   noOpposite[Unblock],
	Lifts: func(f Unblock, old Fault) bool {
		o, ok := old.(Block)
		return ok && o.Port == f.Port
	},
	Replaces:    noEarlier[Unblock],
	LosesFrames: never[Unblock],
	Silences:    silencesNobody[Unblock],
	Stops:       stopsNothing[Unblock],
	Influence:   noInfluence[Unblock],
}.Row()

// Row implements Fault.
func (Unblock) Row() *Row { return unblockRow }

// String implements Fault.
func (f Unblock) String() string { return "unblock " + f.Port.String() }
