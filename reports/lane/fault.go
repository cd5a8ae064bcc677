package lane

import (
	"time"

	"github.com/cablepull/cablepull/sim/fault"
)

// Fault is something that was broken on purpose, or mended.
type Fault struct {
	At     time.Duration
	Line   string        // its own text
	Until  time.Duration // when it was healed or replaced, or the end of the run; At if it only mends
	Healed bool

	lasting bool        // not at its end yet
	parsed  fault.Fault // nil if the text is in another language
}

// apply adds a fault. It ends those that it replaces.
func (f *fold) apply(at time.Duration, line string) {
	added := Fault{At: at, Line: line, Until: at}
	if parsed, err := fault.Parse(line); err == nil {
		added.parsed, added.lasting = parsed, fault.Undoable(parsed)
		for i := range f.faults {
			if old := &f.faults[i]; old.lasting && fault.Replaces(parsed, old.parsed) {
				old.Until, old.lasting = at, false
			}
		}
	}
	f.faults = append(f.faults, added)
}

// heal ends the last fault of that text.
func (f *fold) heal(at time.Duration, line string) {
	for i := len(f.faults) - 1; i >= 0; i-- {
		if old := &f.faults[i]; old.Line == line && !old.Healed {
			old.Until, old.Healed, old.lasting = at, true, false
			return
		}
	}
}
