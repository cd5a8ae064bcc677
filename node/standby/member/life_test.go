package member_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/node/standby/member"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
)

// TestDisableIsGraceful enforces spec/failover.md §3.8: the address is removed
// before the Resign is sent, so that two machines never answer for it; the
// standby is Active one link delay later. When turned on again, the member
// listens.
func TestDisableIsGraceful(t *testing.T) {
	l := newLab(t, 2)
	a, b := l.pair(nil)
	at := l.Loop.Now()
	a.Enable(false)
	a.Enable(false)
	l.wantLogged("a", at, "lost 192.0.2.100", "Active to Initial", "sent Resign")
	l.Run(at + latency)
	l.want(b, standby.Active)
	l.wantSent("a", at, "0s Resign Initial 110 192.0.2.11")
	l.wantSent("b", at, "1ms garp reply 192.0.2.100", "1ms Hello Active 100 192.0.2.12")
	if a.Enabled() || !b.Enabled() {
		t.Errorf("enabled: got a %v, b %v", a.Enabled(), b.Enabled())
	}
	l.Pass(time.Minute)
	if f := l.sent("a", at+1); len(f) != 0 {
		t.Errorf("turned off, a sent %v", f)
	}
	at = l.Loop.Now()
	a.Enable(true)
	l.Pass(time.Minute)
	l.wantLogged("a", at, "Initial to Listen", "Listen to Speak", "Speak to Standby")
	l.want(b, standby.Active) // no preempt
}

// TestStartsDisabled: configured but turned off, a member sends and does
// nothing until it is turned on.
func TestStartsDisabled(t *testing.T) {
	l := newLab(t, 1)
	c := config(0, 100)
	c.Disabled = true
	m := l.start(0, c)
	l.Run(time.Minute)
	l.want(m, standby.Initial)
	if len(l.frames) != 0 {
		t.Errorf("sent %v", l.frames)
	}
	m.Enable(true)
	l.Pass(20 * time.Second)
	l.want(m, standby.Active)
}

// TestCarrier: without carrier the member is Initial and holds no address. Its
// Resign reaches nobody, so the other member waits for the hold time. When
// carrier returns it starts over, unless it was turned off meanwhile.
func TestCarrier(t *testing.T) {
	l := newLab(t, 2)
	a, b := l.pair(nil)
	port := l.Hosts[0].NIC("lan").Port()
	at := l.Loop.Now() // hellos of a at 39.0 s
	port.Pull()
	l.Pass(0)
	l.wantLogged("a", at, "lost 192.0.2.100", "Active to Initial", "sent Resign")
	l.wantSent("a", at)
	heard := l.lastHello("a")
	l.Run(heard + 10*time.Second + latency - 1)
	l.want(b, standby.Standby)
	l.Run(heard + 10*time.Second + latency)
	l.want(b, standby.Active)
	at = l.Loop.Now()
	port.Plug()
	l.Pass(30 * time.Second)
	l.wantLogged("a", at, "Initial to Listen", "Listen to Speak", "Speak to Standby")

	port.Pull()
	l.Pass(time.Second)
	a.Enable(false)
	port.Plug()
	l.Pass(30 * time.Second)
	l.want(a, standby.Initial)
	a.Enable(true)
	port.Pull()
	l.Pass(time.Second)
	a.Enable(false)
	a.Enable(true) // without carrier nothing starts
	l.want(a, standby.Initial)
	port.Plug()
	l.Pass(time.Second)
	l.want(a, standby.Listen)
}

// lastHello returns when a machine last sent a hello.
func (l *lab) lastHello(node string) (at time.Duration) {
	for _, f := range l.sent(node, 0) {
		if strings.HasPrefix(f.text, "Hello") {
			at = f.at
		}
	}
	return at
}

// TestStartWithoutCarrier: a member of a machine that boots with its cable
// unplugged waits for carrier.
func TestStartWithoutCarrier(t *testing.T) {
	l := newLab(t, 1)
	l.Hosts[0].NIC("lan").Port().Pull()
	m := l.start(0, config(0, 100))
	l.Run(time.Minute)
	l.want(m, standby.Initial)
	l.Hosts[0].NIC("lan").Port().Plug()
	l.Pass(20 * time.Second)
	l.want(m, standby.Active)
}

// TestCrashIsSilent: a machine that crashes sends nothing, and its member
// neither sends nor changes state afterwards; the next boot has a new member.
func TestCrashIsSilent(t *testing.T) {
	l := newLab(t, 2)
	a, b := l.pair(nil)
	at := l.Loop.Now()
	h := l.Hosts[0]
	h.Crash(false)
	l.Pass(time.Minute)
	l.wantSent("a", at)
	l.wantLogged("a", at, "lost 192.0.2.100")
	l.want(b, standby.Active)
	h.PowerOn()
	again := l.start(0, config(0, 110))
	l.Pass(30 * time.Second)
	l.want(again, standby.Standby)
	l.want(a, standby.Active) // as at the crash
	if got := len(l.sent("a", at)); got == 0 {
		t.Error("the member of the new boot sent nothing")
	}
}

