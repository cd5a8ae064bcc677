package host

import (
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// Pause lets the machine stand still, or its programs, as Freeze does, though
// nothing is broken: noise does it. The caller ends it after so long by Resume
// of the number that Pause returns. A machine without power, or one that stands
// still already, does not pause; the number is then 0. A pause that is noted is
// in the log.
func (h *Host) Pause(process bool, length time.Duration, noted bool) (number int) {
	if h.power != event.PowerUp || h.programs.Frozen() {
		return 0
	}
	h.pauses++
	h.paused, h.noted = h.pauses, noted
	if noted {
		h.Log(event.Paused{Process: process, Length: length})
	}
	h.stop(process)
	if noted {
		h.Log(event.PowerChanged{State: event.PowerFrozen})
	}
	return h.paused
}

// Resume ends a pause, unless something else has ended it.
func (h *Host) Resume(number int) {
	if number == 0 || number != h.paused {
		return
	}
	h.paused = 0
	h.goOn()
	if h.noted {
		h.Log(event.PowerChanged{State: event.PowerThawed})
	}
}

// Stall takes a share of a class, 0..1, besides hogs, until end is called or
// the machine crashes: noise does it. A machine without power has no stalls; a
// stall that is noted is in the log.
func (h *Host) Stall(class Class, share float64, length time.Duration, noted bool) (end func()) {
	if h.power != event.PowerUp {
		return func() {}
	}
	p := h.cpu.pools[class]
	one := &share
	p.stalls = append(p.stalls, one)
	p.load()
	if noted {
		h.Log(event.Stalled{Class: string(class), Share: share, Length: length})
	}
	return func() {
		i := slices.Index(p.stalls, one)
		if i < 0 {
			return
		}
		p.stalls = slices.Delete(p.stalls, i, i+1)
		p.load()
		if noted {
			h.Log(event.Stalled{Class: string(class)})
		}
	}
}
