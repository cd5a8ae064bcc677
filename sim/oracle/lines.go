package oracle

import "github.com/cablepull/cablepull/sim/fault"

// lines parses the fault lines of a log, once each.
type lines struct{ read map[string]fault.Fault }

func newLines() *lines { return &lines{map[string]fault.Fault{}} }

// fault returns the fault of a line, or nil for a Go spec's own kind of fault.
func (l *lines) fault(line string) fault.Fault {
	f, known := l.read[line]
	if !known {
		f, _ = fault.Parse(line)
		l.read[line] = f
	}
	return f
}
