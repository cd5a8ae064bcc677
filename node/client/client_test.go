package client

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/backend"
	"github.com/cablepull/cablepull/node/gateway"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

const millisecond = time.Millisecond

// TestModeNew opens a connection per request, and a slow answer delays no other
// request.
func TestModeNew(t *testing.T) {
	l := newLab(t)
	l.serve(topology.Backend{Latency: 250 * millisecond})
	l.ask(topology.Client{Rate: 10, Stop: 2 * second})
	l.Run(10 * second)
	sentAt, requests := hosttest.Bodies[sent](l.Lab, "")
	_, connections := hosttest.Bodies[opened](l.Lab, "")
	_, closed := hosttest.Bodies[ended](l.Lab, "")
	_, answers := hosttest.Bodies[answered](l.Lab, "")
	if len(requests) != 20 || len(connections) != 20 || len(closed) != 20 || len(answers) != 20 {
		t.Fatalf("%d requests, %d connections, %d closed, %d answers, want 20 of each", len(requests), len(connections), len(closed), len(answers))
	}
	for i, at := range sentAt[1:] {
		if gap := at - sentAt[i]; gap < 99*millisecond || gap > 101*millisecond {
			t.Errorf("between requests %d and %d: %v, want 100ms", i, i+1, gap)
		}
	}
	for i, a := range answers {
		if a.Latency < 250*millisecond || a.Latency > 252*millisecond {
			t.Errorf("answer %d: latency %v, want 250ms and the handshake", i, a.Latency)
		}
		if closed[i].How != byClient || closed[i].Answered != 1 {
			t.Errorf("connection %d: %+v, want one answer and closed by the client", i, closed[i])
		}
	}
}

// TestModeKeepAlive opens connections only as far as requests overlap, up to
// the limit, and uses them in turn.
func TestModeKeepAlive(t *testing.T) {
	for _, c := range []struct {
		name        string
		latency     time.Duration
		limit       int
		connections int
		waits       time.Duration // latency of the last answer beyond the back end's
	}{
		{"no overlap", 0, 5, 1, 0},
		{"overlap", 250 * millisecond, 5, 3, 0},
		{"at the limit", 199 * millisecond, 2, 2, 0},
		// Two connections carry 8 of 10 requests a second: after 20 requests in 2 s, 4
		// are queued, half a second.
		{"beyond the limit", 250 * millisecond, 2, 2, 500 * millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t)
			l.serve(topology.Backend{Latency: c.latency})
			l.ask(topology.Client{Rate: 10, Stop: 2 * second, Mode: topology.ModeKeepAlive, Connections: c.limit})
			l.Run(10 * second)
			_, connections := hosttest.Bodies[opened](l.Lab, "")
			_, answers := hosttest.Bodies[answered](l.Lab, "")
			_, closed := hosttest.Bodies[ended](l.Lab, "")
			if len(connections) != c.connections || len(closed) != 0 || len(answers) != 20 {
				t.Fatalf("%d connections, %d closed, %d answers, want %d, 0, 20", len(connections), len(closed), len(answers), c.connections)
			}
			if got := answers[19].Latency - c.latency; got < c.waits-60*millisecond || got > c.waits+60*millisecond {
				t.Errorf("the last request waited %v, want about %v", got, c.waits)
			}
			for i, a := range answers[c.connections:] {
				if want := answers[i].Conn; a.Conn != want {
					t.Errorf("answer %d came on connection %d, want %d: they take turns", i+c.connections, a.Conn, want)
				}
			}
		})
	}
}

// TestModeLongLived opens all connections at the start; each carries a request
// every connections/rate, and nothing is closed.
func TestModeLongLived(t *testing.T) {
	l := newLab(t)
	l.serve(topology.Backend{})
	l.ask(topology.Client{Rate: 20, Stop: 12 * second, Start: 2 * second, Mode: topology.ModeLongLived, Connections: 50})
	l.Run(20 * second)
	openAt, connections := hosttest.Bodies[opened](l.Lab, "")
	if len(connections) != 50 || openAt[0] != 2*second || openAt[49] != 2*second+49*openingGap {
		t.Fatalf("%d connections from %v to %v, want 50 from 2s, 1ms apart", len(connections), openAt[0], openAt[len(openAt)-1])
	}
	sentAt, requests := hosttest.Bodies[sent](l.Lab, "")
	if len(requests) != 200 {
		t.Fatalf("%d requests, want 200", len(requests))
	}
	last := map[uint64]time.Duration{}
	for i, r := range requests {
		if before, ok := last[r.Conn]; ok && sentAt[i]-before != 2500*millisecond {
			t.Errorf("connection %d: %v between its requests, want 2.5s", r.Conn, sentAt[i]-before)
		}
		last[r.Conn] = sentAt[i]
	}
	if _, closed := hosttest.Bodies[ended](l.Lab, ""); len(last) != 50 || len(closed) != 0 {
		t.Errorf("%d connections used, %d closed, want 50 and 0", len(last), len(closed))
	}
}

