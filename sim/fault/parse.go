package fault

import (
	"reflect"
	"time"
)

// verb is one kind of line.
type verb struct {
	name  string
	usage string
	parse func(*line) Fault
}

// verbs is the whole language, in the order of the help. Usage lines: words in
// capitals stand for values, brackets for what may be absent.
var verbs = []verb{
	{"pull", "pull NODE.INTERFACE [silently [out|in]]", parsePull},
	{"plug", "plug NODE.INTERFACE", func(l *line) Fault { return Plug{l.port(".")} }},
	{"partition", "partition NODE ... | NODE ... [| ...]  or  partition one-way NODE ... -> NODE ...", parsePartition},
	{"heal", "heal [NODE]", parseHeal},
	{"impair", "impair NODE~INTERFACE [out|in] [loss PERCENT [burst NUMBER]] [delay TIME] [jitter TIME [distribution uniform|normal|exponential]] " +
		"[duplicate PERCENT] [reorder PERCENT] [corrupt PERCENT] [rate 10Mbit/s [queue 64KiB]]", parseImpair},
	{"drop", "drop hello|coup|resign|garp|arp|multicast|tcp|udp|all from NODE [to NODE] [every 3rd] [first NUMBER]", parseDrop},
	{"prune", "prune multicast SEGMENT", func(l *line) Fault { return parsePrune(l, false) }},
	{"unprune", "unprune multicast SEGMENT", func(l *line) Fault { return parsePrune(l, true) }},
	{"hog", "hog NODE service|control PERCENT", parseHog},
	{"calm", "calm NODE [service|control]", parseCalm},
	{"fill", "fill NODE memory PERCENT", parseFill},
	{"freeze", "freeze NODE [process]", func(l *line) Fault { return Freeze{l.name("node"), l.accept("process")} }},
	{"thaw", "thaw NODE", func(l *line) Fault { return Thaw{l.name("node")} }},
	{"crash", "crash NODE", func(l *line) Fault { return Crash{l.name("node")} }},
	{"boot", "boot NODE", func(l *line) Fault { return Boot{l.name("node")} }},
	{"reboot", "reboot NODE [warm] [down TIME]", parseReboot},
	{"set", "set NODE PROPERTY VALUE", parseSet},
	{"save", "save NODE", func(l *line) Fault { return Save{l.name("node")} }},
	{"yield", "yield NODE[.INTERFACE]", parseYield},
	{"stop", "stop service NAME on NODE", func(l *line) Fault { return parseService(l, false) }},
	{"start", "start service NAME on NODE", func(l *line) Fault { return parseService(l, true) }},
	{"backend", "backend NODE status 500 | latency TIME | hang | reset | ok", parseBackend},
	{"skew", "skew NODE TIME", parseSkew},
	{"drift", "drift NODE PERCENT", parseDrift},
}

// Verbs lists a usage line for each kind of fault, for help. `for TIME` may
// follow every fault that Undoable accepts.
func Verbs() []string {
	lines := make([]string, len(verbs))
	for i, v := range verbs {
		lines[i] = v.usage
	}
	return lines
}

// Parse reads one line. Errors are of type *SyntaxError.
func Parse(text string) (Fault, error) {
	if len(text) > lineMax {
		return nil, &SyntaxError{Line: text[:lineMax], Column: lineMax, Message: "the line is too long"}
	}
	l := newLine(text)
	f := parseLine(l)
	if l.err != nil {
		return nil, l.err
	}
	return f, nil
}

func parseLine(l *line) Fault {
	names := make([]string, len(verbs))
	for i, v := range verbs {
		names[i] = v.name
	}
	name := l.oneOf("verb", names...)
	for _, v := range verbs {
		if v.name != name {
			continue
		}
		f := parseVerb(l, v)
		if l.err != nil {
			l.err.Usage = v.usage
		}
		return f
	}
	return nil
}

// parseVerb reads what follows the verb. A span at the end of the line is cut
// off first, so that no verb needs to know of it.
func parseVerb(l *line, v verb) Fault {
	var span time.Duration
	words := l.words
	if n := len(words); n > 2 && words[n-2].text == "for" {
		tail := &line{text: l.text, words: words[n-1:], end: l.end}
		span = tail.span("span", 1)
		l.err = tail.err
		l.words, l.end = words[:n-2], words[n-2].column-1
	}
	f := v.parse(l)
	l.finish()
	if l.err != nil || span == 0 {
		return f
	}
	if !Undoable(f) {
		l.fail(words[len(words)-2].column, "%s cannot be undone after a span; want no `for`", v.name)
	}
	return For{f, span}
}

// Undoable says whether a fault can be applied for a span: whether there is
// something that undoes it.
func Undoable(f Fault) bool {
	switch f := f.(type) {
	case Plug, Heal, Calm, Thaw, Boot, Reboot, Save, Yield, For:
		return false
	case Prune:
		return !f.Undo
	case Service:
		return !f.Start
	case Backend:
		return f.Mode != "ok"
	}
	return true
}

// Check says why a fault that was not parsed but written in Go has no line of
// its own: a bad name, a share beyond its bounds.
func Check(f Fault) error {
	parsed, err := Parse(f.String())
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(parsed, f) {
		return &SyntaxError{Line: f.String(), Column: 1, Message: "the fault's own line does not say all of it: some field has no meaning here"}
	}
	return nil
}
