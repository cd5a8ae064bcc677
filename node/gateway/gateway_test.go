package gateway

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/node/backend"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// TestDefaultService: web answers on port 80 of the virtual IP while the
// appliance holds it.
func TestDefaultService(t *testing.T) {
	l := newLab(t, 0)
	l.start(nil)
	l.At(2*second, l.own)
	l.At(4*second, l.lose)
	l.ask(topology.Client{Rate: 10, Start: 3 * second, Stop: 5 * second, Connect: second, Timeout: second})
	l.Run(10 * second)
	l.wantStates("0s web waiting", "2s web listening", "4s web waiting")
	got := l.outcomes()
	if got["200 by a"] != 10 || len(got) != 2 {
		t.Errorf("outcomes: got %v, want 10 answers by a, and one kind of failure", got)
	}
	if n := hosttest.Count[event.RequestServed](l.Lab, "a"); n != 10 {
		t.Errorf("%d served, want 10", n)
	}
	if n := hosttest.Count[event.ConnAccepted](l.Lab, "a"); n != 10 {
		t.Errorf("%d accepted, want 10", n)
	}
	if n := l.gateway.Connections("web"); n != 0 {
		t.Errorf("%d connections left, want none", n)
	}
}

// TestNoService: an appliance configured without services runs none, and
// refuses connections to the virtual IP.
func TestNoService(t *testing.T) {
	l := newLab(t, 0)
	l.start(map[string]topology.Service{})
	l.At(second, l.own)
	l.ask(topology.Client{Rate: 1, Start: 2 * second, Stop: 3 * second})
	l.Run(5 * second)
	l.wantStates()
	l.wantOutcomes(map[string]int{"refused": 1})
}

// TestForward: the gateway answers for the back end, over one connection, which
// comes from the interface's address.
func TestForward(t *testing.T) {
	l := newLab(t, 0)
	l.own()
	l.backend = backend.New(l.web, topology.Backend{Size: 5000}.WithDefaults())
	l.start(map[string]topology.Service{"shop": forwarding()})
	l.ask(topology.Client{Rate: 10, Mode: "keep-alive", Stop: 2 * second})
	l.Run(5 * second)
	l.wantOutcomes(map[string]int{"200 by a": 20})
	for node, want := range map[string]int{"a": 20, "web": 20, "c1": 0} {
		if n := hosttest.Count[event.RequestServed](l.Lab, node); n != want {
			t.Errorf("%s served %d requests, want %d", node, n, want)
		}
	}
	if n := hosttest.Count[event.ConnAccepted](l.Lab, "web"); n != 1 {
		t.Errorf("the back end has accepted %d connections, want 1 for the one client connection", n)
	}
	for e, c := range event.Of[event.ConnAccepted](l.Log.Events()) {
		if e.Node == "web" && !strings.HasPrefix(c.Client, "192.0.2.11:") {
			t.Errorf("the back end is called by %s, want the interface's address: spec/failover.md F13", c.Client)
		}
	}
}

func forwarding() topology.Service {
	return topology.Service{Forward: topology.ForwardTo(mustAddrPort("192.0.2.50:80"))}
}

// TestForwardFailures: each failure of a back end becomes an answer of the
// gateway; nothing else happens to the client.
func TestForwardFailures(t *testing.T) {
	for _, c := range []struct {
		name  string
		setup func(*lab)
		want  string
	}{
		{"refused", func(*lab) {}, "status-502"},
		{"unreachable", func(l *lab) { l.web.Crash(false) }, "status-502"},
		{"silent", func(l *lab) { l.web.Freeze(false) }, "status-502"},
		{"not on the list", func(l *lab) {
			l.backend = backend.New(l.web, topology.Backend{Allow: addrs("192.0.2.100")}.WithDefaults())
		}, "status-502"},
		{"reset", func(l *lab) { l.serve(backend.Mode{Kind: backend.ModeReset}) }, "status-502"},
		{"hang", func(l *lab) { l.serve(backend.Mode{Kind: backend.ModeHang}) }, "status-504"},
		{"its own status", func(l *lab) { l.serve(backend.Mode{Kind: backend.ModeStatus, Status: 503}) }, "status-503"},
		{"slow", func(l *lab) { l.serve(backend.Mode{Kind: backend.ModeLatency, Latency: 5 * second}) }, "200 by a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t, 0)
			l.own()
			c.setup(l)
			l.start(map[string]topology.Service{"shop": forwarding()})
			l.ask(topology.Client{Rate: 1, Stop: second, Timeout: 100 * second, Mode: "keep-alive"})
			l.Run(200 * second)
			l.wantOutcomes(map[string]int{c.want: 1})
			if n := hosttest.Count[event.ConnClosed](l.Lab, "c1"); n != 0 {
				t.Errorf("%d client connections closed, want none", n)
			}
		})
	}
}

