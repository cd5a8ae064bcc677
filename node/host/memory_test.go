package host_test

import (
	"slices"
	"testing"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim/event"
)

// TestMemory: a request over the limit is refused and takes nothing; memory
// that is given back can be taken again. Each change is logged once.
func TestMemory(t *testing.T) {
	l := newLab(t, 1, func(_ int, c *host.Config) { c.Memory = 100 })
	h := l.Hosts[0]
	m := h.Memory()
	full := 0
	m.OnFull(func() { full++ })
	take := func(step string, n int64, want bool, used int64) {
		t.Helper()
		if got := m.Take(n); got != want || m.Used() != used {
			t.Errorf("%s: take %d: got %v with %d used, want %v with %d", step, n, got, m.Used(), want, used)
		}
	}
	take("first", 60, true, 60)
	take("second", 40, true, 100)
	take("over", 1, false, 100)
	take("over again", 1, false, 100)
	m.Give(40)
	take("given back", 30, true, 90)
	m.Give(90)
	m.Fill(0.9)
	take("fits with the fill", 10, true, 100)
	take("does not fit", 1, false, 100)
	m.Fill(0)
	take("fill gone", 50, true, 60)
	m.Give(1000)
	if m.Used() != 0 {
		t.Errorf("given back too much: got %d used, want 0", m.Used())
	}
	m.Fill(1)
	take("filled to the brim", 1, false, 100)
	h.Crash(false)
	h.PowerOn()
	take("after a crash", 100, true, 100)
	if full != 4 {
		t.Errorf("refusals: got %d, want 4", full)
	}
	var refusing []bool
	for _, c := range event.Of[event.MemoryChanged](l.Log.Events()) {
		refusing = append(refusing, c.Refusing)
	}
	if want := []bool{true, false, true, false, true}; !slices.Equal(refusing, want) {
		t.Errorf("events: got %v, want %v", refusing, want)
	}
}

// TestNoMemoryLimit: without a limit nothing is refused, and a fill has no
// effect.
func TestNoMemoryLimit(t *testing.T) {
	l := newLab(t, 1, nil)
	m := l.Hosts[0].Memory()
	m.Fill(1)
	if !m.Take(1<<60) || m.Used() != 1<<60 || m.Filled() != 0 {
		t.Errorf("got %d used, %d filled", m.Used(), m.Filled())
	}
	for _, e := range l.Log.Events() {
		if _, is := e.What.(event.MemoryChanged); is {
			t.Errorf("logged %+v", e.What)
		}
	}
}