// TestFrozenStandby: frozen for longer than the hold time. A stopped process
// finds the active's hellos in its socket, in order. If the first of them
// arrived before its own timer expired, it stays standby; else it takes the
// active for lost, claims the address, and steps down at once on reading the
// waiting hello. A stopped machine has lost the hellos, so it holds the address
// until the next one.
func TestFrozenStandby(t *testing.T) {
	flap := []string{"Standby to Active, active lost", "gained 192.0.2.100", "lost 192.0.2.100", "Active to Speak, active lost", "Speak to Standby"}
	// Both members send hellos at 42 s; a's reaches b at 42.001 s.
	const before, between = 41 * time.Second, 42*time.Second + latency/2
	for _, c := range []struct {
		process bool
		at      time.Duration
		want    []string
		held    [2]time.Duration // how long b holds the address
	}{
		{true, between, nil, [2]time.Duration{}},
		{true, before, flap, [2]time.Duration{}},
		{false, before, flap, [2]time.Duration{latency, 3*time.Second + latency}},
	} {
		l := newLab(t, 2)
		_, b := l.pair(nil)
		l.Run(c.at)
		l.Hosts[1].Freeze(c.process)
		l.Pass(15 * time.Second)
		if f := l.sent("b", c.at); len(f) != 0 {
			t.Errorf("process %v: frozen, b sent %v", c.process, f)
		}
		thaw := l.Loop.Now()
		l.Hosts[1].Thaw()
		l.Pass(20 * time.Second)
		l.want(b, standby.Standby)
		// b also sends a Resign if a's Coup arrives before a's hello.
		got := slices.DeleteFunc(l.logged("b", thaw), func(line string) bool { return line == "sent Resign" })
		if !slices.Equal(got, c.want) {
			t.Errorf("process %v, at %v: b logged %q, want %q", c.process, c.at, got, c.want)
		}
		for e := range event.Of[event.VIPLost](l.Log.Events()) {
			if held := e.At - thaw; held < c.held[0] || held > c.held[1] {
				t.Errorf("process %v: held for %v, want %v to %v", c.process, held, c.held[0], c.held[1])
			}
		}
	}
}

// TestFrozenActive: when it is frozen for less than the hold time nobody
// notices; for longer, the standby takes over. The thawed member still thinks
// it is active: it steps down at the other's hello, or wins by its rank.
func TestFrozenActive(t *testing.T) {
	l := newLab(t, 2)
	a, b := l.pair(nil)
	at := l.Loop.Now()
	l.Hosts[0].Freeze(false)
	l.Pass(4 * time.Second)
	l.Hosts[0].Thaw()
	l.Pass(10 * time.Second)
	l.wantLogged("b", at)
	at = l.Loop.Now()
	l.Hosts[0].Freeze(false)
	l.Pass(15 * time.Second)
	l.want(b, standby.Active)
	l.want(a, standby.Active)
	l.Hosts[0].Thaw()
	l.Pass(5 * time.Second)
	l.want(a, standby.Active) // of higher priority
	l.wantLogged("b", at, "Standby to Active, active lost", "gained 192.0.2.100", "lost 192.0.2.100", "Active to Speak, active lost")
}

// TestFrozenCarrier: a change of the cable during a freeze reaches the member
// at the thaw: a stopped program releases nothing.
func TestFrozenCarrier(t *testing.T) {
	l := newLab(t, 2)
	a, _ := l.pair(nil)
	l.Hosts[0].Freeze(true)
	l.Hosts[0].NIC("lan").Port().Pull()
	l.Pass(time.Second)
	l.want(a, standby.Active)
	l.Hosts[0].Thaw()
	l.Pass(0)
	l.want(a, standby.Initial)
}

// TestKeptVirtualMAC is the defect of spec/failover.md F31: after a warm
// restart of the active both machines accept and use the virtual MAC; a member
// without the defect releases it.
func TestKeptVirtualMAC(t *testing.T) {
	for _, keeps := range []bool{true, false} {
		l := newLab(t, 2)
		change := func(c *member.Config) { c.VirtualMAC, c.KeepsVirtualMAC = true, keeps }
		l.pair(change)
		h := l.Hosts[0]
		h.Crash(true)
		l.Pass(15 * time.Second)
		h.PowerOn()
		c := config(0, 110)
		change(&c)
		at := l.Loop.Now()
		again := l.start(0, c)
		l.Pass(25 * time.Second)
		l.want(again, standby.Standby)
		if got := h.NIC("lan").Port().Filter().Accepts([6]byte(virtual)); got != keeps {
			t.Errorf("keeps %v: the restarted machine takes frames to the virtual MAC: got %v", keeps, got)
		}
		for _, f := range l.sent("a", at) {
			if got := f.from == virtual; got != keeps {
				t.Errorf("keeps %v: at %v a sent %q from %v", keeps, f.at, f.text, f.from)
			}
		}
	}
}

// TestRejectionsAreLoggedOnce: a peer with another token is ignored. This is
// logged once for each peer and reason, and counted every time.
func TestRejectionsAreLoggedOnce(t *testing.T) {
	l := newLab(t, 2)
	a := l.start(0, config(0, 110))
	other := config(1, 100)
	other.Machine.Auth = wire.AuthCisco
	b := l.start(1, other)
	l.Run(2 * time.Minute)
	l.want(a, standby.Active)
	l.want(b, standby.Active) // both: nobody believes the other
	count := map[string]int{}
	for e, r := range event.Of[event.StandbyRejected](l.Log.Events()) {
		count[e.Node+" "+r.Peer+" "+r.Reason]++
	}
	if len(count) != 2 || count["a 192.0.2.12 wrong authentication"] != 1 || count["b 192.0.2.11 wrong authentication"] != 1 {
		t.Errorf("rejections: got %v, want one of each", count)
	}
	if got := a.Status().Counters.AuthFailures; got < 30 {
		t.Errorf("counted: got %d, want every message", got)
	}
}

// TestStartsWithoutAddress: a member of an interface without an address waits
// and sends nothing.
func TestStartsWithoutAddress(t *testing.T) {
	l := newLab(t, 1)
	c := config(0, 100)
	c.Machine.Address = netip.Addr{}
	m := l.start(0, c)
	l.Run(time.Minute)
	l.want(m, standby.Initial)
	if len(l.frames) != 0 {
		t.Errorf("sent %v", l.frames)
	}
}
