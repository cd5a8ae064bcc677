package netfab

import (
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// TestFilter: own and virtual addresses, joined groups and broadcast pass;
// nothing else does.
func TestFilter(t *testing.T) {
	own, virtual := MAC{2, 0, 0, 0, 0, 1}, MAC{0, 0, 0x0c, 7, 0xac, 1}
	routers, others := MAC{1, 0, 0x5e, 0, 0, 2}, MAC{1, 0, 0x5e, 0, 0, 18}
	var f Filter
	check := func(step string, want ...MAC) {
		t.Helper()
		for _, m := range []MAC{own, virtual, routers, others, wire.Broadcast} {
			if got, want := f.Accepts(m), slices.Contains(want, m); got != want {
				t.Errorf("%s: accepts %v: %v, want %v", step, m, got, want)
			}
		}
	}
	check("empty", wire.Broadcast)
	f.Add(own)
	f.Add(virtual)
	f.Add(virtual)
	f.Add(routers)
	f.Add(wire.Broadcast)
	check("added", own, virtual, routers, wire.Broadcast)
	if got, want := f.Addresses(), []MAC{own, virtual, routers}; !slices.Equal(got, want) {
		t.Errorf("addresses %v, want %v", got, want)
	}
	f.Remove(virtual)
	f.Remove(others)
	f.Remove(wire.Broadcast)
	check("removed", own, routers, wire.Broadcast)
	f.SetPromiscuous(true)
	if !f.Promiscuous() {
		t.Error("not promiscuous although it was set")
	}
	check("promiscuous", own, virtual, routers, others, wire.Broadcast)
	f.SetPromiscuous(false)
	f.SetAllGroups(true)
	check("all groups", own, routers, others, wire.Broadcast)
	f.Clear()
	check("cleared", wire.Broadcast)
}

// TestFilterAddSource: an address that a frame comes from passes; no group
// becomes one of those, and what is no frame changes nothing.
func TestFilterAddSource(t *testing.T) {
	var f Filter
	for _, frame := range [][]byte{
		nil, make([]byte, 13),
		{255, 255, 255, 255, 255, 255, 1, 0, 0x5e, 0, 0, 2, 8, 0},
		{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 7, 8, 0},
	} {
		f.AddSource(frame)
	}
	if got, want := f.Addresses(), []MAC{{2, 0, 0, 0, 0, 7}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestFilterReportsChanges: each change is reported, and nothing else.
func TestFilterReportsChanges(t *testing.T) {
	var f Filter
	mac, changes := MAC{2, 0, 0, 0, 0, 1}, 0
	f.OnChange(func() { changes++ })
	for i, change := range []func(){
		func() { f.Add(mac) }, func() { f.Remove(mac) }, func() { f.SetAllGroups(true) },
		func() { f.SetPromiscuous(true) }, f.Clear,
	} {
		if change(); changes != i+1 {
			t.Fatalf("change %d: got %d reports in all", i+1, changes)
		}
	}
	f.Remove(mac)
	f.Add(wire.Broadcast)
	if changes != 5 {
		t.Errorf("got %d reports, want none of what changes nothing", changes)
	}
}

// TestFilterOnTheWire: a frame that the switch sends to a NIC that no longer
// owns the address is lost with a reason, as happens to packets for a virtual
// IP whose owner has stepped down.
func TestFilterOnTheWire(t *testing.T) {
	l := newLab(t, 1)
	st := l.stations(l.AddSegment("lan", SegmentConfig{}), "a", "b", "c")
	a, b, c := st[0], st[1], st[2]
	l.introduce(st...)
	a.say(b.mac, "1")
	b.Filter().Remove(b.mac)
	a.say(MAC{1, 0, 0x5e, 0, 0, 2}, "group of nobody")
	c.Filter().SetPromiscuous(true)
	a.say(MAC{2, 9, 9, 9, 9, 9}, "unknown")
	l.run(time.Second)
	l.want(b)
	l.want(c, "group of nobody", "unknown") // the first went to b's port only
	l.wantLost("a.lan>b.lan: b.lan does not accept 02:00:00:00:00:02")
}
