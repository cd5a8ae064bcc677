package member_test

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/standby"
)

// TestSlowControlPlane: next to a hog of 90 % on one core, 200 µs of work take
// 2 ms: each hello leaves 2 ms late and no later, and nobody takes over.
func TestSlowControlPlane(t *testing.T) {
	l := newLab(t, 1)
	l.start(0, config(0, 100))
	l.Run(30*time.Second + 1)
	l.Hosts[0].Hog(host.Control, 0.9)
	l.Pass(10 * time.Second)
	l.wantSent("a", 30*time.Second, "0s Hello Active 100 192.0.2.11", "3.002s Hello Active 100 192.0.2.11",
		"6.002s Hello Active 100 192.0.2.11", "9.002s Hello Active 100 192.0.2.11")
	l = newLab(t, 2)
	a, b := l.pair(nil)
	at := l.Loop.Now()
	l.Hosts[0].Hog(host.Control, 0.9)
	l.Pass(time.Minute)
	l.want(a, standby.Active)
	l.want(b, standby.Standby)
	l.wantLogged("b", at)
}

// TestStarvedControlPlane: with the control class at 100 % no hello leaves, but
// the machine holds the address and answers for it. The standby takes over
// after its hold time, so there are two actives. After the load ends, the
// starved member reads the waiting messages in order, and one of the two steps
// down.
func TestStarvedControlPlane(t *testing.T) {
	l := newLab(t, 2)
	a, b := l.pair(nil)
	heard := l.lastHello("a") + latency
	at := l.Loop.Now()
	l.Hosts[0].Hog(host.Control, 1)
	l.Run(heard + 10*time.Second - 1)
	l.want(b, standby.Standby)
	l.Run(heard + 10*time.Second)
	l.want(b, standby.Active)
	l.Pass(30 * time.Second)
	l.want(a, standby.Active)
	if f := l.sent("a", at); len(f) != 0 {
		t.Errorf("starved, a sent %v", f)
	}
	if !l.Hosts[0].Holds(vip) || !l.Hosts[1].Holds(vip) {
		t.Error("want the address held twice: the starved machine does not know that it was replaced")
	}
	l.Hosts[0].Hog(host.Control, 0)
	l.Pass(5 * time.Second)
	l.want(a, standby.Active) // of higher priority
	l.want(b, standby.Speak)
	if l.Hosts[1].Holds(vip) {
		t.Error("b still holds the address")
	}
}

// TestServiceLoadDoesNotMatter: a machine whose service class is at 100 % sends
// its hellos on time to the nanosecond. This is why an overloaded machine keeps
// the address.
func TestServiceLoadDoesNotMatter(t *testing.T) {
	run := func(hog float64) []frame {
		l := newLab(t, 2)
		l.pair(nil)
		l.Hosts[0].Hog(host.Service, hog)
		l.Pass(time.Minute)
		return l.frames
	}
	calm, hogged := run(0), run(1)
	if len(calm) != len(hogged) {
		t.Fatalf("frames: got %d hogged, %d calm", len(hogged), len(calm))
	}
	for i := range calm {
		if calm[i] != hogged[i] {
			t.Errorf("frame %d: got %v hogged, %v calm", i, hogged[i], calm[i])
		}
	}
}

// TestBootsHaveJitterOfTheirOwn: two boots of one machine have different hello
// intervals; the same boot in two runs has the same ones.
func TestBootsHaveJitterOfTheirOwn(t *testing.T) {
	run := func() (boots [2][]time.Duration) {
		l := newLab(t, 1)
		c := config(0, 100)
		c.Machine.HelloJitter = 0.1
		for boot := range boots {
			start := l.Loop.Now()
			l.start(0, c)
			l.Pass(time.Minute)
			for _, f := range l.sent("a", start) {
				boots[boot] = append(boots[boot], f.at-start)
			}
			l.Hosts[0].Crash(false)
			l.Hosts[0].PowerOn()
		}
		return boots
	}
	one, two := run(), run()
	same := func(a, b []time.Duration) bool {
		for i := range min(len(a), len(b)) {
			if a[i] != b[i] {
				return false
			}
		}
		return len(a) == len(b)
	}
	if same(one[0], one[1]) {
		t.Error("two boots sent hellos at the same instants")
	}
	if !same(one[0], two[0]) || !same(one[1], two[1]) {
		t.Errorf("two runs differ: %v, %v", one, two)
	}
}
