package netfab

import (
	"slices"
	"testing"
	"time"
)

// TestSwitchLearns: the first frame to an unknown address is flooded and taken
// by its owner only; what is known goes to one port, at the segment's latency.
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
	c.say(Broadcast, "all")
	l.run(time.Millisecond)
	l.want(a, "two", "all")
	l.want(b, "all")
	l.want(c)
	l.wantLost()
	if got, want := l.Stats(), (Stats{Sent: 3, Delivered: 4}); got != want || l.sent != 3 {
		t.Errorf("stats %+v, observed %d sent; want %+v", got, l.sent, want)
	}
}
