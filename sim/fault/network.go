package fault

import (
	"strconv"
	"strings"
)

// This file reads and prints the faults of cables and segments.

func parsePull(l *line) Fault {
	f := Pull{Port: l.port(".")}
	if f.Silently = l.accept("silently"); f.Silently {
		f.Direction = l.direction()
	}
	return f
}

// String implements Fault.
func (f Pull) String() string {
	s := "pull " + f.Port.String()
	if f.Silently {
		s += " silently"
	}
	return s + spaced(string(f.Direction))
}

// String implements Fault.
func (f Plug) String() string { return "plug " + f.Port.String() }

func parsePartition(l *line) Fault {
	f := Partition{OneWay: l.accept("one-way"), Sets: [][]string{nil}}
	separator := "|"
	if f.OneWay {
		separator = "->"
	}
	seen := map[string]bool{}
	for l.more() {
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
			l.fail(w.column, "node %s stands in the partition twice", name)
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

// String implements Fault.
func (f Partition) String() string {
	sets := make([]string, len(f.Sets))
	for i, set := range f.Sets {
		sets[i] = strings.Join(set, " ")
	}
	if f.OneWay {
		return "partition one-way " + strings.Join(sets, " -> ")
	}
	return "partition " + strings.Join(sets, " | ")
}

func parseHeal(l *line) Fault {
	if !l.more() {
		return Heal{}
	}
	return Heal{l.name("node")}
}

// String implements Fault.
func (f Heal) String() string { return "heal" + spaced(f.Node) }

// impairOptions are the properties of Impair in the order in which they print.
var impairOptions = []string{
	"loss", "burst", "delay", "jitter", "distribution", "duplicate", "reorder", "corrupt", "rate", "queue",
}

// impairNeeds names for some properties the one without which they mean nothing.
var impairNeeds = map[string]string{"burst": "loss", "distribution": "jitter", "queue": "rate"}

func parseImpair(l *line) Fault {
	f := Impair{Port: l.port("~")}
	f.Direction = l.direction()
	seen := map[string]int{} // property to its column
	if !l.more() {
		l.fail(l.column(), "got nothing, want at least one of %s", anyOf(impairOptions))
	}
	for l.more() {
		column := l.column()
		option := l.oneOf("property", impairOptions...)
		if _, twice := seen[option]; twice {
			l.fail(column, "%s stands in the line twice", option)
		}
		seen[option] = column
		f.read(l, option)
	}
	for _, option := range impairOptions {
		need, needs := impairNeeds[option]
		column, given := seen[option]
		if _, met := seen[need]; needs && given && !met {
			l.fail(column, "%s means nothing without %s", option, need)
		}
	}
	return f
}

// shareMin is the smallest share that counts as one: absent is said by leaving
// the property out.
const shareMin = 1e-9

func (f *Impair) read(l *line, option string) {
	switch option {
	case "loss":
		f.Loss = l.share(option, shareMin, 1)
	case "burst":
		f.Burst = l.burst()
	case "delay":
		f.Delay = l.span(option, 1)
	case "jitter":
		f.Jitter = l.span(option, 1)
	case "distribution":
		f.Distribution = l.oneOf(option, "uniform", "normal", "exponential")
	case "duplicate":
		f.Duplicate = l.share(option, shareMin, 1)
	case "reorder":
		f.Reorder = l.share(option, shareMin, 1)
	case "corrupt":
		f.Corrupt = l.share(option, shareMin, 1)
	case "rate":
		f.Rate = l.quantity(option, "10Mbit/s", rateUnits)
	case "queue":
		f.Queue = l.quantity(option, "64KiB", sizeUnits)
	}
}

// burst takes the mean length of a burst of losses.
func (l *line) burst() float64 {
	w := l.take("burst")
	n, err := strconv.ParseFloat(w.text, 64)
	if l.err == nil && (err != nil || !(n >= 1 && n <= 1e6)) {
		l.fail(w.column, "burst: got %s, want a number from 1 to 1000000: the mean length of a burst of losses", quote(w.text))
	}
	return n
}

// String implements Fault.
func (f Impair) String() string {
	s := "impair " + f.Port.Node + "~" + f.Port.Interface + spaced(string(f.Direction))
	add := func(present bool, name, value string) {
		if present {
			s += " " + name + " " + value
		}
	}
	add(f.Loss != 0, "loss", formatPercent(f.Loss))
	add(f.Burst != 0, "burst", strconv.FormatFloat(f.Burst, 'f', -1, 64))
	add(f.Delay != 0, "delay", formatSpan(f.Delay))
	add(f.Jitter != 0, "jitter", formatSpan(f.Jitter))
	add(f.Distribution != "", "distribution", f.Distribution)
	add(f.Duplicate != 0, "duplicate", formatPercent(f.Duplicate))
	add(f.Reorder != 0, "reorder", formatPercent(f.Reorder))
	add(f.Corrupt != 0, "corrupt", formatPercent(f.Corrupt))
	add(f.Rate != 0, "rate", formatQuantity(f.Rate, rateUnits))
	add(f.Queue != 0, "queue", formatQuantity(f.Queue, sizeUnits))
	return s
}

// dropKinds are the frames that Drop can choose.
var dropKinds = []string{"hello", "coup", "resign", "garp", "arp", "multicast", "tcp", "udp", "all"}

// countMax bounds the counts of Drop.
const countMax = 1_000_000_000

func parseDrop(l *line) Fault {
	f := Drop{Kind: l.oneOf("frames", dropKinds...)}
	l.expect("from")
	f.From = l.name("node")
	if l.accept("to") {
		f.To = l.name("node")
	}
	if l.accept("every") {
		w := l.take("every")
		f.Every = l.checkCount("every", w, strings.TrimRight(w.text, "stndrh"), 2, countMax)
	}
	if l.accept("first") {
		f.First = l.count("first", 1, countMax)
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

func parsePrune(l *line, undo bool) Fault {
	l.expect("multicast")
	return Prune{Segment: l.name("segment"), Undo: undo}
}

// String implements Fault.
func (f Prune) String() string {
	if f.Undo {
		return "unprune multicast " + f.Segment
	}
	return "prune multicast " + f.Segment
}

// String implements Fault.
func (f For) String() string { return f.Fault.String() + " for " + formatSpan(f.Span) }

// String prints node.interface, or the node alone.
func (p Port) String() string {
	if p.Interface == "" {
		return p.Node
	}
	return p.Node + "." + p.Interface
}

// spaced puts a space before a word that is there.
func spaced(text string) string {
	if text == "" {
		return ""
	}
	return " " + text
}
