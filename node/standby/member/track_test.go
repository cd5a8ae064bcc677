package member_test

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/node/standby/member"
	"github.com/cablepull/cablepull/node/track"
)

// TestFault: in a fault the active resigns and takes no part, and the standby
// takes over one delay later; afterwards it is the standby of the other one.
// In a fault neither switch nor carrier brings it back.
func TestFault(t *testing.T) {
	l := newLab(t, 2)
	a, b := l.pair(nil)
	at := l.Loop.Now()
	a.Apply(track.Verdict{Fault: true})
	l.wantLogged("a", at, "lost 192.0.2.100", "Active to Initial", "sent Resign")
	l.wantSent("a", at, "0s Resign Initial 110 192.0.2.11")
	l.Run(at + latency)
	l.want(b, standby.Active)
	l.wantLogged("b", at, "Standby to Active, active lost", "gained 192.0.2.100")
	a.Enable(false)
	a.Enable(true)
	l.Hosts[0].NIC("lan").Port().Pull()
	l.Pass(time.Second)
	l.Hosts[0].NIC("lan").Port().Plug()
	l.Pass(time.Minute)
	l.want(a, standby.Initial)
	if f := l.sent("a", at+1); len(f) != 0 {
		t.Errorf("in a fault a sent %v", f)
	}
	a.Apply(track.Verdict{})
	l.want(a, standby.Listen)
	l.Pass(20 * time.Second)
	l.want(a, standby.Standby)
	l.want(b, standby.Active)
}

// TestFaultOfStandby: a standby in a fault leaves without a message, and does
// not take a role that becomes free.
func TestFaultOfStandby(t *testing.T) {
	l := newLab(t, 2)
	a, b := l.pair(nil)
	at := l.Loop.Now()
	b.Apply(track.Verdict{Fault: true})
	l.wantLogged("b", at, "Standby to Initial")
	l.wantSent("b", at)
	a.Enable(false)
	l.Pass(time.Minute)
	l.want(b, standby.Initial)
	if l.Hosts[1].Holds(vip) {
		t.Error("in a fault b has the virtual IP")
	}
}

// TestWeight walks what a lower priority does, by who is active and by who may
// preempt. The lowered member is a, 110, by 20; b has 100.
//
//	active  preempt   role
//	a       nobody    stays with a for ever: keepalived's nopreempt and weight
//	a       b         goes to b at a's next hello
//	a       a         stays with a: its own preempt does not matter
//	b       a         stays with b, although a preempts at 110
func TestWeight(t *testing.T) {
	for _, c := range []struct {
		name             string
		aMay, bMay       bool
		bActive          bool
		want, afterwards string // the active with the weight, and without it again
	}{
		{"nobody preempts", false, false, false, "a", "a"},
		{"the other one preempts", false, true, false, "b", "b"},
		{"only the lowered one preempts", true, false, false, "a", "a"},
		{"both preempt", true, true, false, "b", "a"},
		{"the lowered one is passive", true, false, true, "b", "a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t, 2)
			ca, cb := config(0, 110), config(1, 100)
			ca.Machine.Preempt, cb.Machine.Preempt = c.aMay, c.bMay
			a, b := l.start(0, ca), l.start(1, cb)
			if c.bActive {
				a.Apply(track.Verdict{Fault: true})
			}
			l.Run(40 * time.Second)
			a.Apply(track.Verdict{Weight: 20})
			if got := a.Status().Priority; got != 90 {
				t.Errorf("priority: got %d, want 90", got)
			}
			if got := a.Config().Machine.Priority; got != 110 {
				t.Errorf("configured priority: got %d, want 110", got)
			}
			active := func() string {
				switch {
				case a.Status().Owner && !b.Status().Owner:
					return "a"
				case b.Status().Owner && !a.Status().Owner:
					return "b"
				}
				return "none or both"
			}
			l.Pass(3*time.Second + 2*latency) // its next hello is due within a hello time
			if got := active(); got != c.want {
				t.Errorf("after a hello time: got %s active, want %s", got, c.want)
			}
			l.Pass(2 * time.Minute)
			if got := active(); got != c.want {
				t.Errorf("for good: got %s active, want %s", got, c.want)
			}
			a.Apply(track.Verdict{})
			l.Pass(2 * time.Minute)
			if got := active(); got != c.afterwards {
				t.Errorf("with its own priority: got %s active, want %s", got, c.afterwards)
			}
		})
	}
}

