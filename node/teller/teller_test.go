package teller

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/session"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

const second = time.Second

// lab is a teller with one clerk, and a machine whose program plays the
// service.
type lab struct {
	*hosttest.Lab
	t, api *host.Host
	teller *Teller
	port   *session.Port
	// serve answers a request.
	serve func(p *sim.Proc, x *web.Exchange)
	got   []string // requests
}

func newLab(t testing.TB) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{})}
	l.t, l.api = l.Add("t1", "192.0.2.201/24"), l.Add("api", "192.0.2.11/24")
	l.port = session.Open(l.api, "accounts", session.AnyAddress(80), &web.Server{Node: "api", Go: l.api.Go, Service: l})
	l.serve = func(_ *sim.Proc, x *web.Exchange) { answer(x, 200, "ok\n") }
	return l
}

// start starts the teller.
func (l *lab) start(change func(*topology.Teller)) {
	l.TB.Helper()
	none, one, reads := 0, 1, 0.0
	cfg := topology.Teller{Target: "http://192.0.2.11/accounts", Clerks: 1, Registers: &one, Lists: &none, Reads: &reads, Timeout: 3 * second, Connect: 2 * second}
	if change != nil {
		change(&cfg)
	}
	teller, err := New(l.t, *cfg.Complete(topology.Place{}).(*topology.Teller))
	if err != nil {
		l.TB.Fatal(err)
	}
	l.teller = teller
}

func answer(x *web.Exchange, status int, text string) {
	_ = x.AnswerWith(web.Content{Status: status, Type: "text/plain", Body: text})
}

func (l *lab) Ready(*sim.Proc) {}

func (l *lab) Open(*sim.Proc, web.Conn) web.Session { return l }

func (l *lab) Close() {}

func (l *lab) Serve(p *sim.Proc, x *web.Exchange) {
	if x.TakeBody(1000) != nil {
		return
	}
	text := ""
	if x.Request.Body != nil {
		text = x.Request.Body.Text
	}
	l.got = append(l.got, strings.TrimSpace(x.Request.Method+" "+x.Request.Path+" "+text))
	l.serve(p, x)
}

// done are the operations of the teller.
func (l *lab) done() []event.TellerDone {
	_, all := hosttest.Bodies[event.TellerDone](l.Lab, "t1")
	return all
}

// TestOperations: each clerk writes a value once, reads what is there, and
// begins the next operation when one has ended. In an audit it only reads.
func TestOperations(t *testing.T) {
	l := newLab(t)
	row := ""
	l.serve = func(_ *sim.Proc, x *web.Exchange) {
		switch {
		case x.Request.Body != nil:
			row = x.Request.Body.Text
			answer(x, 200, "ok\n")
		case row == "":
			answer(x, 404, "\n")
		default:
			answer(x, 200, row+"\n")
		}
	}
	half := 0.5
	l.start(func(cfg *topology.Teller) { cfg.Reads, cfg.Start, cfg.Audit = &half, 5*second, 60*second })
	l.Run(100 * second)
	now, values, reads, late := "", map[string]bool{}, 0, 0
	for e, d := range event.Of[event.TellerDone](l.Log.Events()) {
		if d.Began < 5*second || d.Began > e.At || d.Outcome != "ok" || d.Key != "r1" || d.Clerk != 1 || d.Book != "accounts" {
			t.Errorf("%v: got %+v", e.At, d)
		}
		switch d.Verb {
		case read:
			if reads++; d.Value != now {
				t.Errorf("%v: read %q, want %q", e.At, d.Value, now)
			}
		case write:
			if now = d.Value; values[now] || d.Began >= 60*second {
				t.Errorf("%v: got %+v, want another value, and none in the audit", e.At, d)
			}
			values[now] = true
		}
		if d.Began >= 60*second {
			late++
		}
	}
	if n := len(l.done()); n < 60 || reads < 50 || len(values) < 15 || late < 25 || n != len(l.got) {
		t.Errorf("%d operations, %d reads, %d values, %d in the audit, %d requests", n, reads, len(values), late, len(l.got))
	}
}

// TestLists: words are added to a list by another method.
func TestLists(t *testing.T) {
	l := newLab(t)
	none, one := 0, 1
	l.start(func(cfg *topology.Teller) { cfg.Registers, cfg.Lists = &none, &one })
	l.Run(5 * second)
	if d := l.done(); len(d) < 2 || d[0].Verb != appendTo || d[0].Value != "t1-1-1" || d[1].Value != "t1-1-2" || l.got[0] != "POST /accounts/l1 t1-1-1" {
		t.Errorf("got %+v by %q", d, l.got)
	}
}

