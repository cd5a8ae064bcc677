package member_test

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/node/standby/member"
	"github.com/cablepull/cablepull/sim"
)

// balanced makes a member of a self-balancing group.
func balanced(c *member.Config) { c.Balanced = true }

// wantHeld compares whether the machines hold an address, a b c.
func (l *lab) wantHeld(vip netip.Addr, want ...bool) {
	l.TB.Helper()
	for i, w := range want {
		if got := l.Hosts[i].Holds(vip); got != w {
			l.TB.Errorf("at %v %s holds %v: got %v, want %v", l.Loop.Now(), l.Hosts[i].Name(), vip, got, w)
		}
	}
}

// TestBalancedMembersHoldTheAddress: a balanced member holds all virtual IPs
// from its start to a crash, whatever its state. The frames of the group, its
// events and who owns the address are those of a plain one.
func TestBalancedMembersHoldTheAddress(t *testing.T) {
	type story struct {
		frames []frame
		logged [][]string
	}
	play := func(change func(*member.Config)) (l *lab, s story) {
		l = newLab(t, 2)
		two := func(c *member.Config) {
			c.Secondary, c.VirtualMAC = []netip.Addr{second}, true
			if change != nil {
				change(c)
			}
		}
		a, b := l.start(0, configured(0, 110, two)), l.start(1, configured(1, 100, two))
		held := change != nil
		check := func(step string, owner *member.Member) {
			t.Helper()
			for i, m := range []*member.Member{a, b} {
				for _, addr := range []netip.Addr{vip, second} {
					if got := l.Hosts[i].Holds(addr); got != (held || m == owner) {
						t.Errorf("%s: %s holds %v: got %v", step, l.Hosts[i].Name(), addr, got)
					}
				}
				if got := l.Hosts[i].NIC("lan").Port().Filter().Accepts([6]byte(virtual)); got != (m == owner) {
					t.Errorf("%s: %s takes frames to the virtual MAC: got %v", step, l.Hosts[i].Name(), got)
				}
			}
		}
		check("start", nil)
		for _, step := range []struct {
			name  string
			do    func()
			owner *member.Member
		}{
			{"settled", func() {}, a},
			{"yielded", func() { a.Yield() }, b},
			{"turned off", func() { b.Enable(false) }, a},
			{"turned on", func() { b.Enable(true) }, a},
			{"pulled", func() { l.Hosts[0].NIC("lan").Port().Pull() }, b},
			{"plugged", func() { l.Hosts[0].NIC("lan").Port().Plug() }, b},
			{"without address", func() { b.SetAddress(netip.Addr{}) }, a},
		} {
			step.do()
			l.Pass(time.Minute)
			check(step.name, step.owner)
		}
		for _, node := range []string{"a", "b"} {
			s.logged = append(s.logged, l.logged(node, 0))
		}
		s.frames = slices.Clone(l.frames)
		return l, s
	}
	_, plain := play(nil)
	l, got := play(balanced)
	if !slices.Equal(got.frames, plain.frames) {
		t.Errorf("frames: got %v, want %v", got.frames, plain.frames)
	}
	for i := range plain.logged {
		if !slices.Equal(got.logged[i], plain.logged[i]) {
			t.Errorf("events: got %q, want %q", got.logged[i], plain.logged[i])
		}
	}
	l.Hosts[0].Crash(true)
	l.Hosts[0].PowerOn()
	l.wantHeld(vip, false, true)
	l.wantHeld(second, false, true)
}

// configured is config with a change.
func configured(i int, priority uint8, change func(*member.Config)) member.Config {
	c := config(i, priority)
	change(&c)
	return c
}

// TestBalancedReleaseResetsNothing: a connection to the virtual IP outlives the
// role of its member and works all the time, if the client's segments come
// here; that of a plain member is reset.
func TestBalancedReleaseResetsNothing(t *testing.T) {
	for _, on := range []bool{false, true} {
		l := newLab(t, 3)
		change := func(c *member.Config) { c.Balanced = on }
		a := l.start(0, configured(0, 110, change))
		l.start(1, configured(1, 100, change))
		l.Run(40 * time.Second)
		server, client := l.Hosts[0], l.Hosts[2]
		client.Crash(false)
		client.NIC("lan").SetNeighbour(vip, server.NIC("lan").MAC())
		client.PowerOn()
		l.Program(server, "echo", func(*sim.Proc) error {
			listener, err := server.Listen(netip.AddrPortFrom(vip, 80), 1)
			if err != nil {
				return err
			}
			conn, err := listener.AcceptConn()
			if err != nil {
				return err
			}
			io.Copy(conn, conn)
			return nil
		})
		var answers int
		var ended error
		client.Go("client", func(p *sim.Proc) {
			conn, err := client.Dial(netip.AddrPortFrom(vip, 80), time.Second)
			for ; err == nil && answers < 60; answers++ {
				if _, err = conn.Write([]byte("x")); err == nil {
					_, err = io.ReadFull(conn, make([]byte, 1))
				}
				p.Sleep(time.Second)
			}
			ended = err
		})
		l.Pass(5*time.Second + time.Millisecond)
		a.Yield()
		l.Pass(time.Minute)
		l.want(a, standby.Standby)
		if want := 60; on && (ended != nil || answers != want) {
			t.Errorf("balanced: got %v after %d answers, want %d", ended, answers, want)
		}
		if !on && !errors.Is(ended, host.ErrReset) {
			t.Errorf("plain: got %v after %d answers, want a reset", ended, answers)
		}
	}
}

