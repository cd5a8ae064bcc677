package world_test

import (
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// The golden timelines of spec/failover.md §1.8, from topology and fault lines
// to events, to the millisecond. What the table gives without the link's 1 ms
// stands here with it.

const second = time.Second

// TestGoldenLoneStart: Active after twice the hold time, with one announcement.
func TestGoldenLoneStart(t *testing.T) {
	l := open(t, group{"a": {1, 100, false, 0}}.topology())
	l.run(60 * second)
	l.wantSteps("a", 0, "0s Listen", "10s Speak", "20s Standby", "20s Active")
	if n := events[event.VIPAnnounced](l, "a", 0); n != 1 {
		t.Errorf("announcements: got %d, want 1", n)
	}
}

// TestGoldenPairs: who becomes Active when, and what the other does.
func TestGoldenPairs(t *testing.T) {
	lone := []string{"0s Listen", "10s Speak", "20s Standby", "20s Active"}
	for name, c := range map[string]struct {
		group group
		a, b  []string
	}{
		"higher priority": {
			group{"a": {1, 200, false, 0}, "b": {2, 100, false, 0}},
			lone,
			[]string{"0s Listen", "10s Speak", "12.001s Listen", "20s Speak", "30s Standby"},
		},
		"equal priority: the higher address": {
			group{"a": {2, 100, false, 0}, "b": {1, 100, false, 0}},
			lone,
			[]string{"0s Listen", "10s Speak", "12.001s Listen", "20s Speak", "30s Standby"},
		},
		"lower address 40 s earlier": {
			group{"a": {1, 100, false, 0}, "b": {2, 100, false, 40 * second}},
			lone,
			[]string{"40s Listen", "50s Speak", "1m0s Standby"},
		},
		"the same with preempt": {
			group{"a": {1, 100, true, 0}, "b": {2, 100, true, 40 * second}},
			append(slices.Clone(lone), "42.002s Speak", "52.002s Standby"),
			[]string{"40s Listen", "42.001s Active"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := open(t, c.group.topology())
			l.run(120 * second)
			l.wantSteps("a", 0, c.a...)
			l.wantSteps("b", 0, c.b...)
		})
	}
}

// settled is a group that has settled for 60 s: a is Active, b is Standby.
func settled(t *testing.T, preempt bool) *lab {
	t.Helper()
	l := open(t, group{"a": {1, 200, preempt, 0}, "b": {2, 100, preempt, 0}}.topology())
	l.run(60 * second)
	if l.state("a") != "Active" || l.state("b") != "Standby" {
		t.Fatalf("not settled: a is %s, b is %s", l.state("a"), l.state("b"))
	}
	return l
}

// lastHello is when a hello of an address was last sent.
func (l *lab) lastHello(from string) time.Duration {
	all := l.sent(from, wire.OpHello, 0)
	return all[len(all)-1]
}

// TestGoldenCrash: the standby is Active one hold time after the last hello it
// received, which is 7 to 10 s after the crash; the crashed one says nothing.
func TestGoldenCrash(t *testing.T) {
	for _, after := range []time.Duration{0, 500 * time.Millisecond, 1500 * time.Millisecond, 2999 * time.Millisecond} {
		l := settled(t, false)
		l.run(60*second + 2*time.Millisecond + after) // hellos leave at 60 s, 63 s, …
		at, heard := l.Now(), l.lastHello("192.0.2.1")+time.Millisecond
		l.inject("crash a")
		l.pass(30 * second)
		l.wantSteps("b", at, (heard+10*second-at).String()+" Active")
		l.wantSteps("a", at)
		if took := heard + 10*second - at; took < 7*second || took > 10*second {
			t.Errorf("takeover after %v, want 7s to 10s", took)
		}
		if n := len(l.sent("192.0.2.1", wire.OpResign, 0)); n != 0 {
			t.Errorf("a sent %d Resigns", n)
		}
	}
}

// TestGoldenGraceful: switched off, the active resigns, and the standby is
// Active one trip later.
func TestGoldenGraceful(t *testing.T) {
	l := settled(t, false)
	l.inject("set a standby off")
	l.pass(30 * second)
	l.wantSteps("a", 60*second, "0s Initial")
	l.wantSteps("b", 60*second, "1ms Active")
}

// TestGoldenReturn: the old active comes back. Without preempt it is passive,
// with it it has the role again at the first hello that it hears.
func TestGoldenReturn(t *testing.T) {
	l := settled(t, false)
	l.inject("crash a")
	l.run(100 * second)
	l.inject("boot a")
	l.run(160 * second)
	l.wantSteps("a", 100*second, "0s Listen", "10s Speak", "20s Standby")
	l.wantSteps("b", 100*second)

	l = settled(t, true)
	l.inject("crash a")
	l.run(100 * second)
	l.inject("boot a")
	l.run(160 * second)
	l.wantSteps("a", 100*second, "0s Listen", "2.001s Active") // b says hello at 102 s
	l.wantSteps("b", 100*second, "2.002s Speak", "12.002s Standby")
	if coups := l.sent("192.0.2.1", wire.OpCoup, 100*second); len(coups) != 1 {
		t.Errorf("Coups: got %v, want one", coups)
	}
	if n := events[event.VIPAnnounced](l, "a", 100*second); n != 1 {
		t.Errorf("announcements: got %d, want 1", n)
	}
	if resigns := l.sent("192.0.2.2", wire.OpResign, 100*second); len(resigns) != 1 {
		t.Errorf("Resigns: got %v, want one", resigns)
	}
}

// TestGoldenPartition: the far side goes Active one hold time after the last
// hello; healed, the first hello resolves it, within 3 s, for the higher
// member, preempt or not.
func TestGoldenPartition(t *testing.T) {
	l := settled(t, false)
	heard := l.lastHello("192.0.2.1") + time.Millisecond
	l.at(60*second+2*time.Millisecond, "partition a | b for 40s")
	l.run(99 * second)
	l.wantSteps("b", 60*second, (heard+10*second-60*second).String()+" Active")
	l.wantSteps("a", 60*second)
	l.run(160 * second)
	healed := 100*second + 2*time.Millisecond
	since := l.steps("b", healed)
	if len(since) != 2 {
		t.Fatalf("b after the healing: got %q, want Speak, then Standby", since)
	}
	var resolved time.Duration
	for e, s := range event.Of[event.StandbyChanged](l.Events()) {
		if e.Node == "b" && e.At >= healed && s.To == "Speak" {
			resolved = e.At
		}
	}
	if overlap := resolved - healed; overlap <= 0 || overlap > 3*second+2*time.Millisecond {
		t.Errorf("two Actives for %v after the healing, want at most 3 s", overlap)
	}
	l.wantSteps("a", healed)
}

// TestGoldenOneWay: if b does not hear a, b is Active too; a answers each of
// its hellos by a Coup, none of which arrives, until the way is open again. If
// a does not hear b, nothing shows.
func TestGoldenOneWay(t *testing.T) {
	l := settled(t, false)
	cut := 60*second + 2*time.Millisecond
	l.at(cut, "partition one-way a -> b")
	l.at(120*second, "heal")
	l.run(119 * second)
	l.wantSteps("b", cut, (10*second-time.Millisecond).String()+" Active")
	l.wantSteps("a", cut)
	var hellos int
	for _, at := range l.sent("192.0.2.2", wire.OpHello, cut+10*second-time.Millisecond) {
		if at < 119*second-time.Millisecond {
			hellos++
		}
	}
	if coups := l.sent("192.0.2.1", wire.OpCoup, cut); len(coups) != hellos || hellos < 16 {
		t.Errorf("Coups: got %d for %d hellos, want one for each", len(coups), hellos)
	}
	l.run(160 * second)
	if l.state("a") != "Active" || l.state("b") != "Standby" {
		t.Errorf("healed: a is %s, b is %s", l.state("a"), l.state("b"))
	}

	l = settled(t, false)
	l.at(cut, "partition one-way b -> a")
	l.run(160 * second)
	l.wantSteps("a", cut)
	l.wantSteps("b", cut)
	if n := len(l.sent("192.0.2.1", wire.OpCoup, 0)); n != 0 {
		t.Errorf("Coups: got %d, want none", n)
	}
}

// TestGoldenThirdMember: a third member needs its Standby timer twice, once to
// notice that nobody is Standby and once to win the election: up to two hold
// times. After a crash of the active it notices together with the Standby.
func TestGoldenThirdMember(t *testing.T) {
	for _, lost := range []string{"a", "b"} {
		l := open(t, group{"a": {1, 200, false, 0}, "b": {2, 150, false, 0}, "c": {3, 100, false, 0}}.topology())
		l.run(90*second + 2*time.Millisecond)
		for name, state := range map[string]string{"a": "Active", "b": "Standby", "c": "Listen"} {
			if got := l.state(name); got != state {
				t.Errorf("%s: got %s, want %s", name, got, state)
			}
		}
		at := l.Now()
		heard := l.lastHello(map[string]string{"a": "192.0.2.1", "b": "192.0.2.2"}[lost]) + time.Millisecond - at
		l.inject("crash " + lost)
		l.pass(60 * second)
		l.wantSteps("c", at, (heard+10*second).String()+" Speak", (heard+20*second).String()+" Standby")
		if lost == "a" {
			l.wantSteps("b", at, (heard+10*second).String()+" Active")
		}
	}
}

// TestGoldenLiteralTable: the profile rfc2281 shows hazard 1 of §1.7: a lone
// member that never becomes Active, and hangs in Standby.
func TestGoldenLiteralTable(t *testing.T) {
	top := group{"a": {1, 100, false, 0}}.topology()
	s := top.Nodes["a"].Standby["lan"]
	s.Profile = topology.ProfileRFC2281
	top.Nodes["a"].Standby["lan"] = s
	l := open(t, top)
	l.run(10 * time.Minute)
	if got := l.steps("a", 0); slices.Contains(got, "20s Active") || l.state("a") == "Active" {
		t.Errorf("got %q, want a member that hangs", got)
	}
}
