package netfab

import (
	"slices"
	"time"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim"
)

// lane is one direction of one cable, with the rules that concern it.
type lane struct {
	port  *Port
	way   Direction
	rules []Rule
	held  []*heldFrame
	busy  bool // frames cannot take the fast path: there are rules or held frames
}

// heldFrame is a frame that waits to be overtaken.
type heldFrame struct {
	transit *transit
	copies  int
}

func (l *lane) update() { l.busy = len(l.rules) > 0 || len(l.held) > 0 }

// pass judges the frame of t and forwards it. It takes over t.
func (l *lane) pass(now time.Duration, t *transit) {
	v := l.judge(now, t)
	if v.Lost != "" {
		l.port.fabric.lose(now, t.from, t.to, t.frame.data, v.Lost)
		t.end()
		return
	}
	if v.Hold > 0 {
		l.hold(t, v)
		return
	}
	l.release(t, v.Delay, v.Copies)
	overtaken := l.held
	l.held = nil
	l.update()
	for _, h := range overtaken {
		l.release(h.transit, v.Delay, h.copies)
	}
}

// judge calls the rules and adds up their verdicts. A bit is flipped at once,
// on a copy of the frame, so that later rules see it.
func (l *lane) judge(now time.Duration, t *transit) (sum Verdict) {
	hop := Hop{From: t.from, To: t.to}
	for _, r := range l.rules {
		v, ok := r.Judge(now, hop, t.frame.data)
		switch {
		case !ok:
			continue
		case v.Lost != "":
			return v
		case v.final():
			return sum
		}
		sum.Delay += max(0, v.Delay)
		sum.Copies += v.Copies
		sum.Hold = max(sum.Hold, v.Hold)
		if v.Flip != 0 {
			t.flip(v.Flip - 1)
		}
	}
	return sum
}

// hold keeps t until the next frame has passed, or for v.Hold.
func (l *lane) hold(t *transit, v Verdict) {
	h := &heldFrame{t, v.Copies}
	l.held = append(l.held, h)
	l.update()
	l.port.fabric.loop.After(v.Hold, sim.Func(func() {
		i := slices.Index(l.held, h)
		if i < 0 {
			return
		}
		l.held = slices.Delete(l.held, i, i+1)
		l.update()
		l.release(h.transit, v.Delay, h.copies)
	}))
}

// release forwards t after the delay, and its copies right after it.
func (l *lane) release(t *transit, delay time.Duration, copies int) {
	copied := *t // t is reused once it has run
	for range copies {
		t.frame.Retain()
	}
	l.send(t, delay)
	for range copies {
		c := l.port.fabric.transit(copied.frame, copied.from, copied.to, copied.stage)
		c.seen = copied.seen
		l.send(c, delay)
	}
}

func (l *lane) send(t *transit, delay time.Duration) {
	if delay <= 0 {
		t.Run()
		return
	}
	l.port.fabric.loop.After(delay, t)
}

// flip flips one bit after the Ethernet header. Addresses stay intact, so that
// switches do not learn wrong ones: a real switch would drop such a frame by
// its checksum.
func (t *transit) flip(bit int) {
	size := 8 * (len(t.frame.data) - wire.EthernetSize)
	if size <= 0 {
		return
	}
	bit %= size
	damaged := t.fabric.frames.copyOf(t.frame)
	t.frame.Release()
	damaged.data[wire.EthernetSize+bit/8] ^= 0x80 >> (bit % 8)
	damaged.damaged, t.fabric.damaged = true, true
	t.frame = damaged
}
