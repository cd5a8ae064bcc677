package member_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/node/standby/member"
)

// reconfigure changes the running configuration of a member.
func reconfigure(m *member.Member, change func(*standby.Config)) {
	c := m.Config().Machine
	change(&c)
	m.Reconfigure(c)
}

// TestReconfigurePriority: a new priority has no effect by itself; with preempt
// the member takes the role at the active's next hello.
func TestReconfigurePriority(t *testing.T) {
	l := newLab(t, 2)
	a, b := l.pair(nil)
	at := l.Loop.Now()
	reconfigure(b, func(c *standby.Config) { c.Priority = 200 })
	l.Pass(30 * time.Second)
	l.wantLogged("b", at)
	at = l.Loop.Now()
	reconfigure(b, func(c *standby.Config) { c.Preempt = true })
	l.Pass(3*time.Second + 2*latency)
	l.want(a, standby.Speak)
	l.want(b, standby.Active)
	l.wantLogged("b", at, "sent Coup", "Standby to Active, active lost", "gained 192.0.2.100")
	l.wantLogged("a", at, "lost 192.0.2.100", "Active to Speak, active lost", "sent Resign")
}

// TestReconfigureIdentity: a new group or virtual IP makes it a new member: it
// leaves with a Resign that the old group understands, and joins the new one.
func TestReconfigureIdentity(t *testing.T) {
	for name, change := range map[string]func(*standby.Config){
		"group":      func(c *standby.Config) { c.Group = 31 },
		"virtual IP": func(c *standby.Config) { c.VirtualIP, c.VIPMismatch = second, standby.IgnoreMismatch },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, 2)
			a, b := l.pair(nil)
			if name == "virtual IP" { // b must not confuse the two
				reconfigure(b, func(c *standby.Config) { c.VIPMismatch = standby.IgnoreMismatch })
			}
			at := l.Loop.Now()
			reconfigure(a, change)
			l.wantLogged("a", at, "lost 192.0.2.100", "Active to Initial, active lost", "sent Resign", "Initial to Listen, active lost")
			l.wantSent("a", at, "0s Resign Initial 110 192.0.2.11")
			l.Run(at + latency)
			l.want(b, standby.Active)
			l.Run(at + 20*time.Second)
			l.want(a, standby.Active) // alone in its group
			l.want(b, standby.Active)
			held := vip
			if name == "virtual IP" {
				held = second
			}
			if !l.Hosts[0].Holds(held) || !l.Hosts[1].Holds(vip) {
				t.Errorf("held: a has %v: %v, b has %v: %v", held, l.Hosts[0].Holds(held), vip, l.Hosts[1].Holds(vip))
			}
		})
	}
}

// TestNewAddress: with a new address a member leaves from the old address and
// joins with the new one. Without an address it stops (spec/failover.md F14).
func TestNewAddress(t *testing.T) {
	l := newLab(t, 2)
	a, b := l.pair(nil)
	at := l.Loop.Now()
	set := func(text string) {
		p := netip.Prefix{}
		if text != "" {
			p = netip.MustParsePrefix(text)
		}
		l.Hosts[0].NIC("lan").SetAddress(p)
		a.SetAddress(p.Addr())
	}
	set("192.0.2.21/24")
	l.wantSent("a", at, "0s Resign Initial 110 192.0.2.11")
	l.Run(at + latency)
	l.want(b, standby.Active)
	l.Pass(25 * time.Second)
	l.want(a, standby.Standby)
	if got := b.Status().StandbyMember.String(); got != "192.0.2.21" {
		t.Errorf("b hears the standby at %s, want 192.0.2.21", got)
	}

	b.Yield()
	l.Pass(time.Second)
	l.want(a, standby.Active)
	at = l.Loop.Now()
	set("")
	l.wantSent("a", at, "0s Resign Initial 110 192.0.2.21")
	l.Pass(time.Minute)
	l.want(a, standby.Initial)
	l.want(b, standby.Active)
	if f := l.sent("a", at+1); len(f) != 0 {
		t.Errorf("without an address a sent %v", f)
	}
	if l.Hosts[0].Holds(vip) {
		t.Error("without an address a holds the virtual IP")
	}
	a.Enable(false)
	set("192.0.2.11/24")
	l.Pass(time.Second)
	l.want(a, standby.Initial) // it was turned off
	a.Enable(true)
	l.Pass(25 * time.Second)
	l.want(a, standby.Standby)
	if got := b.Status().StandbyMember.String(); got != "192.0.2.11" {
		t.Errorf("b hears the standby at %s, want 192.0.2.11", got)
	}
}

// TestYield: the operator takes the role from the active. It resigns after
// releasing the address, and does not take the role back although its priority
// is higher and it may preempt.
func TestYield(t *testing.T) {
	l := newLab(t, 2)
	a, b := l.pair(func(c *member.Config) { c.Machine.Preempt = true })
	at := l.Loop.Now()
	b.Yield() // has nothing to give
	l.wantLogged("b", at)
	a.Yield()
	l.wantLogged("a", at, "lost 192.0.2.100", "Active to Listen, active lost", "sent Resign")
	l.Run(at + latency)
	l.want(b, standby.Active)
	if !a.Status().Yielded {
		t.Error("the status of a does not say that it yielded")
	}
	l.Pass(2 * time.Minute)
	l.want(a, standby.Standby)
	l.want(b, standby.Active)
	b.Enable(false)
	l.Pass(time.Second)
	l.want(a, standby.Active)
}
