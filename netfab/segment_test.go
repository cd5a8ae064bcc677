package netfab

import (
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// TestSwitchLearns: the first frame to an unknown address is flooded and
// accepted only by its owner; frames to a known address go to one port, at the
// segment's latency.
func TestSwitchLearns(t *testing.T) {
	l := newLab(t, 1)
	lan := l.AddSegment("lan", SegmentConfig{Latency: 250 * time.Microsecond})
	st := l.stations(lan, "a", "b", "c")
	a, b, c := st[0], st[1], st[2]
	a.say(b.mac, "one")
	l.run(time.Millisecond)
	if lan.Lookup(b.Port, a.mac) != a.Port || lan.Lookup(a.Port, b.mac) != nil {
		t.Error("the switch should know a, which has spoken, and not b, which has not")
	}
	if want := []arrival{{250 * time.Microsecond, "one", false}}; !slices.Equal(b.got, want) {
		t.Errorf("b received %v, want %v", b.got, want)
	}
	l.want(b, "one")
	b.say(a.mac, "two")
	c.say(wire.Broadcast, "all")
	l.run(time.Millisecond)
	l.want(a, "two", "all")
	l.want(b, "all")
	l.want(c)
	l.wantLost()
	if got, want := l.Stats(), (Stats{Sent: 3, Delivered: 4}); got != want || l.sent != 3 {
		t.Errorf("stats %+v, observed %d sent; want %+v", got, l.sent, want)
	}
}

// TestSegmentsAreSeparate: nothing leaves its segment, not even a broadcast.
func TestSegmentsAreSeparate(t *testing.T) {
	l := newLab(t, 1)
	a := l.station(l.AddSegment("lan", SegmentConfig{}), "a")
	b := l.station(l.AddSegment("dmz", SegmentConfig{}), "b")
	a.say(wire.Broadcast, "all")
	a.say(b.mac, "for b")
	l.run(time.Second)
	l.want(b)
	l.wantLost("a.lan: nobody on lan accepts 02:00:00:00:00:02")
	if l.Segment("dmz") != b.Segment() || l.Segment("wan") != nil || l.Fabric.Port("b", "dmz") != b.Port || l.Fabric.Port("b", "lan") != nil {
		t.Error("segments and ports are not found by their names")
	}
}

// TestAgeing: an address is known until Ageing after its last frame; then
// frames to it are flooded again.
func TestAgeing(t *testing.T) {
	l := newLab(t, 1)
	lan := l.AddSegment("lan", SegmentConfig{Ageing: 10 * time.Second})
	st := l.stations(lan, "a", "b")
	a, b := st[0], st[1]
	for _, at := range []time.Duration{0, 5 * time.Second} {
		l.at(at, func() { b.say(wire.Broadcast, "hi") })
	}
	for _, step := range []struct {
		at   time.Duration
		want *Port
	}{
		{1 * time.Second, b.Port},
		{15*time.Second - 1, b.Port}, // heard again at 5 s
		{15 * time.Second, nil},
	} {
		l.run(step.at - l.loop.Now())
		if got := lan.Lookup(a.Port, b.mac); got != step.want {
			t.Errorf("at %v b is known at %v, want %v", step.at, got, step.want)
		}
	}
	l.wantLost()
}

// TestMoveIsReported: an address that appears at another port is learnt there
// and reported; a forgotten one is not reported as moved (F29, F31).
func TestMoveIsReported(t *testing.T) {
	l := newLab(t, 1)
	lan := l.AddSegment("lan", SegmentConfig{Ageing: 10 * time.Second})
	st := l.stations(lan, "a", "b", "c")
	a, b, c := st[0], st[1], st[2]
	virtual := MAC{0, 0, 0x0c, 7, 0xac, 7}
	a.Filter().Add(virtual)
	b.Filter().Add(virtual)
	a.sayAs(virtual, wire.Broadcast, "mine")
	l.run(time.Second)
	c.say(virtual, "1")
	b.sayAs(virtual, wire.Broadcast, "now mine")
	l.run(time.Second)
	c.say(virtual, "2")
	l.run(time.Second)
	l.want(a, "1", "now mine")
	l.want(b, "mine", "2")
	want := []string{virtual.String() + " a.lan>b.lan"}
	if !slices.Equal(l.moved, want) {
		t.Errorf("moved %q, want %q", l.moved, want)
	}
	b.Pull()
	l.run(time.Second)
	a.sayAs(virtual, wire.Broadcast, "mine again")
	l.run(20 * time.Second)
	c.sayAs(virtual, wire.Broadcast, "after ageing")
	l.run(time.Second)
	if !slices.Equal(l.moved, want) {
		t.Errorf("a forgotten address was reported as moved: %q", l.moved)
	}
}

// TestOwnPort: a frame to an address that the switch knows at the sender's own
// port is lost, with that reason.
func TestOwnPort(t *testing.T) {
	l := newLab(t, 1)
	st := l.stations(l.AddSegment("lan", SegmentConfig{}), "a", "b")
	l.introduce(st...)
	st[0].sayAs(st[1].mac, wire.Broadcast, "I am b")
	l.run(time.Second)
	st[0].say(st[1].mac, "to b")
	l.run(time.Second)
	l.want(st[1], "I am b")
	l.wantLost("a.lan: the switch knows 02:00:00:00:00:02 at the sender's own port a.lan")
}

// TestHub: a hub sends a frame to whoever accepts it, even from a port at which
// that address has spoken, and learns nothing.
func TestHub(t *testing.T) {
	l := newLab(t, 1)
	lan := l.AddSegment("lan", SegmentConfig{Hub: true})
	st := l.stations(lan, "a", "b", "c")
	a, b, c := st[0], st[1], st[2]
	l.introduce(st...)
	b.Filter().SetPromiscuous(true)
	a.say(a.mac, "own")
	c.sayAs(a.mac, c.mac, "moved")
	a.say(c.mac, "to c")
	l.run(time.Second)
	l.want(a)
	l.want(b, "own", "moved", "to c")
	l.want(c, "to c")
	l.wantLost()
	if lan.Lookup(b.Port, a.mac) != nil {
		t.Error("a hub knows where an address is")
	}
}

// TestIsolation: isolated ports reach the others, but not each other, neither
// by unicast nor by flooding.
func TestIsolation(t *testing.T) {
	l := newLab(t, 1)
	st := l.stations(l.AddSegment("lan", SegmentConfig{}), "a", "b", "up")
	a, b, up := st[0], st[1], st[2]
	l.introduce(st...)
	a.SetIsolated(true)
	b.SetIsolated(true)
	a.say(wire.Broadcast, "all")
	a.say(up.mac, "up")
	up.say(a.mac, "down")
	a.say(b.mac, "across")
	b.say(a.mac, "across")
	l.run(time.Second)
	l.want(up, "all", "up")
	l.want(a, "down")
	l.want(b)
	l.wantLost("a.lan>b.lan: ports a.lan and b.lan are isolated", "a.lan>b.lan: ports a.lan and b.lan are isolated",
		"b.lan>a.lan: ports b.lan and a.lan are isolated")
	a.SetIsolated(false)
	a.say(b.mac, "across")
	l.run(time.Second)
	l.want(b, "across")
	l.wantLost()
}

// TestTableIsBounded: a flood of invented senders only fills the table; expired
// entries make room.
func TestTableIsBounded(t *testing.T) {
	l := newLab(t, 1)
	lan := l.AddSegment("lan", SegmentConfig{Ageing: time.Minute})
	st := l.stations(lan, "a", "b")
	for i := range tableSize + 10 {
		st[0].sayAs(MAC{2, 1, 0, 0, byte(i >> 8), byte(i)}, wire.Broadcast, "")
	}
	l.run(time.Second)
	if n := len(lan.tables[0].entries); n != tableSize {
		t.Errorf("the table holds %d addresses, want %d", n, tableSize)
	}
	if st[1].say(wire.Broadcast, "late"); lan.Lookup(st[0].Port, st[1].mac) != nil {
		t.Error("a full table learnt an address")
	}
	l.run(2 * time.Minute)
	if st[1].say(wire.Broadcast, "later"); lan.Lookup(st[0].Port, st[1].mac) != st[1].Port {
		t.Error("aged addresses made no room")
	}
}
