package fault

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cablepull/cablepull/sim/topology"
)

// Set changes the running configuration: `set a standby.priority 120`,
// `set a standby.lan.preempt on`, `set a lan.address 192.0.2.11/24`,
// `set a standby off` (graceful: event b of RFC 2281), `set a standby on`,
// `set r record.app 192.0.2.12`, `set fw firewall.allow.web off`.
type Set struct{ Node, Property, Value string }

var setRow = Kind[Set]{
	Verb: "set", Usage: "set NODE PROPERTY VALUE",
	About:   "changes the running configuration of the node, as an operator does",
	Example: "set a standby.priority 120",
	Pattern: aName + literal(topology.NamePattern+`(\.`+topology.NamePattern+`)*`) + anyWord + forSpan,
	Parse:   parseSet,
	Power:   MustBeUp, Stack: OwnStack,
	Draw:        drawSet,
	Targets:     func(f Set) Targets { return nodes(f.Node) },
	Needs:       func(f Set, n topology.Node) error { return n.CheckSet(f.Property, f.Value) },
	InRealTime:  anyTime[Set],
	Undoable:    always[Set],
	Opposite:    noOpposite[Set],
	Lifts:       noEarlier[Set],
	Replaces:    noEarlier[Set],
	LosesFrames: never[Set],
	Silences:    silencesNobody[Set],
	Stops:       stopsNothing[Set],
	Influence:   moves[Set],
}.Row()

// Row implements Fault.
func (Set) Row() *Row { return setRow }

func parseSet(l *Line) Set {
	f := Set{Node: l.Name("node")}
	w := l.take("property")
	column := w.column
	for part := range strings.SplitSeq(w.text, ".") {
		if l.err == nil && topology.CheckName(part) != nil {
			l.fail(column, "property: got %s, want names with dots between them, such as standby.priority", quote(w.text))
		}
		column += len(part) + 1
	}
	value := l.take("value")
	if strings.ContainsFunc(value.text, func(c rune) bool { return c == utf8.RuneError || !unicode.IsPrint(c) }) {
		l.fail(value.column, "value: got %s, want printable characters", quote(value.text))
	}
	f.Property, f.Value = w.text, value.text
	return f
}

// settings are values to draw from, by the last word of a property. Every hello
// time here fits every hold time. A property that is not listed is a switch.
var settings = map[string][]string{
	"address":        {"none"},
	"authentication": {"secret"},
	"group":          {"1", "7", "30"},
	"hello":          {"2s", "3s", "4s"},
	"hold":           {"10s", "12s", "20s"},
	"priority":       {"0", "50", "100", "110", "255"},
	"version":        {"1", "2"},
	"vip":            {},
}

func drawSet(d *Draw) (f Set, ok bool) {
	if f.Node, ok = d.Node(func(n topology.Node) bool { return ownNode(n) && len(n.Properties()) > 0 }); !ok {
		return f, false
	}
	n := d.Topology.Nodes[f.Node]
	f.Property, _ = d.Name(n.Properties())
	values, listed := settings[f.Property[strings.LastIndex(f.Property, ".")+1:]]
	if !listed {
		values = []string{"on", "off"}
	}
	f.Value, ok = d.Name(values)
	return f, ok && n.CheckSet(f.Property, f.Value) == nil
}

// String implements Fault.
func (f Set) String() string { return "set " + f.Node + " " + f.Property + " " + f.Value }

// Save saves the running configuration, so that a reboot keeps it: `save a`.
type Save struct{ Node string }

var saveRow = Kind[Save]{
	Verb: "save", Usage: "save NODE",
	About:   "writes the running configuration down, so that a reboot keeps it",
	Example: "save a",
	Pattern: aName,
	Parse:   func(l *Line) Save { return Save{l.Name("node")} },
	Power:   AnyPower, Stack: OwnStack,
	Draw: func(d *Draw) (f Save, ok bool) {
		f.Node, ok = d.Node(ownNode)
		return f, ok
	},
	Targets:     func(f Save) Targets { return nodes(f.Node) },
	Needs:       needsNothing[Save],
	InRealTime:  anyTime[Save],
	Undoable:    never[Save],
	Opposite:    noOpposite[Save],
	Lifts:       noEarlier[Save],
	Replaces:    noEarlier[Save],
	LosesFrames: never[Save],
	Silences:    silencesNobody[Save],
	Stops:       stopsNothing[Save],
	Influence:   noInfluence[Save],
}.Row()

// Row implements Fault.
func (Save) Row() *Row { return saveRow }

// String implements Fault.
func (f Save) String() string { return "save " + f.Node }
