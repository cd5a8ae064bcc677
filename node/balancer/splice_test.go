package balancer

import (
	"fmt"
	"io"
	"net/netip"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/backend"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// TestConnections: with mode tcp each connection goes to a member, and the
// client hears the member itself; whatever a connection carries, stays there.
func TestConnections(t *testing.T) {
	for _, c := range []struct {
		mode string
		want map[string]int
	}{
		{topology.ModeNew, map[string]int{"200 by m1": 10, "200 by m2": 10}},
		{topology.ModeKeepAlive, map[string]int{"200 by m1": 20}}, // one connection
	} {
		l := newLab(t)
		l.start(topology.Balancer{})
		l.ask(topology.Client{Rate: 10, Mode: c.mode, Stop: 2 * second})
		l.Run(10 * second)
		l.wantOutcomes(0, c.want)
		if c.mode == topology.ModeNew {
			l.wantNothingLeft()
		}
	}
}

// TestLargeAnswers: more bytes than any buffer holds arrive whole, in both
// modes.
func TestLargeAnswers(t *testing.T) {
	for _, mode := range []string{topology.BalancerTCP, topology.BalancerHTTP} {
		l := newLab(t)
		big := l.Add("m3", "192.0.2.23/24")
		l.serve(big, topology.Backend{Size: 3 << 20})
		l.start(topology.Balancer{Mode: mode, Members: make([]topology.BalancerMember, 3)})
		l.administer("m1", topology.MemberMaintenance)
		l.administer("m2", topology.MemberMaintenance)
		l.ask(topology.Client{Rate: 1, Stop: 3 * second})
		l.Run(60 * second)
		got := l.outcomes(0)
		if got["200 by m3"]+got["200 by lb"] != 3 || len(got) != 1 {
			t.Errorf("%s: got %v, want three whole answers", mode, got)
		}
	}
}

// dial opens a connection of c1 to the balancer for a program of the test.
func (l *lab) dial(body func(p *sim.Proc, c *host.Conn) error) {
	l.Program(l.c1, "dialogue", func(p *sim.Proc) error {
		c, err := l.c1.Dial(netip.MustParseAddrPort("192.0.2.10:80"), second)
		if err != nil {
			return err
		}
		defer c.Close()
		return body(p, c)
	})
}

// member lets a program of the test serve the connections of a third member,
// which is the only one that is up.
func (l *lab) member(cfg topology.Balancer, body func(p *sim.Proc, c *host.Conn) error) {
	h := l.Add("m3", "192.0.2.23/24")
	l.Program(h, "member", func(p *sim.Proc) error {
		listener, err := h.Listen(netip.MustParseAddrPort("192.0.2.23:80"), 8)
		if err != nil {
			return err
		}
		c, err := listener.AcceptConn()
		if err != nil {
			return err
		}
		defer c.Close()
		return body(p, c)
	})
	cfg.Members = make([]topology.BalancerMember, 3)
	l.start(cfg)
	l.administer("m1", topology.MemberMaintenance)
	l.administer("m2", topology.MemberMaintenance)
}

// TestHalfClose: the end of what the client sends reaches the member, which can
// still answer.
func TestHalfClose(t *testing.T) {
	l, got := newLab(t), ""
	l.member(topology.Balancer{}, func(p *sim.Proc, c *host.Conn) error {
		question, err := io.ReadAll(c)
		if err != nil {
			return err
		}
		p.Sleep(second)
		_, err = fmt.Fprintf(c, "you said %s", question)
		return err
	})
	l.dial(func(_ *sim.Proc, c *host.Conn) error {
		if _, err := io.WriteString(c, "hello"); err != nil {
			return err
		}
		if err := c.CloseWrite(); err != nil {
			return err
		}
		answer, err := io.ReadAll(c)
		got = string(answer)
		return err
	})
	l.Run(10 * second)
	if got != "you said hello" {
		t.Errorf("got %q, want the whole answer", got)
	}
	l.wantNothingLeft()
}

// TestResets: a reset passes through, in both directions.
func TestResets(t *testing.T) {
	l := newLab(t)
	l.start(topology.Balancer{})
	l.set(l.m1, backend.ModeReset)
	l.set(l.m2, backend.ModeReset)
	l.ask(topology.Client{Rate: 10, Stop: second})
	l.Run(5 * second)
	l.wantOutcomes(0, map[string]int{host.Reset: 10})
	l.wantNothingLeft()

	l = newLab(t)
	var got error
	l.member(topology.Balancer{}, func(_ *sim.Proc, c *host.Conn) error {
		_, got = c.Read(make([]byte, 10))
		return nil
	})
	l.dial(func(p *sim.Proc, c *host.Conn) error {
		p.Sleep(second)
		c.Abort()
		return nil
	})
	l.Run(5 * second)
	if host.Failure(got) != host.Reset {
		t.Errorf("the member got %v, want the client's reset", got)
	}
	l.wantNothingLeft()
}

// TestIdleTimeouts: a side that is idle for its timeout ends the connection;
// what comes from the other side prolongs it as well, as that is written here.
func TestIdleTimeouts(t *testing.T) {
	for _, c := range []struct {
		name           string
		client, server time.Duration
		says           int // how often the member says a word, one second apart
		ends           time.Duration
	}{
		{"client", 3 * second, 0, 0, 3 * second},
		{"server", 0, 2 * second, 0, 2 * second},
		{"the shorter one", 3 * second, 2 * second, 0, 2 * second},
		{"prolonged", 3 * second, 0, 5, 8 * second}, // the last word comes after 5 s
		{"none", 0, 0, 5, 0},
	} {
		l, ended := newLab(t), time.Duration(0)
		l.member(topology.Balancer{ClientIdle: c.client, ServerIdle: c.server}, func(p *sim.Proc, conn *host.Conn) error {
			for range c.says {
				p.Sleep(second)
				if _, err := io.WriteString(conn, "word"); err != nil {
					return err
				}
			}
			p.Sleep(1000 * second)
			return nil
		})
		l.dial(func(_ *sim.Proc, conn *host.Conn) error {
			_, err := io.ReadAll(conn)
			ended = l.Loop.Now()
			return err
		})
		l.Run(100 * second)
		if ended < c.ends || ended > c.ends+10*millisecond {
			t.Errorf("%s: ended after %v, want %v", c.name, ended, c.ends)
		}
		want := 1
		if c.ends == 0 {
			want = 0
		}
		if n := hosttest.Count[event.ConnTimedOut](l.Lab, "lb"); n != want {
			t.Errorf("%s: got %d conn-timed-out, want %d", c.name, n, want)
		}
	}
}

// TestOnDown: connections to a member that goes down stay, and may yet be
// answered, or are cut at once.
func TestOnDown(t *testing.T) {
	for _, c := range []struct {
		onDown string
		how    func(*lab)
		want   map[string]int // of the five long-lived connections to m1, from 5 s on
	}{
		{"keep", func(l *lab) { l.administer("m1", topology.MemberMaintenance) }, map[string]int{"200 by m1": 25, "200 by m2": 25}},
		{"cut", func(l *lab) { l.administer("m1", topology.MemberDrain) }, map[string]int{"200 by m1": 25, "200 by m2": 25}},
		// The connections that were cut are opened anew, at m2.
		{"cut", func(l *lab) { l.administer("m1", topology.MemberMaintenance) }, map[string]int{"200 by m2": 50}},
	} {
		l := newLab(t)
		l.start(topology.Balancer{OnDown: c.onDown})
		l.ask(topology.Client{Rate: 10, Connections: 10, Mode: topology.ModeLongLived, Stop: 10 * second})
		l.At(5*second, func() { c.how(l) })
		l.Run(15 * second)
		l.wantOutcomes(5*second, c.want)
	}
}