// TestWeightInHello: the next hello carries the priority that is left, which is
// never below 0; a configured change counts below the weight.
func TestWeightInHello(t *testing.T) {
	l := newLab(t, 2)
	a, _ := l.pair(nil)
	at := l.Loop.Now()
	a.Apply(track.Verdict{Weight: 200})
	l.Run(at + 3*time.Second)
	l.wantSent("a", at, "2s Hello Active 0 192.0.2.11")
	reconfigure(a, func(c *standby.Config) { c.Priority = 210 })
	at = l.Loop.Now()
	l.Run(at + 3*time.Second)
	l.wantSent("a", at, "2s Hello Active 10 192.0.2.11")
	a.Apply(track.Verdict{})
	at = l.Loop.Now()
	l.Run(at + 3*time.Second)
	l.wantSent("a", at, "2s Hello Active 210 192.0.2.11")
}

// TestFaultWithWeight: a member resigns with the priority with which it took
// part, and comes back with the one that is left.
func TestFaultWithWeight(t *testing.T) {
	l := newLab(t, 2)
	a, b := l.pair(nil)
	at := l.Loop.Now()
	a.Apply(track.Verdict{Weight: 20, Fault: true})
	l.wantSent("a", at, "0s Resign Initial 110 192.0.2.11")
	l.Pass(time.Second)
	at = l.Loop.Now()
	a.Apply(track.Verdict{Weight: 20})
	l.Run(at + 20*time.Second)
	l.want(b, standby.Active)
	f := l.sent("a", at)
	if len(f) == 0 || f[len(f)-1].text != "Hello Standby 90 192.0.2.11" && f[len(f)-1].text != "Hello Speak 90 192.0.2.11" {
		t.Errorf("sent %v, want hellos of priority 90", f)
	}
}

// TestHoldPreemptReasons: it preempts when the last reason is gone.
func TestHoldPreemptReasons(t *testing.T) {
	l := newLab(t, 2)
	l.start(1, config(1, 100))
	l.Run(40 * time.Second)
	a := l.start(0, configured(0, 110, func(c *member.Config) { c.Machine.Preempt = true }))
	a.HoldPreempt(member.UntilPrepared, true)
	a.HoldPreempt(member.UntilServing, true)
	l.Pass(time.Minute)
	a.HoldPreempt(member.UntilPrepared, false)
	l.Pass(time.Minute)
	l.want(a, standby.Standby)
	a.HoldPreempt(member.UntilServing, false)
	l.Pass(3*time.Second + 2*latency)
	l.want(a, standby.Active)
}

// TestLinkDelay: a carrier that was there at the start is not delayed, one that
// comes back is, and a link that flaps begins anew.
func TestLinkDelay(t *testing.T) {
	l := newLab(t, 1)
	a := l.start(0, configured(0, 110, func(c *member.Config) { c.Machine.LinkDelay = 5 * time.Second }))
	l.want(a, standby.Listen)
	port := l.Hosts[0].NIC("lan").Port()
	l.Run(10 * time.Second)
	port.Pull()
	l.Run(11 * time.Second)
	port.Plug()
	l.Run(15 * time.Second)
	l.want(a, standby.Initial)
	port.Pull()
	l.Run(16 * time.Second)
	port.Plug()
	l.Run(21*time.Second - 1)
	l.want(a, standby.Initial)
	l.Run(21 * time.Second)
	l.want(a, standby.Listen)
}
