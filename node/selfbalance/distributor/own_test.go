package distributor

import (
	"errors"
	"io"
	"net/netip"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/selfbalance"
	"github.com/cablepull/cablepull/sim"
)

// callers opens n connections from programs of a member to a port of the
// virtual IP, which stay open, and checks an echo on each.
func (l *lab) callers(m *labMember, port uint16, n int) []*host.Conn {
	var all []*host.Conn
	l.Program(m.host, "caller", func(*sim.Proc) error {
		for range n {
			conn, err := m.host.Dial(netip.AddrPortFrom(vip, port), time.Second)
			if err != nil {
				return err
			}
			all = append(all, conn)
		}
		return nil
	})
	l.Pass(100 * ms)
	l.echo(m, all)
	return all
}

// echo checks that each connection still answers.
func (l *lab) echo(m *labMember, all []*host.Conn) {
	l.TB.Helper()
	done := 0
	l.Program(m.host, "echo", func(*sim.Proc) error {
		for _, conn := range all {
			conn.SetTimeout(time.Second)
			if _, err := io.WriteString(conn, "ping"); err != nil {
				return err
			}
			b := make([]byte, 4)
			if _, err := io.ReadFull(conn, b); err != nil || string(b) != "ping" {
				return err
			}
			done++
		}
		return nil
	})
	l.Pass(500 * ms)
	if done != len(all) {
		l.TB.Errorf("%d of %d connections of %s answer", done, len(all), m.name)
	}
}

// served counts the connections to the virtual IP that members accepted.
func (l *lab) served() [3]int {
	var all [3]int
	for i, m := range l.members {
		for _, c := range m.host.Connections(vip) {
			if c.Port == webPort || c.Port == ftpPort {
				all[i]++
			}
		}
	}
	return all
}

// TestOwnConnections: programs of the owner that connect to the virtual IP
// reach all members in turn, and go on when another one becomes the owner.
func TestOwnConnections(t *testing.T) {
	for _, r := range []selfbalance.Recovery{selfbalance.RecoverNothing, selfbalance.RecoverByRebuild} {
		t.Run(r.String(), func(t *testing.T) {
			l := newBalancedLab(t, 3, host.MAC{}, []netip.Addr{vip}, func(c *selfbalance.Config) { c.Recovery = r })
			a, b := l.members[0], l.members[1]
			l.own(a, true)
			l.Pass(time.Second)
			all := l.callers(a, webPort, 9)
			if got := l.served(); got != [3]int{3, 3, 3} {
				t.Errorf("served: got %v, want 3 each", got)
			}
			for _, c := range all {
				if c.RemoteAddrPort() != netip.AddrPortFrom(vip, webPort) || c.LocalAddrPort().Addr() != a.nic.Address().Addr() {
					t.Errorf("got a connection %v > %v", c.LocalAddrPort(), c.RemoteAddrPort())
				}
			}
			if got := a.d.Status(); got.Entries != 9 || got.Counters.Assigned != 9 {
				t.Errorf("table: got %d entries and %d assigned, want 9", got.Entries, got.Counters.Assigned)
			}
			l.own(a, false)
			l.own(b, true)
			l.Pass(time.Second)
			l.echo(a, all)
		})
	}
}

// TestOwnByHash: the same without a table.
func TestOwnByHash(t *testing.T) {
	l := newBalancedLab(t, 3, host.MAC{}, []netip.Addr{vip}, func(c *selfbalance.Config) { c.Recovery = selfbalance.RecoverBySecondChance })
	a, b := l.members[0], l.members[1]
	l.own(a, true)
	l.Pass(time.Second)
	all := l.callers(a, webPort, 30)
	if got := l.served(); min(got[0], got[1], got[2]) < 3 || got[0]+got[1]+got[2] != 30 {
		t.Errorf("served: got %v, want 30, some by each", got)
	}
	l.own(a, false)
	l.own(b, true)
	l.Pass(time.Second)
	l.echo(a, all)
}

// TestOwnStays: programs of other members reach the virtual IP inside their own
// machine, and so do those of the owner if the service is not balanced.
func TestOwnStays(t *testing.T) {
	l := newBalancedLab(t, 3, host.MAC{}, []netip.Addr{vip}, nil)
	a, c := l.members[0], l.members[2]
	l.own(a, true)
	l.Pass(time.Second)
	for _, x := range []struct {
		from  *labMember
		port  uint16
		place int
	}{{c, webPort, 2}, {a, ftpPort, 0}} {
		before := l.served()[x.place]
		l.callers(x.from, x.port, 5)
		if got := l.served()[x.place] - before; got != 5 {
			t.Errorf("%s to port %d: got %d of 5 connections there", x.from.name, x.port, got)
		}
	}
	if got := a.d.Status(); got.Entries != 0 {
		t.Errorf("table of a: got %d entries, want none", got.Entries)
	}
}

// TestOwnUnserved: the owner's program is refused a service that nobody listens
// on.
func TestOwnUnserved(t *testing.T) {
	l := newBalancedLab(t, 3, host.MAC{}, []netip.Addr{vip}, nil)
	a := l.members[0]
	l.own(a, true)
	l.Pass(time.Second)
	var err error
	l.Program(a.host, "caller", func(*sim.Proc) error {
		_, err = a.host.Dial(netip.AddrPortFrom(vip, idlePort), time.Second)
		return nil
	})
	l.Pass(2 * time.Second)
	if !errors.Is(err, host.ErrRefused) || a.d.Status().Counters.Refused != 1 {
		t.Errorf("got error %v and %d refused, want %v and 1", err, a.d.Status().Counters.Refused, host.ErrRefused)
	}
}