// TestLongLivedReopens: after a server crash, each connection is reopened at
// its next turn, and a reset of an idle one is noticed at once.
func TestLongLivedReopens(t *testing.T) {
	l := newLab(t)
	l.serve(topology.Backend{})
	l.ask(topology.Client{Rate: 4, Mode: topology.ModeLongLived, Connections: 4, Timeout: 500 * millisecond, Stop: 10 * second})
	l.At(3*second, func() { l.server.Crash(false) })
	l.At(5*second, func() { l.server.PowerOn(); l.serve(topology.Backend{}) })
	l.Run(12 * second)
	closedAt, closed := hosttest.Bodies[ended](l.Lab, "")
	for i, c := range closed {
		if closedAt[i] < 3*second {
			t.Errorf("closed before the crash: %+v at %v", c, closedAt[i])
		}
	}
	answeredAt, _ := hosttest.Bodies[answered](l.Lab, "")
	var early, late int
	for _, at := range answeredAt {
		switch {
		case at < 3*second:
			early++
		case at < 5*second:
			t.Errorf("an answer at %v from a crashed server", at)
		case at > 8*second:
			late++
		}
	}
	if early < 10 || late < 8 {
		t.Errorf("%d answers before and %d after, want the rate of 4/s", early, late)
	}
	_, failures := hosttest.Bodies[failed](l.Lab, "")
	if len(failures) < 4 {
		t.Errorf("%d failures, want one per connection at least", len(failures))
	}
}

// TestIdleClosed: a server closes its idle connections, and the client sees it
// at that instant, not at its next request.
func TestIdleClosed(t *testing.T) {
	l := newLab(t)
	web := topology.Service{Listen: netip.MustParseAddrPort("192.0.2.50:80")}.WithDefaults()
	g := gateway.New(l.server, topology.Gateway{Services: map[string]topology.Service{"web": web}}, topology.Memory{}.WithDefaults(), nil)
	l.ask(topology.Client{Rate: 0.1, Mode: topology.ModeLongLived, Connections: 2, Stop: 15 * second})
	l.At(5*second, func() {
		if err := errors.Join(g.StopService("web"), g.StartService("web")); err != nil {
			t.Error(err)
		}
	})
	l.Run(9 * second)
	at, closed := hosttest.Bodies[ended](l.Lab, "")
	if len(closed) != 2 || at[0] > 5*second+millisecond || closed[0].How != byServer {
		t.Fatalf("closed: got %+v at %v, want both by the server at 5s", closed, at)
	}
	if _, failures := hosttest.Bodies[failed](l.Lab, ""); len(failures) != 0 {
		t.Errorf("failures: got %+v, want none: no request was in progress", failures)
	}
	if _, connections := hosttest.Bodies[opened](l.Lab, ""); len(connections) != 2 {
		t.Errorf("%d connections opened, want 2: a broken one waits for its turn", len(connections))
	}
	l.Run(20 * second)
	if _, answers := hosttest.Bodies[answered](l.Lab, ""); len(answers) != 2 {
		t.Errorf("%d answers, want 2", len(answers))
	}
	if _, connections := hosttest.Bodies[opened](l.Lab, ""); len(connections) != 3 {
		t.Errorf("%d connections opened, want 3: one had its turn", len(connections))
	}
}

// TestIdleTimeout closes a pooled connection that is not used, and the next
// request opens another.
func TestIdleTimeout(t *testing.T) {
	l := newLab(t)
	l.serve(topology.Backend{})
	l.ask(topology.Client{Rate: 0.25, Mode: topology.ModeKeepAlive, Idle: 3 * second, Stop: 6 * second})
	l.Run(20 * second)
	l.wantStory(`
		open 1
		established 1
		sent 1.1 on 1
		answered 1 on 1 by web: 200
		closed 1 by client after 1
		open 2
		established 2
		sent 2.1 on 2
		answered 2 on 2 by web: 200
		closed 2 by client after 1`)
	answeredAt, _ := hosttest.Bodies[answered](l.Lab, "")
	closedAt, _ := hosttest.Bodies[ended](l.Lab, "")
	for i := range closedAt {
		if got := closedAt[i] - answeredAt[i]; got != 3*second {
			t.Errorf("closed %v after the answer, want 3s", got)
		}
	}
}