func (l *lab) serve(m backend.Mode) {
	l.backend = backend.New(l.web, topology.Backend{}.WithDefaults())
	if err := l.backend.Set(m); err != nil {
		l.TB.Error(err)
	}
}

// TestStaleUpstream: if a back end was restarted while a connection was idle,
// the client does not notice: the gateway repeats the request on a new one.
func TestStaleUpstream(t *testing.T) {
	l := newLab(t, 0)
	l.own()
	l.serve(backend.Mode{Kind: backend.ModeOK})
	l.start(map[string]topology.Service{"shop": forwarding()})
	l.ask(topology.Client{Rate: 0.5, Mode: "long-lived", Stop: 4 * second})
	l.At(2*second, func() {
		l.web.Crash(false)
		l.web.PowerOn()
		l.serve(backend.Mode{Kind: backend.ModeOK})
	})
	l.Run(10 * second)
	l.wantOutcomes(map[string]int{"200 by a": 2})
	if n := hosttest.Count[event.ConnAccepted](l.Lab, "web"); n != 2 {
		t.Errorf("the back end accepted %d connections, want 2", n)
	}
}

// TestAlmostDead: with the service class hogged the kernel completes handshakes
// until the backlog is full; nothing is accepted or answered. After the hog,
// what waits is served: spec/failover.md F7.
func TestAlmostDead(t *testing.T) {
	l := newLab(t, 0)
	l.own()
	l.start(map[string]topology.Service{"web": {Backlog: 5}})
	l.ask(topology.Client{Rate: 10, Stop: 3 * second, Connect: 20 * second, Timeout: 20 * second})
	l.At(second, func() { l.a.Hog(host.Service, 1) })
	l.Run(second)
	before := hosttest.Count[event.ConnEstablished](l.Lab, "c1")
	l.Run(3 * second)
	if n := hosttest.Count[event.ConnEstablished](l.Lab, "c1") - before; n < 5 || n > 8 {
		t.Errorf("%d handshakes completed behind a backlog of 5, want a few more than that", n)
	}
	if a, s := hosttest.Count[event.ConnAccepted](l.Lab, "a"), hosttest.Count[event.RequestServed](l.Lab, "a"); a != 10 || s != 10 {
		t.Errorf("hogged for 2 s after 10 requests: %d accepted, %d served, want 10 of each", a, s)
	}
	l.a.Hog(host.Service, 0)
	l.Run(60 * second)
	l.wantOutcomes(map[string]int{"200 by a": 30})
}

// TestStoppedWhileAlmostDead: a connection that was accepted just before a hog,
// and still waits when the service is stopped, is reset once the hog ends: a
// stopped service serves nobody.
func TestStoppedWhileAlmostDead(t *testing.T) {
	l := newLab(t, 0)
	l.own()
	l.start(nil)
	l.At(second, func() { l.a.Hog(host.Service, 1) })
	l.ask(topology.Client{Rate: 10, Start: 1500 * millisecond, Stop: 1600 * millisecond, Connect: 20 * second, Timeout: 20 * second})
	l.At(2*second, func() {
		if err := l.gateway.StopService("web"); err != nil {
			t.Error(err)
		}
	})
	l.At(3*second, func() { l.a.Hog(host.Service, 0) })
	l.Run(30 * second)
	l.wantOutcomes(map[string]int{"reset": 1})
	if n := hosttest.Count[event.ConnEstablished](l.Lab, "c1"); n != 1 {
		t.Errorf("%d connections, want one", n)
	}
	if a, s := hosttest.Count[event.ConnAccepted](l.Lab, "a"), hosttest.Count[event.RequestServed](l.Lab, "a"); a != 0 || s != 0 {
		t.Errorf("the stopped service accepted %d connections and served %d requests, want none", a, s)
	}
	if used := l.a.Memory().Used(); used != 0 {
		t.Errorf("%d bytes are held by nobody", used)
	}
}