// TestBalancedMemberLearns: a member that has to learn the virtual IP holds it
// from then on, also when it forgets it, until it has another one.
func TestBalancedMemberLearns(t *testing.T) {
	l := newLab(t, 2)
	l.start(0, config(0, 110))
	l.Run(30 * time.Second)
	b := l.start(1, configured(1, 100, func(c *member.Config) { balanced(c); c.Machine.VirtualIP = netip.Addr{} }))
	l.want(b, standby.Learn)
	l.wantHeld(vip, true, false)
	l.Pass(5 * time.Second)
	l.wantHeld(vip, true, true)
	l.Hosts[1].NIC("lan").Port().Pull()
	l.Pass(5 * time.Second)
	l.wantHeld(vip, true, true)
	l.Hosts[1].NIC("lan").Port().Plug()
	l.Pass(5 * time.Second)
	l.wantHeld(vip, true, true)
	reconfigure(b, func(c *standby.Config) { c.VirtualIP = second })
	l.wantHeld(vip, true, false)
	l.wantHeld(second, false, true)
	for _, line := range l.logged("b", 0) {
		if strings.HasPrefix(line, "gained") || strings.HasPrefix(line, "lost") {
			t.Errorf("b logged %q", line)
		}
	}
}

// TestBalancedActiveChangesItsAddress: an active member that gets another
// virtual IP gives up the old one for good, and owns the new one in the end.
func TestBalancedActiveChangesItsAddress(t *testing.T) {
	l := newLab(t, 1)
	a := l.start(0, configured(0, 100, balanced))
	l.Run(30 * time.Second)
	at := l.Loop.Now()
	reconfigure(a, func(c *standby.Config) { c.VirtualIP = second })
	l.wantHeld(vip, false)
	l.wantHeld(second, true)
	l.Pass(30 * time.Second)
	l.wantLogged("a", at, "lost 192.0.2.100", "Active to Initial, active lost", "sent Resign", "Initial to Listen, active lost",
		"Listen to Speak, active lost", "Speak to Standby", "Standby to Active, active lost", "gained 192.0.2.101")
}

// TestOnOwner: the caller hears of the role after the claim and before the
// announcement, and before the release. What it then asks of the member is done
// after the step: here it turns the role down.
func TestOnOwner(t *testing.T) {
	l := newLab(t, 1)
	var m *member.Member
	var calls []string
	m = l.start(0, configured(0, 100, func(c *member.Config) {
		c.OnOwner = func(owner bool) {
			frames := 0
			for _, f := range l.sent("a", 0) {
				if strings.HasPrefix(f.text, "garp") {
					frames++
				}
			}
			calls = append(calls, fmt.Sprintf("%v: held %v, %d announcements", owner, l.Hosts[0].Holds(vip), frames))
			if owner {
				m.Yield()
			}
		}
	}))
	l.Run(20*time.Second + time.Millisecond)
	want := []string{"true: held true, 0 announcements", "false: held true, 1 announcements"}
	if !slices.Equal(calls, want) {
		t.Errorf("calls: got %q, want %q", calls, want)
	}
	l.wantLogged("a", 20*time.Second, "Speak to Standby", "Standby to Active, active lost", "gained 192.0.2.100",
		"lost 192.0.2.100", "Active to Listen, active lost", "sent Resign")
	l.wantHeld(vip, false)
	l.Hosts[0].Crash(false)
	if len(calls) != 2 {
		t.Errorf("a crash called: %q", calls)
	}
}

// TestHoldPreempt: a member that holds its preemption back acts like one that
// may not preempt, but says what is configured; when it is ready it takes the
// role at the active's next hello.
func TestHoldPreempt(t *testing.T) {
	play := func(preempt, hold bool) (*lab, *member.Member) {
		l := newLab(t, 2)
		l.start(1, config(1, 100))
		l.Run(40 * time.Second)
		a := l.start(0, configured(0, 110, func(c *member.Config) { c.Machine.Preempt = preempt }))
		if hold {
			a.HoldPreempt(member.UntilPrepared, true)
			a.HoldPreempt(member.UntilPrepared, true)
		}
		l.Pass(time.Minute)
		reconfigure(a, func(c *standby.Config) { c.Priority = 120 })
		l.Pass(10 * time.Second)
		return l, a
	}
	plain, _ := play(false, false)
	l, a := play(true, true)
	if !slices.Equal(l.logged("a", 0), plain.logged("a", 0)) || !slices.Equal(l.frames, plain.frames) {
		t.Errorf("held back: got %v, want %v", l.frames, plain.frames)
	}
	if !a.Status().Preempt || !a.Config().Machine.Preempt {
		t.Errorf("preempt: status says %v, configuration %v, want true", a.Status().Preempt, a.Config().Machine.Preempt)
	}
	at := l.Loop.Now()
	a.HoldPreempt(member.UntilPrepared, false)
	l.wantLogged("a", at)
	l.Pass(3*time.Second + 2*latency)
	l.want(a, standby.Active)
	a.HoldPreempt(member.UntilPrepared, true) // does not give back what it has
	l.Pass(time.Minute)
	l.want(a, standby.Active)
	if l, a := play(true, false); a.Status().State != standby.Active || len(l.frames) == 0 {
		t.Errorf("not held back: got %v, want Active", a.Status().State)
	}
}