// TestUnsolicitedAnswer: bytes on an idle connection are reported as a
// mismatch.
func TestUnsolicitedAnswer(t *testing.T) {
	const one = "HTTP/1.1 200 OK\r\nX-Cablepull-Request: 1\r\nX-Cablepull-Node: web\r\nContent-Length: 0\r\n\r\n"
	l := newLab(t)
	l.script(says(one + one))
	l.ask(once(func(c *topology.Client) { c.Mode = topology.ModeKeepAlive }))
	l.Run(5 * second)
	l.wantStory(`
		open 1
		established 1
		sent 1.1 on 1
		answered 1 on 1 by web: 200
		mismatch 0 on 1: an answer that nobody asked for
		closed 1 by client after 1`)
}

// TestWaitingEnds: requests that find no connection fail after exactly the
// timeout, and are never sent.
func TestWaitingEnds(t *testing.T) {
	l := newLab(t)
	l.serve(topology.Backend{})
	l.set(0, backend.Mode{Kind: backend.ModeHang})
	l.ask(topology.Client{Rate: 10, Mode: topology.ModeKeepAlive, Connections: 1, Timeout: 2 * second, Stop: 4 * second})
	l.Run(20 * second)
	_, requests := hosttest.Bodies[sent](l.Lab, "")
	_, failures := hosttest.Bodies[failed](l.Lab, "")
	if len(failures) != 40 || len(requests) != 3 {
		t.Fatalf("%d failures, %d sent, want 40 and 3: one every 2 s", len(failures), len(requests))
	}
	waited := 0
	for _, f := range failures {
		if f.Failure != host.Timeout || f.Retried {
			t.Errorf("failure: got %+v, want a timeout", f)
		}
		if f.Conn == 0 {
			waited++
			if f.After != 2*second {
				t.Errorf("request %d was given up %v after it was due, want 2s", f.Request, f.After)
			}
		}
	}
	if waited != 37 {
		t.Errorf("%d gave up waiting, want 37", waited)
	}
}

// TestFinish: what is due and has not been sent when the run ends is logged,
// whether it waits for a free connection or for a new one, and nothing else is.
func TestFinish(t *testing.T) {
	t.Run("for a free one", func(t *testing.T) {
		l := newLab(t)
		l.serve(topology.Backend{})
		l.set(250*time.Millisecond, backend.Mode{Kind: backend.ModeHang})
		l.ask(topology.Client{Rate: 10, Mode: topology.ModeKeepAlive, Connections: 1, Timeout: 2 * second, Stop: 600 * time.Millisecond})
		l.Run(second)
		l.asks.Finish()
		l.wantStory(`
			open 1
			established 1
			sent 1.1 on 1
			answered 1 on 1 by web: 200
			sent 2.1 on 1
			answered 2 on 1 by web: 200
			sent 3.1 on 1
			answered 3 on 1 by web: 200
			sent 4.1 on 1
			waiting 5
			waiting 6`)
	})
	t.Run("for a new one", func(t *testing.T) {
		l := newLab(t) // the server refuses the first, and is gone for the others
		l.At(250*time.Millisecond, func() { l.server.Crash(false) })
		l.ask(topology.Client{Rate: 10, Phase: time.Millisecond, Connect: 300 * time.Millisecond, Retries: 1, Stop: 500 * time.Millisecond})
		l.Run(550 * time.Millisecond)
		l.asks.Finish()
		_, waiting := hosttest.Bodies[event.RequestWaiting](l.Lab, "c1")
		_, failures := hosttest.Bodies[failed](l.Lab, "c1")
		if want := []event.RequestWaiting{{Request: 4, Waited: 249 * time.Millisecond}, {Request: 5, Waited: 149 * time.Millisecond}}; !slices.Equal(waiting, want) || len(failures) != 6 {
			t.Errorf("got %v after %v, want %v after two refusals of three requests", waiting, failures, want)
		}
	})
}