// TestOutcomes: an operation has failed if nothing was sent, or the service
// says so; whatever else is no success is unknown.
func TestOutcomes(t *testing.T) {
	text := func(status int, body string) func(*sim.Proc, *web.Exchange) {
		return func(_ *sim.Proc, x *web.Exchange) { answer(x, status, body) }
	}
	raw := func(data string) func(*sim.Proc, *web.Exchange) {
		return func(_ *sim.Proc, x *web.Exchange) {
			_ = x.Raw([]byte(data))
			x.Abort()
		}
	}
	for _, c := range []struct {
		name            string
		serve           func(*sim.Proc, *web.Exchange)
		outcome, reason string
	}{
		{"done", text(200, "ok\n"), "ok", ""},
		{"failed", text(500, "failed: deadlock\n"), "failed", "status 500: deadlock"},
		{"unknown", text(504, "unknown: commit\n"), "unknown", "status 504: commit"},
		{"a proxy's page", text(502, "<html>"), "unknown", "status 502"},
		{"not found, of a write", text(404, "\n"), "unknown", "status 404"},
		{"silent", func(p *sim.Proc, _ *web.Exchange) { p.Sleep(1000 * second) }, "unknown", "timeout"},
		{"reset", func(_ *sim.Proc, x *web.Exchange) { x.Abort() }, "unknown", "reset"},
		{"closed", func(*sim.Proc, *web.Exchange) {}, "unknown", "closed"},
		{"half a head", raw("HTTP/1.1 200 OK\r\nContent-Le"), "unknown", "reset"},
		{"half a body", raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"), "unknown", "reset"},
		{"not HTTP", raw("hello\r\n\r\n"), "unknown", "not HTTP"},
	} {
		l := newLab(t)
		l.serve = c.serve
		l.start(nil)
		l.Run(5500 * time.Millisecond)
		d := l.done()
		if len(d) == 0 || d[0].Outcome != c.outcome || d[0].Reason != c.reason || d[0].Verb != write || d[0].Value != "t1-1-1" {
			t.Errorf("%s: got %+v, want %s: %s", c.name, d, c.outcome, c.reason)
		}
		for i, d := range d {
			if want := fmt.Sprint("t1-1-", i+1); d.Value != want {
				t.Errorf("%s: got value %s, want %s: nothing is tried again", c.name, d.Value, want)
			}
		}
	}
}

// TestUnreachable: who cannot connect has sent nothing.
func TestUnreachable(t *testing.T) {
	for name, hurt := range map[string]func(l *lab){ // order: worlds apart
		"refused": func(l *lab) { l.port.StopService("accounts") },
		"timeout": func(l *lab) { l.api.Freeze(false) },
	} {
		l := newLab(t)
		l.At(second/100, func() { hurt(l) })
		l.start(func(cfg *topology.Teller) { cfg.Start = second })
		l.Run(10 * second)
		d := l.done()
		if len(d) == 0 || d[0].Outcome != failed || d[0].Reason != "connect: "+name || len(l.got) > 0 {
			t.Errorf("%s: got %+v and requests %q", name, d, l.got)
		}
	}
}

// TestInsecure: a service that speaks no TLS is none for an https target.
func TestInsecure(t *testing.T) {
	l := newLab(t)
	l.start(func(cfg *topology.Teller) { cfg.Target = "https://192.0.2.11:80/accounts" })
	l.Run(5 * second)
	if d := l.done(); len(d) == 0 || d[0].Outcome != failed || d[0].Reason != "connect: tls" || len(l.got) > 0 {
		t.Errorf("got %+v and requests %q", d, l.got)
	}
	if _, err := New(l.t, *topology.Teller{Target: "x"}.Complete(topology.Place{}).(*topology.Teller)); err == nil {
		t.Error("a target that is none: got no error")
	}
}

// TestFinish: what is under way when the run ends is unknown, and is said once;
// idle clerks say nothing.
func TestFinish(t *testing.T) {
	l := newLab(t)
	l.serve = func(p *sim.Proc, x *web.Exchange) { p.Sleep(2 * second); answer(x, 200, "ok\n") }
	l.start(func(cfg *topology.Teller) { cfg.Clerks, cfg.Start = 3, second })
	l.teller.Finish()
	if n := len(l.done()); n != 0 {
		t.Errorf("%d operations before the first has begun", n)
	}
	l.Run(2600 * time.Millisecond) // each has begun by now, and none has its answer
	l.teller.Finish()
	want := []string{"unknown: the run has ended", "unknown: the run has ended", "unknown: the run has ended"}
	var got []string
	for _, d := range l.done() {
		got = append(got, d.Outcome+": "+d.Reason)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestFinishIdle: clerks that think say nothing when the run ends.
func TestFinishIdle(t *testing.T) {
	l := newLab(t)
	l.start(func(cfg *topology.Teller) { cfg.Clerks, cfg.Think = 5, 10*second })
	l.Run(16 * second)
	n := len(l.done())
	l.teller.Finish()
	if n < 5 || len(l.done()) != n {
		t.Errorf("%d operations, and %d after the end, want no more", n, len(l.done()))
	}
}

// TestReboot: what is under way in a crash is unknown, and the values of the
// next boot are others.
func TestReboot(t *testing.T) {
	l := newLab(t)
	l.serve = func(p *sim.Proc, x *web.Exchange) { p.Sleep(200 * second) }
	l.start(nil)
	l.At(3*second, func() { l.t.Crash(false) })
	l.At(4*second, func() { l.t.PowerOn() })
	l.At(5*second, func() {
		l.serve = func(_ *sim.Proc, x *web.Exchange) { answer(x, 200, "ok\n") }
		l.start(nil)
	})
	l.Run(8 * second)
	d := l.done()
	if len(d) < 2 || d[0].Value != "t1-1-1" || d[0].Outcome != unknown || d[0].Reason != "the machine has crashed" {
		t.Fatalf("got %+v, want an unknown operation at first", d)
	}
	if d[1].Value != "t1-1-1-2" || d[1].Outcome != ok || l.got[0] != "PUT /accounts/r1 t1-1-1" {
		t.Errorf("got %+v by %q, want the values of the second boot", d[1:], l.got)
	}
}
