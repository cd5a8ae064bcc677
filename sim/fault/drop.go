package fault

import (
	"regexp"
	"slices"
	"strconv"
)

// Drop loses frames of one kind: `drop hello from a`, `drop garp from a to b`,
// `drop hello from a every 3rd`, `drop tcp from c1 first 2`.
type Drop struct {
	Kind     string // hello, coup, resign, report, garp, arp, multicast, tcp, udp, all
	From, To string // nodes; To empty: to any node
	Every    int    // only every n-th; 0: all
	First    int    // only the first n; 0: all
}

// dropKinds are the frames that Drop can choose.
var dropKinds = []string{"hello", "coup", "resign", "report", "garp", "arp", "multicast", "tcp", "udp", "all"}

// helloKinds are those that include hellos.
var helloKinds = []string{"hello", "multicast", "udp", "all"}

// countMax bounds the counts of Drop.
const countMax = 1_000_000_000

var dropRow = Kind[Drop]{
	Verb: "drop", Usage: "drop hello|coup|resign|report|garp|arp|multicast|tcp|udp|all from NODE [to NODE] [every 3rd] [first NUMBER]",
	About:   "loses frames of one kind that a node sends",
	Example: "drop hello from a every 3rd",
	Pattern: oneWord(dropKinds...) + literal("from") + aName + maybe(literal("to")+aName) + maybe(literal("every")+aCount+"(st|nd|rd|th)?") + maybe(literal("first")+aCount) + forSpan,
	Parse:   parseDrop,
	Power:   AnyPower, Stack: AnyStack,
	Draw: func(d *Draw) (f Drop, ok bool) {
		f.Kind = d.Word(dropKinds...)
		f.From, ok = d.Node(anyNode)
		if d.Likely(0.5) {
			f.To, _ = d.Node(anyNode)
		}
		if d.Likely(0.3) {
			f.Every = 2 + d.IntN(9)
		}
		if d.Likely(0.3) {
			f.First = 1 + d.IntN(20)
		}
		return f, ok
	},
	Targets: func(f Drop) Targets {
		if f.To == "" {
			return nodes(f.From)
		}
		return nodes(f.From, f.To)
	},
	Needs:       needsNothing[Drop],
	InRealTime:  anyTime[Drop],
	Undoable:    always[Drop],
	Opposite:    func(f Drop) Fault { return Heal{f.From} },
	Lifts:       noEarlier[Drop],
	Replaces:    noEarlier[Drop], // rules add up
	LosesFrames: always[Drop],
	Silences:    Drop.silences,
	Stops: func(f Drop, w Way) bool {
		return f.From == w.From.Node && (f.To == "" || f.To == w.To.Node) && f.Every <= 1 && f.First == 0 && f.Kind == "all"
	},
	Influence: noInfluence[Drop],
}.Row()

// Row implements Fault.
func (Drop) Row() *Row { return dropRow }

func (f Drop) silences(w Way) Silence {
	switch {
	case f.From != w.From.Node || f.To != "" && f.To != w.To.Node || f.Every > 1 || !slices.Contains(helloKinds, f.Kind):
		return HellosPass
	case f.Kind == "multicast" && w.Unicast:
		return HellosPass
	case f.First > 0: // the later ones pass
		return HellosUnsure
	}
	return HellosLost
}

// ordinal is the ending of 1st, 2nd, 3rd and 4th.
var ordinal = regexp.MustCompile(`(st|nd|rd|th)$`)

func parseDrop(l *Line) Drop {
	f := Drop{Kind: l.OneOf("frames", dropKinds...)}
	l.Expect("from")
	f.From = l.Name("node")
	if l.Accept("to") {
		f.To = l.Name("node")
	}
	if l.Accept("every") {
		w := l.take("every")
		f.Every = l.checkCount("every", w, ordinal.ReplaceAllString(w.text, ""), 2, countMax)
	}
	if l.Accept("first") {
		f.First = l.Count("first", 1, countMax)
	}
	return f
}

// String implements Fault.
func (f Drop) String() string {
	s := "drop " + f.Kind + " from " + f.From
	if f.To != "" {
		s += " to " + f.To
	}
	if f.Every != 0 {
		s += " every " + formatOrdinal(f.Every)
	}
	if f.First != 0 {
		s += " first " + strconv.Itoa(f.First)
	}
	return s
}