// TestRebootOfClient: its connections end silently. After the boot it sends
// requests with new numbers, and does not make up for those it missed.
func TestRebootOfClient(t *testing.T) {
	l := newLab(t)
	l.serve(topology.Backend{})
	cfg := topology.Client{Rate: 10, Mode: topology.ModeLongLived, Connections: 3}
	l.ask(cfg)
	l.At(2*second, func() { l.client.Crash(false) })
	l.At(4*second, func() { l.client.PowerOn(); l.ask(cfg) })
	l.Run(6 * second)
	at, requests := hosttest.Bodies[sent](l.Lab, "")
	if len(requests) < 39 || len(requests) > 41 {
		t.Errorf("%d requests in 4 s of uptime, want 40", len(requests))
	}
	for i, r := range requests {
		if r.Request != uint64(i+1) {
			t.Errorf("request %d has number %d", i+1, r.Request)
		}
		if at[i] > 2*second && at[i] < 4*second {
			t.Errorf("a request at %v from a crashed client", at[i])
		}
	}
	if _, failures := hosttest.Bodies[failed](l.Lab, ""); len(failures) != 0 {
		t.Errorf("failures: %+v", failures)
	}
	if _, closed := hosttest.Bodies[ended](l.Lab, ""); len(closed) != 0 {
		t.Errorf("closed: %+v, want none: a crashed client logs nothing", closed)
	}
}

// TestArrivals: constant instants do not drift, Poisson ones have the rate and
// are the same for the same seed; the phase depends on the name.
func TestArrivals(t *testing.T) {
	constant := arrival{rate: 3, first: second}
	for i := range 3_000_000 {
		at := constant.next()
		if want := second + time.Duration(i/3)*second; i%3 == 0 && at != want {
			t.Fatalf("instant %d: got %v, want %v", i, at, want)
		}
	}
	constant = arrival{rate: 4, first: second}
	constant.skip(1300 * millisecond)
	if at := constant.next(); at != 1500*millisecond {
		t.Errorf("first instant after 1.3s: got %v, want 1.5s", at)
	}
	l := newLab(t)
	take := func() (all []time.Duration) {
		a := arrival{rate: 100, random: l.Loop.Stream("client/c1/arrival")}
		for range 10_000 {
			all = append(all, a.next())
		}
		return all
	}
	instants := take()
	if total := instants[len(instants)-1]; total < 97*second || total > 103*second {
		t.Errorf("10,000 instants at 100/s took %v, want 100s within three deviations", total)
	}
	if !slices.IsSorted(instants) || !slices.Equal(instants, take()) {
		t.Error("Poisson instants are not in order, or not the same twice")
	}
	fixed, _ := New(l.client, topology.Client{Target: "http://192.0.2.50/", Rate: 20, Start: second, Phase: 30 * millisecond}, l.ledger)
	if at := fixed.arrival.next(); at != 1030*millisecond {
		t.Errorf("first instant with a phase of 30ms: got %v, want 1.03s", at)
	}
	one, _ := New(l.client, topology.Client{Target: "http://192.0.2.50/"}, l.ledger)
	two, _ := New(l.server, topology.Client{Target: "http://192.0.2.50/"}, l.ledger)
	if one.arrival.first == two.arrival.first {
		t.Error("two clients send at the same instants")
	}
}

// TestClientRefuses: a client refuses a target of an unsupported kind.
func TestClientRefuses(t *testing.T) {
	l := newLab(t)
	_, err := New(l.client, topology.Client{Target: "gopher://192.0.2.100/"}.WithDefaults(), l.ledger)
	if err == nil || !strings.Contains(err.Error(), "client: c1: target: ") {
		t.Errorf("got %v, want an error that says whose target it is", err)
	}
}

// TestRunsAreEqual: the same seed gives the same events and frames.
func TestRunsAreEqual(t *testing.T) {
	run := func() (string, int) {
		l := newLab(t)
		l.serve(topology.Backend{Latency: 3 * millisecond})
		l.ask(topology.Client{Rate: 200, Arrival: "poisson", Mode: topology.ModeKeepAlive, Connections: 8, Retries: 1, Timeout: second})
		l.set(2*second, backend.Mode{Kind: backend.ModeReset})
		l.set(3*second, backend.Mode{Kind: backend.ModeOK})
		l.At(4*second, func() { l.server.Freeze(false) })
		l.At(6*second, func() { l.server.Thaw() })
		l.Run(10 * second)
		return l.Digest.String(), l.Log.Len()
	}
	digest, events := run()
	again, _ := run()
	if digest != again || events < 5000 {
		t.Errorf("digests %s and %s, %d events; want equal ones of a busy run", digest, again, events)
	}
}