// TestWorkTakesTime: a request costs CPU time, and the cores share the work.
func TestWorkTakesTime(t *testing.T) {
	l := newLab(t, 0)
	l.own()
	l.start(map[string]topology.Service{"web": {Work: 300 * millisecond}})
	l.ask(topology.Client{Rate: 4, Stop: 3 * second, Timeout: 30 * second})
	l.Run(20 * second)
	l.wantOutcomes(map[string]int{"200 by a": 12})
	for _, a := range event.Of[event.RequestAnswered](l.Log.Events()) {
		if a.Latency < 300*millisecond || a.Latency > 400*millisecond {
			t.Errorf("request %d took %v, want little more than 300ms", a.Request, a.Latency)
		}
	}
}

// TestMemory: without memory a connection is reset and a request is answered
// 503; all memory is given back.
func TestMemory(t *testing.T) {
	t.Run("connections", func(t *testing.T) {
		l := newLab(t, 3*holds.Connection+holds.Request)
		l.own()
		l.start(nil)
		l.ask(topology.Client{Rate: 1, Mode: "long-lived", Connections: 10, Start: second, Stop: 4 * second})
		l.Run(2*second - 100*millisecond)
		if n := l.gateway.Connections("web"); n != 3+int(holds.Request/holds.Connection) {
			t.Errorf("%d connections, want as many as memory holds", n)
		}
		l.Run(3 * second)
		l.c1.Crash(false)
		l.Run(4 * second)
		l.gateway.services[0].server.Drain()
		l.Run(5 * second)
		if used := l.a.Memory().Used(); used != 0 {
			t.Errorf("%d bytes are held by nobody", used)
		}
	})
	t.Run("requests", func(t *testing.T) {
		l := newLab(t, 2*holds.Connection+holds.Request)
		l.own()
		l.start(map[string]topology.Service{"web": {Work: 400 * millisecond}})
		l.ask(topology.Client{Rate: 4, Mode: "long-lived", Connections: 2, Start: second, Stop: 3 * second})
		l.Run(10 * second)
		l.wantOutcomes(map[string]int{"200 by a": 4, "status-503": 4})
		if used := l.a.Memory().Used(); used != 2*holds.Connection {
			t.Errorf("%d bytes held, want those of two connections", used)
		}
	})
}

// TestServing: a service that listens works, and so does one that waits for its
// address; one that is stopped or has failed does not.
func TestServing(t *testing.T) {
	l := newLab(t, 0)
	l.start(map[string]topology.Service{"web": {}, "eager": {Listen: netip.MustParseAddrPort("192.0.2.100:81"), Bind: topology.BindFail}})
	want := func(name, state string) {
		t.Helper()
		got := ""
		if err := l.gateway.Serving(name); err != nil {
			got = err.Error()
		}
		if got != state {
			t.Errorf("at %v: %s: got %q, want %q", l.Loop.Now(), name, got, state)
		}
	}
	l.Run(second)
	want("web", "") // the virtual IP is not here
	want("eager", "failed")
	l.own()
	l.Run(2 * second)
	want("web", "")
	if err := l.gateway.StopService("web"); err != nil {
		t.Fatal(err)
	}
	want("web", "stopped")
	if err := l.gateway.StartService("eager"); err != nil {
		t.Fatal(err)
	}
	l.Run(3 * second)
	want("eager", "")
	if err := l.gateway.Serving("wbe"); err == nil {
		t.Error("a service that there is not: got none, want an error")
	}
	if l.gateway.GroupUp("app") {
		t.Error("a group that there is not is up")
	}
}
