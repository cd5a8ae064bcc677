package host_test

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// takeOver is a client (h1) with a connection to a virtual IP whose owner (h2)
// crashes. The new one (h3) listens there too, and drops what it does not know
// if drop is set.
func takeOver(t *testing.T, drop bool, use func(*host.Conn)) (l *lab, client, heir *host.Host, conn *host.Conn) {
	l = newLab(t, 3, func(i int, c *host.Config) { c.DropUnknown = drop && i == 3 })
	client, old, heir := l.Hosts[0], l.Hosts[1], l.Hosts[2]
	old.NIC("lan").AddVIP(vip, host.MAC{})
	l.serve(t, old, 80, 10)
	l.serve(t, heir, 80, 10)
	conn = l.dial(t, client, "10.0.0.100:80")
	old.Crash(false)
	heir.NIC("lan").AddVIP(vip, host.MAC{})
	l.announce(t, heir, wire.ARPReply, heir.NIC("lan").MAC())
	l.Pass(time.Millisecond)
	use(conn)
	return l, client, heir, conn
}

// ends returns how and when a read on the connection ends.
func ends(l *lab, client *host.Host, conn *host.Conn) (at func() time.Duration, why func() error) {
	var when time.Duration
	var err error
	client.Go("read", func(*sim.Proc) {
		_, err = conn.Read(make([]byte, 1))
		when = client.Now()
	})
	return func() time.Duration { return when }, func() error { return err }
}

// resetTime is what a reset takes: the new owner asks for the client's MAC
// address first.
const resetTime = 4 * hosttest.Latency

// TestUnknownConnectionIsReset: a machine answers a segment of a connection
// that it does not have with RST.
func TestUnknownConnectionIsReset(t *testing.T) {
	l, client, _, conn := takeOver(t, false, func(*host.Conn) {})
	at, why := ends(l, client, conn)
	sent := l.Loop.Now()
	l.Program(client, "write", func(*sim.Proc) error { _, err := conn.Write([]byte("x")); return err })
	l.Pass(time.Second)
	if !errors.Is(why(), host.ErrReset) {
		t.Errorf("read: got %v, want %v", why(), host.ErrReset)
	}
	within(t, "from the segment to the reset", at()-sent, resetTime, resetTime)
	if n := hosttest.Count[event.FlowRefused](l.Lab, ""); n != 0 {
		t.Errorf("flow-refused: got %d, want none", n)
	}
}

// TestUnknownConnectionIsDropped: with DropUnknown no answer comes, so the
// client repeats its segment until its own timeout. New connections work, and
// so does the refusal of a port on which nobody listens.
func TestUnknownConnectionIsDropped(t *testing.T) {
	const patience = 20 * time.Second
	const repeat = 210 * time.Millisecond // the stack's time counts from its first repetition
	l, client, heir, conn := takeOver(t, true, func(c *host.Conn) { c.SetUserTimeout(patience) })
	tap := l.Tap()
	at, why := ends(l, client, conn)
	sent := l.Loop.Now()
	l.Program(client, "write", func(*sim.Proc) error { _, err := conn.Write([]byte("x")); return err })
	l.Pass(2 * patience)
	if !errors.Is(why(), host.ErrTimeout) {
		t.Errorf("read: got %v, want %v", why(), host.ErrTimeout)
	}
	within(t, "from the segment to the end", at()-sent, patience, patience+repeat)
	if n := len(tap.SentBy("h3", 0, segment(0))); n != 0 {
		t.Errorf("the new owner sent %d segments, want none", n)
	}
	_, refusals := hosttest.Bodies[event.FlowRefused](l.Lab, "h3")
	if want := (event.FlowRefused{Protocol: "TCP", From: "10.0.0.1", To: "10.0.0.100:80", Reason: event.RefusedState}); len(refusals) != 1 || refusals[0] != want {
		t.Errorf("flow-refused: got %v, want one, %v", refusals, want)
	}

	fresh := l.dial(t, client, "10.0.0.100:80")
	l.Program(client, "ask", func(*sim.Proc) error { _, err := ask(fresh, 3, 10); return err })
	l.Program(client, "refused", func(*sim.Proc) error {
		if _, err := client.Dial(netip.MustParseAddrPort("10.0.0.3:81"), time.Second); !errors.Is(err, host.ErrRefused) {
			t.Errorf("dial a closed port: got %v, want %v", err, host.ErrRefused)
		}
		return nil
	})
	l.Program(heir, "out", func(*sim.Proc) error { // its own connections are known
		l.serve(t, client, 80, 10)
		own, err := heir.Dial(netip.MustParseAddrPort("10.0.0.1:80"), time.Second)
		if err == nil {
			_, err = ask(own, 3, 10)
		}
		return err
	})
	l.Pass(time.Second)
	if got := len(heir.NIC("lan").Ingress().Names()); got != len(ingressOrder)+1 {
		t.Errorf("stages: got %q, want one more than %q", heir.NIC("lan").Ingress().Names(), ingressOrder)
	}
}

// TestKeepAlive: an idle connection to a machine that has gone is probed, and
// ends one interval after the last probe. The peer's last segment was its part
// of the handshake. A new owner that resets ends it with the first probe.
func TestKeepAlive(t *testing.T) {
	k := host.KeepAlive{Idle: 10 * time.Second, Interval: 3 * time.Second, Count: 4}
	for _, c := range []struct {
		drop   bool
		after  time.Duration
		probes int
		want   error
	}{
		{true, 10*time.Second + 4*3*time.Second, 4, host.ErrTimeout},
		{false, 10*time.Second + resetTime, 1, host.ErrReset},
	} {
		var since time.Duration
		l, client, _, conn := takeOver(t, c.drop, func(conn *host.Conn) { conn.SetKeepAlive(k) })
		since = l.Loop.Now()
		tap := l.Tap()
		at, why := ends(l, client, conn)
		l.Pass(time.Minute)
		if !errors.Is(why(), c.want) {
			t.Errorf("drop %v: read: got %v, want %v", c.drop, why(), c.want)
		}
		within(t, "from the last segment to the end", at()-since, c.after, c.after)
		if n := len(tap.SentBy("h1", 0, segment(0))); n != c.probes {
			t.Errorf("drop %v: got %d probes, want %d", c.drop, n, c.probes)
		}
	}
}

// TestUserTimeoutEndsProbes: a probe in vain for longer than the user timeout
// ends the connection when the next probe is due.
func TestUserTimeoutEndsProbes(t *testing.T) {
	l, client, _, conn := takeOver(t, true, func(conn *host.Conn) {
		conn.SetKeepAlive(host.KeepAlive{Idle: 10 * time.Second, Interval: 3 * time.Second, Count: 100})
		conn.SetUserTimeout(15 * time.Second)
	})
	since := l.Loop.Now()
	at, why := ends(l, client, conn)
	l.Pass(time.Minute)
	if !errors.Is(why(), host.ErrTimeout) {
		t.Errorf("read: got %v, want %v", why(), host.ErrTimeout)
	}
	within(t, "from the last segment to the end", at()-since, 16*time.Second, 16*time.Second)
}
