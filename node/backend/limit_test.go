package backend

import (
	"fmt"
	"slices"
	"testing"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// TestPaths: pages of their own, with or without a query, and what the modes
// leave of them. A static page answers while the real path is broken:
// spec/failover.md F9.
func TestPaths(t *testing.T) {
	cfg := topology.Backend{
		Body: "rest",
		Paths: map[string]topology.Page{
			"/static": {Body: "UP", Static: true},
			"/gone":   {Status: 404},
			"/soap":   {Body: "<up/>", ContentType: "text/xml"},
		},
	}
	token := func(word string) topology.Check { return topology.Check{By: topology.CheckHTTPToken, Token: word} }
	gone := topology.Check{By: topology.CheckHTTPStatus, Status: 404}
	soap := topology.Check{By: topology.CheckSOAP}
	for _, c := range []struct {
		path string
		cfg  topology.Check
		mode string
		want string
	}{
		{"/", token("rest"), ModeOK, "healthy"},
		{"/other", token("rest"), ModeOK, "healthy"},
		{"/static", token("UP"), ModeOK, "healthy"},
		{"/static?a=b", token("UP"), ModeOK, "healthy"},
		{"/static/more", token("rest"), ModeOK, "healthy"},
		{"/gone", gone, ModeOK, "healthy"},
		{"/soap", soap, ModeOK, "healthy"},
		{"/", token("rest"), ModeHang, "timeout 1s"},
		{"/soap", soap, ModeHang, "timeout 1s"},
		{"/static", token("UP"), ModeHang, "healthy"},
		{"/static", token("UP"), ModeStatus, "healthy"},
		{"/static", token("UP"), ModeLatency, "healthy"},
		{"/static", token("UP"), ModeReset, "healthy"},
		{"/static", token("UP"), ModeHTML, "healthy"},
		{"/static", token("UP"), ModeResetOnAccept, "reset"}, // the connection is no page
		{"/gone", gone, ModeStatus, "status 500"},
	} {
		l := newLab(t)
		l.serve(cfg)
		l.set(0, Mode{Kind: c.mode, Status: 500, Latency: 2 * second})
		l.Run(second)
		if got := l.check(c.cfg, "http://192.0.2.50"+c.path); got != c.want {
			t.Errorf("%s, mode %s: got %s, want %s", c.path, c.mode, got, c.want)
		}
	}
}

// occupy runs a program that asks for a path on a connection of its own, and
// keeps the connection open.
func (l *lab) occupy(path string) {
	l.client.Go("occupant", func(p *sim.Proc) {
		c, err := l.client.Dial(l.target(), 5*second)
		if err != nil {
			return // the backlog is full
		}
		fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path)
		p.Sleep(3600 * second)
	})
}

// TestWorkers: while every worker hangs, other requests wait, also those for
// static pages, and get their turn in order when the hang ends.
func TestWorkers(t *testing.T) {
	l := newLab(t)
	l.serve(topology.Backend{Workers: 2, Paths: map[string]topology.Page{"/static": {Body: "UP", Static: true}}})
	l.set(0, Mode{Kind: ModeHang})
	static := topology.Check{By: topology.CheckHTTPToken, Token: "UP"}
	l.At(second, func() { l.occupy("/") })
	l.Run(2 * second)
	if got := l.check(static, "http://192.0.2.50/static"); got != "healthy" {
		t.Errorf("with one worker left: got %s", got)
	}
	l.occupy("/")
	l.Run(l.Loop.Now() + second)
	if got := l.check(static, "http://192.0.2.50/static"); got != "timeout 1s" {
		t.Errorf("with no worker left: got %s, want a timeout", got)
	}
	l.set(l.Loop.Now()+second, Mode{Kind: ModeOK})
	l.Run(l.Loop.Now() + 2*second)
	if got := l.check(static, "http://192.0.2.50/static"); got != "healthy" {
		t.Errorf("after the hang: got %s", got)
	}
}

