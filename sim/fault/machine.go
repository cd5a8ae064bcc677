package fault

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cablepull/cablepull/sim/topology"
)

// This file reads and prints the faults of machines.

func parseHog(l *line) Fault {
	return Hog{l.name("node"), l.oneOf("class", "service", "control"), l.share("share", shareMin, 1)}
}

// String implements Fault.
func (f Hog) String() string { return "hog " + f.Node + " " + f.Class + " " + formatPercent(f.Share) }

func parseCalm(l *line) Fault {
	f := Calm{Node: l.name("node")}
	if l.more() {
		f.Class = l.oneOf("class", "service", "control")
	}
	return f
}

// String implements Fault.
func (f Calm) String() string { return "calm " + f.Node + spaced(f.Class) }

func parseFill(l *line) Fault {
	f := Fill{Node: l.name("node")}
	l.expect("memory")
	f.Share = l.share("share", 0, 1)
	return f
}

// String implements Fault.
func (f Fill) String() string { return "fill " + f.Node + " memory " + formatPercent(f.Share) }

// String implements Fault.
func (f Freeze) String() string {
	if f.Process {
		return "freeze " + f.Node + " process"
	}
	return "freeze " + f.Node
}

// String implements Fault.
func (f Thaw) String() string { return "thaw " + f.Node }

// String implements Fault.
func (f Crash) String() string { return "crash " + f.Node }

// String implements Fault.
func (f Boot) String() string { return "boot " + f.Node }

func parseReboot(l *line) Fault {
	f := Reboot{Node: l.name("node"), Warm: l.accept("warm")}
	if l.accept("down") {
		f.Down = l.span("down", 0)
	}
	return f
}

// String implements Fault.
func (f Reboot) String() string {
	s := "reboot " + f.Node
	if f.Warm {
		s += " warm"
	}
	if f.Down != 0 {
		s += " down " + formatSpan(f.Down)
	}
	return s
}

func parseSet(l *line) Fault {
	f := Set{Node: l.name("node")}
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

// String implements Fault.
func (f Set) String() string { return "set " + f.Node + " " + f.Property + " " + f.Value }

// String implements Fault.
func (f Save) String() string { return "save " + f.Node }

func parseYield(l *line) Fault {
	if strings.Contains(l.peek(), ".") {
		return Yield{l.port(".")}
	}
	return Yield{Port{Node: l.name("node")}}
}

// String implements Fault.
func (f Yield) String() string { return "yield " + f.Port.String() }

func parseService(l *line, start bool) Fault {
	l.expect("service")
	f := Service{Name: l.name("service"), Start: start}
	l.expect("on")
	f.Node = l.name("node")
	return f
}

// String implements Fault.
func (f Service) String() string {
	verb := "stop"
	if f.Start {
		verb = "start"
	}
	return verb + " service " + f.Name + " on " + f.Node
}

func parseBackend(l *line) Fault {
	f := Backend{Node: l.name("node"), Mode: l.oneOf("mode", "status", "latency", "hang", "reset", "ok")}
	switch f.Mode {
	case "status":
		f.Status = l.count("status", 100, 599)
	case "latency":
		f.Latency = l.span("latency", 0)
	}
	return f
}

// String implements Fault.
func (f Backend) String() string {
	s := "backend " + f.Node + " " + f.Mode
	switch f.Mode {
	case "status":
		s += " " + strconv.Itoa(f.Status)
	case "latency":
		s += " " + formatSpan(f.Latency)
	}
	return s
}

func parseSkew(l *line) Fault {
	return Skew{l.name("node"), l.span("step", time.Duration(math.MinInt64))}
}

// String implements Fault.
func (f Skew) String() string { return "skew " + f.Node + " " + formatSpan(f.By) }

// A clock may at most stand almost still or run at double speed.
func parseDrift(l *line) Fault { return Drift{l.name("node"), l.share("drift", -0.9, 1)} }

// String implements Fault.
func (f Drift) String() string { return "drift " + f.Node + " " + formatPercent(f.Share) }
