package oracle

import "github.com/cablepull/cablepull/sim/fault"

// lines reads the faults of a log, where they are text, once each.
type lines struct{ read map[string]fault.Fault }

func newLines() *lines { return &lines{map[string]fault.Fault{}} }

// fault returns the fault of a line; nil if it is one of a Go spec, which has
// words of its own.
func (l *lines) fault(line string) fault.Fault {
	f, known := l.read[line]
	if !known {
		f, _ = fault.Parse(line)
		l.read[line] = f
	}
	return f
}
