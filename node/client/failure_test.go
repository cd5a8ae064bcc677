package client

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/backend"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

const second = time.Second

// once is a client that makes one request.
func once(change func(*topology.Client)) topology.Client {
	// The first request is due within a second of the start, the next one after
	// that.
	cfg := topology.Client{Rate: 1, Stop: 999 * time.Millisecond, Connect: second, Timeout: second}
	if change != nil {
		change(&cfg)
	}
	return cfg
}

const head = "HTTP/1.1 200 OK\r\nX-Cablepull-Request: 1\r\nContent-Length: 100\r\n\r\n"

// failures lists every way in which a request can fail, and two that only look
// like a failure.
var failures = []struct {
	name   string
	setup  func(*lab)
	target string
	story  string
}{
	{"refused", func(*lab) {}, "", `
		open 1
		closed 1 by refused after 0
		failed 1 on 1: refused`},
	{"unreachable", func(*lab) {}, "http://192.0.2.99/", `
		open 1
		closed 1 by unreachable after 0
		failed 1 on 1: unreachable`},
	{"no route", func(*lab) {}, "http://198.51.100.1/", `
		open 1
		closed 1 by unreachable after 0
		failed 1 on 1: unreachable`},
	{"silent machine", func(l *lab) { l.serve(topology.Backend{}); l.server.Freeze(false) }, "", `
		open 1
		closed 1 by timeout after 0
		failed 1 on 1: timeout`},
	{"reset on accept", func(l *lab) { l.serve(topology.Backend{Allow: addrs("192.0.2.7")}) }, "", `
		open 1
		established 1
		sent 1.1 on 1
		closed 1 by reset after 0
		failed 1 on 1: reset`},
	{"reset after the request", func(l *lab) { l.serve(topology.Backend{}); l.set(0, backend.Mode{Kind: backend.ModeReset}) }, "", `
		open 1
		established 1
		sent 1.1 on 1
		closed 1 by reset after 0
		failed 1 on 1: reset`},
	{"hang", func(l *lab) { l.serve(topology.Backend{}); l.set(0, backend.Mode{Kind: backend.ModeHang}) }, "", `
		open 1
		established 1
		sent 1.1 on 1
		closed 1 by timeout after 0
		failed 1 on 1: timeout`},
	{"half an answer", func(l *lab) { l.script(says(head + "00000000000000000001")) }, "", `
		open 1
		established 1
		sent 1.1 on 1
		closed 1 by timeout after 0
		failed 1 on 1: timeout`},
	{"closed without answer", func(l *lab) { l.script(func(*sim.Proc, *host.Conn) {}) }, "", `
		open 1
		established 1
		sent 1.1 on 1
		closed 1 by server after 0
		failed 1 on 1: closed`},
	{"closed in the answer", func(l *lab) { l.script(func(_ *sim.Proc, c *host.Conn) { c.Write([]byte(head)) }) }, "", `
		open 1
		established 1
		sent 1.1 on 1
		closed 1 by server after 0
		failed 1 on 1: closed`},
	{"status", func(l *lab) { l.serve(topology.Backend{Status: 503}) }, "", `
		open 1
		established 1
		sent 1.1 on 1
		closed 1 by client after 1
		failed 1 on 1: status-503`},
	{"another's answer", func(l *lab) {
		l.script(says("HTTP/1.1 200 OK\r\nX-Cablepull-Request: 9\r\nContent-Length: 0\r\n\r\n"))
	}, "", `
		open 1
		established 1
		sent 1.1 on 1
		mismatch 1 on 1: for request 9, want 1
		closed 1 by client after 0
		failed 1 on 1: mismatched`},
	{"wrong bytes", func(l *lab) { l.script(says(head + "00000000000000000002")) }, "", `
		open 1
		established 1
		sent 1.1 on 1
		mismatch 1 on 1: body: wrong bytes after offset 0
		closed 1 by client after 0
		failed 1 on 1: mismatched`},
	{"not found is an answer", func(l *lab) { l.serve(topology.Backend{Status: 404}) }, "", `
		open 1
		established 1
		sent 1.1 on 1
		answered 1 on 1 by web: 404
		closed 1 by client after 1`},
}

// TestFailureKinds makes one request fail in every possible way. It compares
// all events: nothing else may have happened.
func TestFailureKinds(t *testing.T) {
	for _, c := range failures {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t)
			c.setup(l)
			l.ask(once(func(cfg *topology.Client) {
				cfg.Target = c.target
				if c.name == "unreachable" { // ARP gives up after three seconds
					cfg.Connect = 10 * second
				}
			}))
			l.Run(20 * second)
			l.wantStory(c.story)
		})
	}
}

// TestTimeoutsAreExact: each timeout counts from its own start, and a failure
// states the time since the request was due.
func TestTimeoutsAreExact(t *testing.T) {
	l := newLab(t)
	l.serve(topology.Backend{})
	l.set(0, backend.Mode{Kind: backend.ModeHang})
	l.ask(once(func(c *topology.Client) { c.Timeout = 3 * second }))
	l.Run(20 * second)
	sentAt, _ := hosttest.Bodies[sent](l.Lab, "")
	failedAt, failures := hosttest.Bodies[failed](l.Lab, "")
	if len(sentAt) != 1 || len(failures) != 1 {
		t.Fatalf("%d sent, %d failed, want one of each", len(sentAt), len(failures))
	}
	if got := failedAt[0] - sentAt[0]; got != 3*second {
		t.Errorf("from request to timeout: %v, want 3s", got)
	}
	if a := failures[0].After; a <= 3*second || a > 3*second+2*time.Millisecond {
		t.Errorf("since due: %v, want 3s and the handshake", a)
	}
}

// TestRetries: a failed request keeps its number and is retried at once, on
// another connection if the first has ended, as often as allowed.
func TestRetries(t *testing.T) {
	t.Run("cured", func(t *testing.T) {
		l := newLab(t)
		l.serve(topology.Backend{})
		l.set(0, backend.Mode{Kind: backend.ModeHang})
		l.set(1500*time.Millisecond, backend.Mode{Kind: backend.ModeOK})
		l.ask(once(func(c *topology.Client) { c.Retries = 3 }))
		l.Run(20 * second)
		l.wantStory(`
			open 1
			established 1
			sent 1.1 on 1
			closed 1 by timeout after 0
			failed 1 on 1: timeout, again
			open 2
			established 2
			sent 1.2 on 2
			answered 1 on 2 by web: 200
			closed 2 by client after 1`)
	})
	t.Run("exhausted", func(t *testing.T) {
		l := newLab(t)
		l.serve(topology.Backend{Status: 500})
		l.ask(once(func(c *topology.Client) { c.Retries = 1; c.Mode = topology.ModeKeepAlive }))
		l.Run(20 * second)
		l.wantStory(`
			open 1
			established 1
			sent 1.1 on 1
			failed 1 on 1: status-500, again
			sent 1.2 on 1
			failed 1 on 1: status-500`)
	})
	t.Run("refused", func(t *testing.T) {
		l := newLab(t)
		l.ask(once(func(c *topology.Client) { c.Retries = 2 }))
		l.Run(20 * second)
		l.wantStory(`
			open 1
			closed 1 by refused after 0
			failed 1 on 1: refused, again
			open 2
			closed 2 by refused after 0
			failed 1 on 2: refused, again
			open 3
			closed 3 by refused after 0
			failed 1 on 3: refused`)
	})
}