// TestWorkersTakeTurns: with one worker, requests are answered one after
// another, in the order in which they came.
func TestWorkersTakeTurns(t *testing.T) {
	l := newLab(t)
	l.serve(topology.Backend{Workers: 1, Latency: 500 * millisecond})
	l.ask(l.client, topology.Client{Rate: 10, Stop: 999 * millisecond, Timeout: 30 * second})
	l.Run(30 * second)
	at, answers := hosttest.Bodies[answered](l.Lab, "")
	if len(answers) != 10 {
		t.Fatalf("got %d answers, want 10", len(answers))
	}
	for i, a := range answers {
		if a.Request != uint64(i+1) {
			t.Errorf("answer %d is that of request %d", i+1, a.Request)
		}
		if i > 0 && (at[i]-at[i-1]).Round(10*millisecond) != 500*millisecond {
			t.Errorf("answer %d came %v after the one before, want 500ms", i+1, at[i]-at[i-1])
		}
	}
}

// TestConnectionLimit: connections above the limit wait in the backlog, where
// the kernel has accepted them: TCP checks see nothing, others a timeout. As
// soon as a connection ends, the next one is accepted.
func TestConnectionLimit(t *testing.T) {
	l := newLab(t)
	l.serve(topology.Backend{Connections: 2})
	var conns []*host.Conn
	l.client.Go("occupant", func(p *sim.Proc) {
		for range 2 {
			c, err := l.client.Dial(l.target(), second)
			if err != nil {
				t.Error(err)
				return
			}
			conns = append(conns, c)
		}
	})
	l.Run(second)
	checks := func(full, status string) {
		t.Helper()
		if got := l.check(topology.Check{By: topology.CheckTCPFull}, "http://192.0.2.50/"); got != full {
			t.Errorf("by tcp-full: got %s, want %s", got, full)
		}
		if got := l.check(topology.Check{By: topology.CheckHTTPStatus}, "http://192.0.2.50/"); got != status {
			t.Errorf("by http-status: got %s, want %s", got, status)
		}
	}
	checks("healthy", "timeout 1s")
	if n := hosttest.Count[event.ConnAccepted](l.Lab, "web"); n != 2 {
		t.Errorf("%d connections accepted, want 2", n)
	}
	l.client.Go("leaves", func(*sim.Proc) { conns[0].Close() })
	l.Run(l.Loop.Now() + second)
	checks("healthy", "healthy")
}

// TestFullBacklog: a SYN for which there is no room gets no answer, so that
// even TCP checks see it: spec/failover.md F7.
func TestFullBacklog(t *testing.T) {
	for by, want := range map[string][2]string{ // order: worlds apart
		topology.CheckTCPHalf: {"healthy", "timeout 1s"}, topology.CheckTCPFull: {"healthy", "timeout 1s"}, topology.CheckHTTPStatus: {"timeout 1s", "timeout 1s"},
	} {
		for i, occupants := range []int{3, 8} { // one is served, and the rest waits; the stack has room for one more than asked
			l := newLab(t)
			l.serve(topology.Backend{Connections: 1, Backlog: 4})
			for range occupants {
				l.occupy("/")
			}
			l.Run(second)
			if got := l.check(topology.Check{By: by}, "http://192.0.2.50/"); got != want[i] {
				t.Errorf("%s, %d connections: got %s, want %s", by, occupants, got, want[i])
			}
		}
	}
}

// TestStopWhileFull: a back end that waits for a connection to end can be
// stopped and started.
func TestStopWhileFull(t *testing.T) {
	l := newLab(t)
	l.serve(topology.Backend{Connections: 1})
	l.set(millisecond, Mode{Kind: ModeHang})
	l.At(second, func() { l.occupy("/") })
	l.At(2*second, func() { l.backend.StopService(topology.BackendService) })
	l.At(3*second, func() { l.backend.StartService(topology.BackendService) })
	l.set(4*second, Mode{Kind: ModeOK})
	l.Run(5 * second)
	if got := l.check(topology.Check{By: topology.CheckHTTPStatus}, "http://192.0.2.50/"); got != "healthy" {
		t.Errorf("got %s, want it healthy again", got)
	}
	var states []string
	_, changes := hosttest.Bodies[event.ServiceChanged](l.Lab, "")
	for _, c := range changes {
		states = append(states, c.State+" "+c.Reason)
	}
	if want := []string{"listening port 80", "listening hang", "stopped port 80", "listening port 80", "listening ok"}; !slices.Equal(states, want) {
		t.Errorf("states: got %q, want %q", states, want)
	}
}
