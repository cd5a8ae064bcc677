package netfab

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

const half = latency / 2

// TestInFlightLoss: frames on a pulled cable are lost, at either end, even if
// the cable is plugged in again before the frame would have arrived.
func TestInFlightLoss(t *testing.T) {
	tests := []struct {
		name      string
		pulled    int // 0 the sender, 1 the receiver, 2 a third
		plugAfter time.Duration
		broadcast bool
		lost      []string
	}{
		{"sender", 0, 0, false, []string{"a.lan>b.lan: cable a.lan is out"}},
		{"receiver", 1, 0, false, []string{"a.lan>b.lan: cable b.lan is out"}},
		{"sender, plugged at once", 0, time.Nanosecond, false, []string{"a.lan>b.lan: cable a.lan was out"}},
		{"receiver, plugged at once", 1, time.Nanosecond, false, []string{"a.lan>b.lan: cable b.lan was out"}},
		{"third", 2, 0, false, nil},
		{"broadcast, receiver", 1, 0, true, []string{"a.lan>b.lan: cable b.lan is out"}},
		{"broadcast, receiver, plugged at once", 1, time.Nanosecond, true, []string{"a.lan>b.lan: cable b.lan was out"}},
		{"broadcast, sender", 0, 0, true, []string{"a.lan: cable a.lan is out"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t, 1)
			st := l.stations(l.AddSegment("lan", SegmentConfig{}), "a", "b", "c")
			l.introduce(st...)
			to := st[1].mac
			if tt.broadcast {
				to = wire.Broadcast
			}
			st[0].say(to, "x")
			l.run(half)
			st[tt.pulled].Pull()
			if tt.plugAfter > 0 {
				l.run(tt.plugAfter)
				st[tt.pulled].Plug()
			}
			l.run(time.Second)
			l.wantLost(tt.lost...)
			if got, want := len(st[1].got) == 0, tt.lost != nil; got != want {
				t.Errorf("b received %v", st[1].got)
			}
			if got, want := len(st[2].got), tt.broadcast && tt.pulled != 0; (got == 1) != want {
				t.Errorf("c received %d frames", got)
			}
		})
	}
}

// TestPull: both ends see the carrier go and return; the switch forgets; a NIC
// without carrier sends no frames; undoing twice has no effect.
func TestPull(t *testing.T) {
	l := newLab(t, 1)
	lan := l.AddSegment("lan", SegmentConfig{})
	st := l.stations(lan, "a", "b")
	a, b := st[0], st[1]
	l.introduce(st...)
	b.Pull()
	b.Pull()
	if b.Carrier() || b.Forwarding() || lan.Lookup(a.Port, b.mac) != nil {
		t.Error("a pulled port should have no carrier and be forgotten")
	}
	a.say(b.mac, "to b")
	b.say(a.mac, "to a")
	l.run(time.Second)
	l.want(a)
	l.want(b)
	l.wantLost("b.lan: cable b.lan is out", "a.lan>b.lan: cable b.lan is out")
	if l.sent != 1 {
		t.Errorf("%d frames left a NIC, want 1", l.sent)
	}
	b.Plug()
	b.Plug()
	if want := []bool{false, true}; !slices.Equal(b.carrier, want) || a.carrier != nil {
		t.Errorf("carrier of b went %v, of a %v; want %v and nothing", b.carrier, a.carrier, want)
	}
	a.say(b.mac, "to b")
	b.say(a.mac, "to a")
	l.run(time.Second)
	l.want(a, "to a")
	l.want(b, "to b")
	l.wantLost()
}

// TestPower: a NIC that is switched off takes the link down like a pulled
// cable; the two are independent, and the machine is not notified of what it
// did itself.
func TestPower(t *testing.T) {
	l := newLab(t, 1)
	st := l.stations(l.AddSegment("lan", SegmentConfig{}), "a", "b")
	a, b := st[0], st[1]
	l.introduce(st...)
	b.SetPower(false)
	a.say(b.mac, "off")
	l.run(time.Second)
	b.Pull() // does not change the carrier
	b.SetPower(true)
	if b.Carrier() || b.carrier != nil {
		t.Errorf("carrier %v, notified %v; want none and nothing", b.Carrier(), b.carrier)
	}
	b.Plug()
	if !b.Carrier() || !slices.Equal(b.carrier, []bool{true}) {
		t.Errorf("carrier %v, notified %v; want true, [true]", b.Carrier(), b.carrier)
	}
	a.say(b.mac, "on")
	l.run(time.Second)
	l.want(b, "on")
	l.wantLost("a.lan>b.lan: b.lan is switched off")
}

// TestForwardDelay: a port blocks both directions after link-up (F32) and
// learns nothing meanwhile; links that are up at the start forward at once.
func TestForwardDelay(t *testing.T) {
	l := newLab(t, 1)
	lan := l.AddSegment("lan", SegmentConfig{ForwardDelay: 30 * time.Second})
	st := l.stations(lan, "a", "b")
	a, b := st[0], st[1]
	l.introduce(st...)
	var told []string
	l.OnBlocked(func(p *Port, until time.Duration) { told = append(told, fmt.Sprint(p.Name(), " until ", until)) })
	b.Pull()
	l.run(time.Second)
	b.Plug()
	up := l.loop.Now()
	if want := []string{fmt.Sprint("b.lan until ", up+30*time.Second)}; !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
	exchange := func() {
		a.say(wire.Broadcast, "from a")
		b.say(wire.Broadcast, "from b")
		l.run(time.Millisecond)
	}
	exchange()
	if b.Forwarding() || !b.Carrier() || lan.Lookup(a.Port, b.mac) != nil {
		t.Error("b should have carrier, block and be unknown")
	}
	l.wantLost("b.lan: port b.lan is blocking", "a.lan>b.lan: port b.lan is blocking")
	l.run(up + 30*time.Second - 1 - l.loop.Now())
	b.say(wire.Broadcast, "one too early")
	l.wantLost("b.lan: port b.lan is blocking")
	l.want(a)
	l.want(b)
	l.run(1)
	exchange()
	l.want(a, "from b")
	l.want(b, "from a")
	l.wantLost()
}

// TestShortFrame: a frame without a whole header is lost, not read.
func TestShortFrame(t *testing.T) {
	l := newLab(t, 1)
	st := l.stations(l.AddSegment("lan", SegmentConfig{}), "a", "b")
	for size := range wire.EthernetSize {
		st[0].Send(l.NewFrame(size))
	}
	l.run(time.Second)
	l.want(st[1])
	if len(l.lost) != wire.EthernetSize {
		t.Errorf("lost %d frames, want %d", len(l.lost), wire.EthernetSize)
	}
}
