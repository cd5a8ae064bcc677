package proxy

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/backend"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// once is a client that asks once, at 1 s.
var once = topology.Client{Rate: 1, Start: second, Phase: millisecond, Stop: 1500 * millisecond, Timeout: 100 * second}

func (l *lab) hang(member int) {
	l.TB.Helper()
	if err := l.members[member].Set(backend.Mode{Kind: backend.ModeHang}); err != nil {
		l.TB.Fatal(err)
	}
}

// stop stops a server, once it has started.
func (l *lab) stop(member int) {
	l.At(100*millisecond, func() { l.members[member].StopService(topology.BackendService) })
}

// TestAnswer: the answer is the server's, with its name.
func TestAnswer(t *testing.T) {
	l := newLab(t, topology.Proxy{})
	l.ask(once)
	l.Run(5 * second)
	l.wantStory("1s 200 by m1")
	if n := hosttest.Count[event.RequestServed](l.Lab, "lb"); n != 1 {
		t.Errorf("the proxy has served %d, want 1", n)
	}
}

// TestHungServer (spec/failover.md §7.1): a GET waits for the read timeout and
// is passed on, a POST ends with 504.
func TestHungServer(t *testing.T) {
	for method, want := range map[string][]string{
		"GET":  {"4s m1 fails to answer: timeout", "4s 1: m1 down timeout", "4s 200 by m2"},
		"POST": {"4s m1 fails to answer: timeout", "4s 1: m1 down timeout", "4s refused 504", "4s status-504"},
	} {
		l := newLab(t, topology.Proxy{Read: 3 * second})
		l.hang(0)
		ask := once
		ask.Method = method
		l.ask(ask)
		l.Run(20 * second)
		l.wantStory(want...)
	}
}

// TestClientGone: a client that gives up ends its request at once, and marks
// nobody. The connection to the server ends with it.
func TestClientGone(t *testing.T) {
	l := newLab(t, topology.Proxy{})
	l.hang(0)
	ask := once
	ask.Timeout = 2 * second
	l.ask(ask)
	l.Run(5 * second)
	l.wantStory("3s timeout", "3s refused 499")
	if s := l.proxy.workers[0].pools[0]; s.servers == nil || l.proxy.listeners[0].server.Len() != 0 {
		t.Errorf("%d connections of clients are left, want none", l.proxy.listeners[0].server.Len())
	}
	// What the server sends now reaches nobody.
	if err := l.members[0].Set(backend.Mode{Kind: backend.ModeOK}); err != nil {
		t.Fatal(err)
	}
	l.Run(20 * second)
	l.wantStory("3s timeout", "3s refused 499")
}

// TestClientGoneWhileConnecting: that is noticed when the connection fails, and
// marks nobody either.
func TestClientGoneWhileConnecting(t *testing.T) {
	l := newLab(t, topology.Proxy{Connect: 3 * second})
	ask := once
	ask.Timeout = second
	l.At(500*millisecond, func() { l.machines[0].Crash(false) })
	l.ask(ask)
	l.Run(20 * second)
	// ARP fails after 3 s as well.
	l.wantStory("2s timeout", "4s refused 499")
}

// TestWorkers: each learns by itself. Connections go to them in turn.
func TestWorkers(t *testing.T) {
	l := newLab(t, topology.Proxy{Workers: 2})
	l.stop(0)
	l.ask(topology.Client{Rate: 10, Start: second, Phase: millisecond, Stop: 1350 * millisecond})
	l.Run(5 * second)
	l.wantStory(
		"1s m1 fails to connect: error", "1s 1: m1 down error", "1s 200 by m2",
		"1.1s m1 fails to connect: error", "1.1s 2: m1 down error", "1.1s 200 by m2",
		"1.2s 200 by m2", "1.3s 200 by m2",
	)
}

// TestWallClock: the phase of the wall clock decides how long a server is left
// alone. m1 is marked at 1 s, as a second begins, and is tried in the second
// after the next 10, 11 s later. If the clock is 200 ms behind, a second is
// just ending, and it takes 10.2 s.
func TestWallClock(t *testing.T) {
	for skew, want := range map[time.Duration]string{0: "12s 1: m1 trying", -200 * millisecond: "11.2s 1: m1 trying"} {
		l := newLab(t, topology.Proxy{})
		l.lb.Skew(skew)
		l.stop(0)
		l.At(2*second, func() { l.members[0].StartService(topology.BackendService) })
		l.ask(topology.Client{Rate: 10, Start: second, Phase: millisecond, Stop: 15 * second})
		l.Run(20 * second)
		got := strings.Join(l.story(), ", ")
		if !strings.Contains(got, want) || strings.Count(got, "trying") != 1 {
			t.Errorf("the clock is %v ahead: got %s, want %s and no other", skew, got, want)
		}
	}
}

