package text

import "github.com/cablepull/cablepull/sim/event"

// describeNoise is the note about what disturbs a machine besides faults. That
// a stall is over is not worth a line: it says for how long it lasts.
func describeNoise(body event.Body) (note, bool) {
	switch b := body.(type) {
	case event.Paused:
		if b.Process {
			return say(warn, "noise: its programs stand still for %s", short(b.Length)), true
		}
		return say(warn, "noise: stands still for %s", short(b.Length)), true
	case event.Stalled:
		return say(warn, "noise: %.0f %% of class %s are taken for %s", 100*b.Share, b.Class, short(b.Length)), b.Share > 0
	}
	return note{}, false
}
