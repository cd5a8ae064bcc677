package fault

import (
	"slices"
	"strings"

	"github.com/cablepull/cablepull/sim/topology"
)

// Partition cuts the network between sets of nodes: `partition a | b c1`
// (frames between different sets are lost), `partition one-way a -> b` (only
// frames from the first set to the second are lost). Nodes in no set can still
// reach every node. `heal` or the end of its span removes it.
type Partition struct {
	Sets   [][]string
	OneWay bool // then there are exactly two sets: from, to
}

var partitionRow = Kind[Partition]{
	Verb: "partition", Usage: "partition NODE ... | NODE ... [| ...]  or  partition one-way NODE ... -> NODE ...",
	About:   "cuts the network between sets of nodes. `one-way`: only frames from the first set to the second are lost",
	Example: "partition a | b c1",
	Pattern: either(literal("one-way")+many(aName)+literal("->")+many(aName), many(aName)+many(literal(`\|`)+many(aName))) + forSpan,
	Parse:   parsePartition,
	Power:   AnyPower, Stack: AnyStack,
	Draw: drawPartition,
	Targets: func(f Partition) (t Targets) {
		for _, set := range f.Sets {
			t.Nodes = append(t.Nodes, set...)
		}
		return t
	},
	Needs:       needsNothing[Partition],
	InRealTime:  anyTime[Partition],
	Undoable:    always[Partition],
	Opposite:    func(Partition) Fault { return Heal{} },
	Lifts:       noEarlier[Partition],
	Replaces:    noEarlier[Partition], // rules add up
	LosesFrames: always[Partition],
	Silences:    func(f Partition, w Way) Silence { return lostIf(f.cuts(w.From.Node, w.To.Node)) },
	Stops:       func(f Partition, w Way) bool { return f.cuts(w.From.Node, w.To.Node) },
	Influence:   noInfluence[Partition],
}.Row()

// Row implements Fault.
func (Partition) Row() *Row { return partitionRow }

func parsePartition(l *Line) Partition {
	f := Partition{OneWay: l.Accept("one-way"), Sets: [][]string{nil}}
	separator := "|"
	if f.OneWay {
		separator = "->"
	}
	seen := map[string]bool{}
	for l.More() {
		w := l.take("node")
		last := len(f.Sets) - 1
		if w.text == "|" || w.text == "->" {
			if w.text != separator || f.OneWay && last > 0 || f.Sets[last] == nil {
				l.fail(w.column, "got %s, want a node", quote(w.text))
			}
			f.Sets = append(f.Sets, nil)
			continue
		}
		name := l.checkName("node", w)
		if seen[name] {
			l.fail(w.column, "node %s is in the partition twice", name)
		}
		seen[name] = true
		f.Sets[last] = append(f.Sets[last], name)
	}
	if len(f.Sets) < 2 {
		l.fail(l.end, "got one set of nodes, want at least two with %s between them", separator)
	}
	if f.Sets[len(f.Sets)-1] == nil {
		l.fail(l.end, "got nothing after the last %s, want a node", separator)
	}
	return f
}

// drawPartition cuts some nodes from some others.
func drawPartition(d *Draw) (Partition, bool) {
	names := topology.Names(d.Topology.Nodes)
	if len(names) < 2 {
		return Partition{}, false
	}
	d.Shuffle(len(names), func(i, k int) { names[i], names[k] = names[k], names[i] })
	names = names[:2+d.IntN(len(names)-1)]
	cut := 1 + d.IntN(len(names)-1)
	return Partition{Sets: [][]string{names[:cut], names[cut:]}, OneWay: d.Likely(0.3)}, true
}

// String implements Fault.
func (f Partition) String() string {
	var sets []string
	for _, set := range f.Sets {
		sets = append(sets, strings.Join(set, " "))
	}
	if f.OneWay {
		return "partition one-way " + strings.Join(sets, " -> ")
	}
	return "partition " + strings.Join(sets, " | ")
}

// cuts reports whether the frames from one node to another are lost.
func (f Partition) cuts(from, to string) bool {
	side := func(node string) int {
		return slices.IndexFunc(f.Sets, func(set []string) bool { return slices.Contains(set, node) })
	}
	a, b := side(from), side(to)
	if f.OneWay {
		return a == 0 && b == 1
	}
	return a >= 0 && b >= 0 && a != b
}