// TestKeepAlive: connections are kept, across servers, as many as the
// configuration says. Without keepalive, none is.
func TestKeepAlive(t *testing.T) {
	for _, c := range []struct{ keep, accepted int }{{0, 20}, {1, 1}, {2, 1}} {
		l := newLab(t, topology.Proxy{Upstream: topology.Upstream{KeepAlive: c.keep}})
		l.ask(topology.Client{Rate: 10, Start: second, Stop: 3 * second})
		l.Run(5 * second)
		if n := hosttest.Count[event.ConnAccepted](l.Lab, "m1"); n != c.accepted {
			t.Errorf("keepalive %d: m1 accepted %d, want %d", c.keep, n, c.accepted)
		}
	}
}

// TestKeptConnections: one too many ends the one that was unused for longest,
// of whatever server.
func TestKeptConnections(t *testing.T) {
	both := []topology.UpstreamServer{
		{Address: netip.MustParseAddrPort("192.0.2.21:80"), Name: "m1"}, {Address: netip.MustParseAddrPort("192.0.2.22:80"), Name: "m2"},
	}
	for keep, want := range map[int]int{1: 10, 2: 1} {
		l := newLab(t, topology.Proxy{Upstream: topology.Upstream{Servers: both, KeepAlive: keep}})
		l.ask(topology.Client{Rate: 10, Start: second, Stop: 3 * second})
		l.Run(5 * second)
		for _, name := range []string{"m1", "m2"} {
			if n := hosttest.Count[event.ConnAccepted](l.Lab, name); n != want {
				t.Errorf("keepalive %d: %s accepted %d, want %d", keep, name, n, want)
			}
		}
	}
}

// TestKeptConnectionReset: a connection that was kept and breaks on use counts
// as a failure of the server, but not as a try.
func TestKeptConnectionReset(t *testing.T) {
	l := newLab(t, topology.Proxy{NextTries: 1, Upstream: topology.Upstream{KeepAlive: 1}})
	l.ask(topology.Client{Rate: 1, Start: second, Phase: millisecond, Stop: 2500 * millisecond})
	l.At(1500*millisecond, func() { l.members[0].Set(backend.Mode{Kind: backend.ModeReset}) })
	l.Run(5 * second)
	l.wantStory("1s 200 by m1", "2s m1 fails to answer: error", "2s 1: m1 down error", "2s 200 by m2")
}

// TestNotHTTP: what is not HTTP is invalid_header, and the first request is
// passed on only if that is listed.
func TestNotHTTP(t *testing.T) {
	for _, c := range []struct {
		next []string
		want []string
	}{
		{nil, []string{"1s m1 fails to answer: invalid_header", "1s 1: m1 down invalid_header", "1s refused 502", "1s status-502"}},
		{[]string{"invalid_header"}, []string{"1s m1 fails to answer: invalid_header", "1s 1: m1 down invalid_header", "1s 200 by m2"}},
	} {
		l := newLab(t, topology.Proxy{Next: c.next})
		l.instead("SSH-2.0-server\r\n\r\n")
		l.ask(once)
		l.Run(5 * second)
		l.wantStory(c.want...)
	}
}

// TestBreaksOff: after the head of an answer nothing can be repeated, and the
// server is not marked.
func TestBreaksOff(t *testing.T) {
	l := newLab(t, topology.Proxy{})
	l.instead("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nten bytes.")
	l.ask(once)
	l.Run(5 * second)
	l.wantStory("1s closed")
}

// instead replaces m1 by a server that says the same to every connection.
func (l *lab) instead(says string) {
	l.TB.Helper()
	l.stop(0)
	m1 := l.machines[0]
	m1.Go("server", func(p *sim.Proc) {
		p.Sleep(500 * millisecond)
		listener, err := m1.Listen(netip.MustParseAddrPort("0.0.0.0:80"), 10)
		if err != nil {
			l.Loop.Fail(err)
			return
		}
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			c.(*host.Conn).AwaitRead()
			c.Write([]byte(says))
			c.Close()
		}
	})
}

// TestSwitch: a stopped proxy refuses connections, and keeps what it knows.
func TestSwitch(t *testing.T) {
	l := newLab(t, topology.Proxy{})
	l.stop(0)
	l.ask(topology.Client{Rate: 1, Start: second, Phase: millisecond, Stop: 4 * second})
	for _, err := range []error{l.proxy.StopService("web"), l.proxy.StartService("web")} {
		if err == nil {
			t.Error("an unknown service: got no error")
		}
	}
	l.At(1500*millisecond, func() { l.proxy.StopService(topology.ProxyService) })
	l.At(2500*millisecond, func() { l.proxy.StartService(topology.ProxyService) })
	l.Run(10 * second)
	l.wantStory("1s m1 fails to connect: error", "1s 1: m1 down error", "1s 200 by m2", "2s refused", "3s 200 by m2")
}

// TestCrash: a proxy that crashes while requests are under way leaves nothing
// behind.
func TestCrash(t *testing.T) {
	l := newLab(t, topology.Proxy{})
	l.hang(0)
	l.ask(once)
	l.At(2*second, func() { l.lb.Crash(false) })
	l.Run(5 * second)
	l.wantStory()
}
