package fault

// Pull unplugs a cable: both ends lose carrier. With Silently, frames are lost
// but the carrier stays, as behind a simple media converter, and Direction may
// limit it. Lines: `pull a.lan`, `pull a.lan silently`, `pull a.lan silently
// out`.
type Pull struct {
	Port      Port
	Silently  bool
	Direction Direction
}

var pullRow = Kind[Pull]{
	Verb: "pull", Usage: "pull NODE.INTERFACE [silently [out|in]]",
	About:   "pulls the cable of an interface: both ends lose carrier. `silently`: frames are lost and the carrier stays, as behind a media converter; `out` or `in`: only those that the node sends or receives",
	Example: "pull a.lan silently",
	Pattern: aPort + maybe(literal("silently")+maybe(oneWord("out", "in"))) + forSpan,
	Parse: func(l *Line) Pull {
		f := Pull{Port: l.Port(".")}
		if f.Silently = l.Accept("silently"); f.Silently {
			f.Direction = l.Direction()
		}
		return f
	},
	Power: AnyPower, Stack: AnyStack,
	Draw: func(d *Draw) (f Pull, ok bool) {
		f.Port, ok = d.Port()
		if f.Silently = d.Likely(0.5); f.Silently {
			f.Direction = d.Direction()
		}
		return f, ok
	},
	Targets:    func(f Pull) Targets { return port(f.Port) },
	Needs:      needsNothing[Pull],
	InRealTime: anyTime[Pull],
	Undoable:   always[Pull],
	Opposite:   func(f Pull) Fault { return Plug{f.Port} },
	Lifts:      noEarlier[Pull],
	Replaces: func(f Pull, old Fault) bool {
		o, ok := old.(Pull)
		return ok && !f.Silently && !o.Silently && o.Port == f.Port
	},
	LosesFrames: func(f Pull) bool { return f.Silently }, // otherwise it changes the carrier
	Silences:    func(f Pull, w Way) Silence { return lostIf(w.passes(f.Port, f.Direction)) },
	Stops:       func(f Pull, w Way) bool { return f.Silently && w.passes(f.Port, f.Direction) },
	Influence:   Pull.influence,
}.Row()

func (f Pull) influence() Influence {
	if f.Silently {
		return NoInfluence
	}
	return Halts
}

// Row implements Fault.
func (Pull) Row() *Row { return pullRow }

// String implements Fault.
func (f Pull) String() string {
	s := "pull " + f.Port.String()
	if f.Silently {
		s += " silently"
	}
	return s + spaced(string(f.Direction))
}

// Plug puts a pulled cable back: `plug a.lan`.
type Plug struct{ Port Port }

var plugRow = Kind[Plug]{
	Verb: "plug", Usage: "plug NODE.INTERFACE",
	About:   "plugs a pulled cable in again, and ends a silent loss of frames",
	Example: "plug a.lan",
	Pattern: aPort,
	Parse:   func(l *Line) Plug { return Plug{l.Port(".")} },
	Power:   AnyPower, Stack: AnyStack,
	Draw: func(d *Draw) (f Plug, ok bool) {
		f.Port, ok = d.Port()
		return f, ok
	},
	Targets:    func(f Plug) Targets { return port(f.Port) },
	Needs:      needsNothing[Plug],
	InRealTime: anyTime[Plug],
	Undoable:   never[Plug],
	Opposite:   noOpposite[Plug],
	Lifts: func(f Plug, old Fault) bool {
		o, ok := old.(Pull)
		return ok && o.Port == f.Port
	},
	Replaces:    noEarlier[Plug],
	LosesFrames: never[Plug],
	Silences:    silencesNobody[Plug],
	Stops:       stopsNothing[Plug],
	Influence:   moves[Plug],
}.Row()

// Row implements Fault.
func (Plug) Row() *Row { return plugRow }

// String implements Fault.
func (f Plug) String() string { return "plug " + f.Port.String() }
