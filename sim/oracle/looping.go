package oracle

import (
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// looping reports the loops that the fabric saw.
type looping struct{ watch *watch }

var loopingReads = event.SetOf(event.FrameLooped{})

// reads implements fold.
func (*looping) reads() event.Set { return loopingReads }

// Observe implements fold.
func (l *looping) Observe(e event.Event) {
	if b, ok := e.What.(event.FrameLooped); ok {
		l.watch.report(e.At, "a frame came back to %s, where it had been %d times: %s", b.Port, b.Times, b.Frame)
	}
}

// Finish implements fold.
func (l *looping) Finish(time.Duration) {}
