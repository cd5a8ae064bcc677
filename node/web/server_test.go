package web

import (
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim"
)

// recorder is a service for tests: serve is its behaviour, and it records its
// calls.
type recorder struct {
	ready  func(*sim.Proc)
	closed int
	opened int
	refuse bool
	serve  func(*sim.Proc, *Exchange)
	seen   []Request
}

func (s *recorder) Ready(p *sim.Proc) {
	if s.ready != nil {
		s.ready(p)
	}
}

func (s *recorder) Open(*sim.Proc, Conn) Session {
	if s.refuse {
		return nil
	}
	s.opened++
	return s
}

func (s *recorder) Serve(p *sim.Proc, x *Exchange) {
	s.seen = append(s.seen, x.Request)
	s.serve(p, x)
}

func (s *recorder) Close() { s.closed++ }

// bench is a server and its listener in their own scope.
type bench struct {
	t           testing.TB
	loop        *sim.Loop
	scope       *sim.Scope
	acceptQueue *acceptQueue
	recorder    *recorder
	server      *Server
	ended       error
}

func newBench(t testing.TB, serve func(*sim.Proc, *Exchange)) *bench {
	loop := sim.New(1)
	b := &bench{t: t, loop: loop, scope: loop.NewScope("dp-a"), acceptQueue: &acceptQueue{loop: loop}}
	b.recorder = &recorder{serve: serve}
	b.server = &Server{Node: "dp-a", Go: b.scope.Go, Service: b.recorder}
	b.scope.Go("accept", func(p *sim.Proc) { b.ended = b.server.Serve(p, b.acceptQueue) })
	return b
}

func answer(status, size int) func(*sim.Proc, *Exchange) {
	return func(_ *sim.Proc, x *Exchange) { x.Answer(status, size) }
}

// client runs a client program and lets a second pass.
func (b *bench) client(body func(*sim.Proc)) {
	b.t.Helper()
	done := false
	b.loop.NewScope("client-1").Go("client", func(p *sim.Proc) { body(p); done = true })
	if err := b.loop.Run(b.loop.Now() + time.Second); err != nil {
		b.t.Fatal(err)
	}
	if !done {
		b.t.Error("the client hangs")
	}
}

// TestKeepAlive sends many requests on one connection: each is answered once,
// in order, by the named node, with its own body, and nothing else arrives.
func TestKeepAlive(t *testing.T) {
	b := newBench(t, answer(200, 1000))
	b.client(func(*sim.Proc) {
		conn := b.acceptQueue.connect()
		link := NewLink(conn)
		defer link.Release()
		for id := uint64(1); id <= 5; id++ {
			r := Request{ID: id, Host: "192.0.2.100", Attempt: int(id)}
			if err := link.Send(&r); err != nil {
				t.Fatal(err)
			}
			got, err := link.Receive(&r)
			if want := (Answer{Status: 200, Node: "dp-a", Size: 1000}); err != nil || got != want {
				t.Errorf("request %d: got %+v, %v, want %+v", id, got, err, want)
			}
		}
		if conn.peer.wrote != 5 {
			t.Errorf("answers went out in %d writes, want one each", conn.peer.wrote)
		}
		if len(conn.in) != 0 {
			t.Errorf("unexpected bytes: %q", conn.in)
		}
		if b.server.Len() != 1 || b.recorder.closed != 0 {
			t.Errorf("%d connections open, %d sessions closed; want 1 and 0", b.server.Len(), b.recorder.closed)
		}
		conn.Close()
	})
	if b.server.Len() != 0 || b.recorder.closed != 1 || b.recorder.opened != 1 {
		t.Errorf("after the client left: %d open, %d closed of %d sessions", b.server.Len(), b.recorder.closed, b.recorder.opened)
	}
	want := Request{ID: 3, Attempt: 3, Method: "GET", Path: "/", Host: "192.0.2.100"}
	if len(b.recorder.seen) != 5 || b.recorder.seen[2] != want {
		t.Errorf("the server saw %+v, want five with %+v third", b.recorder.seen, want)
	}
}

// TestAnswerForms: after statuses without a body, HEAD, empty and long bodies,
// the next answer on the connection is found correctly.
func TestAnswerForms(t *testing.T) {
	for _, c := range []struct {
		name, method string
		status, size int
		body         int64
	}{
		{"empty", "GET", 200, 0, 0},
		{"one byte", "GET", 200, 1, 1},
		{"error", "GET", 503, 100, 100},
		{"not found", "GET", 404, 100, 100},
		{"unnamed status", "GET", 599, 10, 10},
		{"no content", "GET", 204, 1000, 0},
		{"not modified", "GET", 304, 1000, 0},
		{"head", "HEAD", 200, 1000, 0},
		{"longer than all buffers", "GET", 200, 1 << 20, 1 << 20},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, answer(c.status, c.size))
			b.client(func(*sim.Proc) {
				link := NewLink(b.acceptQueue.connect())
				defer link.Release()
				for id := uint64(1); id <= 2; id++ {
					r := Request{ID: id, Host: "dp-a", Method: c.method}
					link.Send(&r)
					got, err := link.Receive(&r)
					if want := (Answer{Status: c.status, Node: "dp-a", Size: c.body}); err != nil || got != want {
						t.Errorf("got %+v, %v, want %+v", got, err, want)
					}
				}
			})
		})
	}
}

// TestServerRefuses: an invalid request is answered with 400 and the connection
// closed; the service never sees it.
func TestServerRefuses(t *testing.T) {
	for _, c := range []struct{ name, send string }{
		{"no HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"},
		{"no version", "GET /\r\n\r\n"},
		{"no host", "GET / HTTP/1.1\r\n\r\n"}, // RFC 9112 §3.2
		{"header without colon", "GET / HTTP/1.1\r\nHost x\r\n\r\n"},
		{"number that is none", "GET / HTTP/1.1\r\nHost: x\r\nX-Cablepull-Request: first\r\n\r\n"},
		{"negative number", "GET / HTTP/1.1\r\nHost: x\r\nX-Cablepull-Request: -1\r\n\r\n"},
		{"attempt 0", "GET / HTTP/1.1\r\nHost: x\r\nX-Cablepull-Attempt: 0\r\n\r\n"},
		{"head without end", "GET / HTTP/1.1\r\nX: " + strings.Repeat("x", 2*headLimit)},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, answer(200, 10))
			b.client(func(*sim.Proc) {
				conn := b.acceptQueue.connect()
				io.WriteString(conn, c.send)
				got, err := io.ReadAll(conn)
				if err != nil || !strings.HasPrefix(string(got), "HTTP/1.1 400 Bad Request\r\n") {
					t.Errorf("got %q, %v, want a 400 and the end", got, err)
				}
			})
			if len(b.recorder.seen) != 0 || b.server.Len() != 0 || b.recorder.closed != 1 {
				t.Errorf("%d requests served, %d connections left, %d closed", len(b.recorder.seen), b.server.Len(), b.recorder.closed)
			}
		})
	}
}

// TestServerCloses: a connection ends after the answer if the client requests
// that, and without an answer if the request is truncated, dropped or aborted.
func TestServerCloses(t *testing.T) {
	drop := func(*sim.Proc, *Exchange) {}
	abort := func(_ *sim.Proc, x *Exchange) { x.Abort() }
	for _, c := range []struct {
		name, send string
		serve      func(*sim.Proc, *Exchange)
		want       string
		err        error
	}{
		{"asked to", "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", answer(200, 4), "200", nil},
		{"old client", "GET / HTTP/1.0\r\n\r\n", answer(200, 4), "200", nil},
		{"no answer", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", drop, "", nil},
		{"aborted", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", abort, "", errReset},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, c.serve)
			b.client(func(*sim.Proc) {
				conn := b.acceptQueue.connect()
				io.WriteString(conn, c.send)
				got, err := io.ReadAll(conn)
				if !errors.Is(err, c.err) || c.want != "" && !strings.HasPrefix(string(got), "HTTP/1.1 "+c.want) || c.want == "" && len(got) > 0 {
					t.Errorf("got %q, %v, want %q, %v", got, err, c.want, c.err)
				}
				if c.want != "" && !strings.Contains(string(got), "\r\nConnection: close\r\n") {
					t.Errorf("the answer %q does not say that the connection ends", got)
				}
			})
			if len(b.recorder.seen) != 1 || b.server.Len() != 0 {
				t.Errorf("%d requests seen, %d connections left", len(b.recorder.seen), b.server.Len())
			}
		})
	}
	t.Run("request cut short", func(t *testing.T) {
		b := newBench(t, answer(200, 4))
		b.client(func(*sim.Proc) {
			conn := b.acceptQueue.connect()
			io.WriteString(conn, "GET / HTTP/1.1\r\nHos")
			conn.Close()
		})
		if len(b.recorder.seen) != 0 || b.server.Len() != 0 {
			t.Errorf("%d requests served, %d connections left", len(b.recorder.seen), b.server.Len())
		}
	})
}

// TestBodyOfRequestIsDropped: the part of a body that the service leaves unread
// must not be taken for the next request.
func TestBodyOfRequestIsDropped(t *testing.T) {
	b := newBench(t, answer(200, 4))
	b.client(func(*sim.Proc) {
		conn := b.acceptQueue.connect()
		io.WriteString(conn, "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 16\r\n\r\nGET / HTTP/1.1\r\n")
		io.WriteString(conn, "GET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		io.ReadAll(conn)
	})
	var paths []string
	for _, r := range b.recorder.seen {
		paths = append(paths, r.Method+r.Path)
	}
	if want := []string{"POST/a", "GET/b"}; !slices.Equal(paths, want) {
		t.Errorf("requests: got %v, want %v", paths, want)
	}
}

// TestLongHeadOfRequest: a head that does not fit into the usual buffer is
// read, and so is what follows it.
func TestLongHeadOfRequest(t *testing.T) {
	b := newBench(t, answer(200, 4))
	b.client(func(*sim.Proc) {
		conn := b.acceptQueue.connect()
		io.WriteString(conn, "POST /a HTTP/1.1\r\nHost: x\r\nX: "+strings.Repeat("x", 10*readSize)+"\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nGET\r\n0\r\n\r\n")
		io.WriteString(conn, "GET /b HTTP/1.1\r\nHost: y\r\n\r\nGET /c HTTP/1.1\r\nHost: y\r\nConnection: close\r\n\r\n")
		io.ReadAll(conn)
	})
	want := []Request{{Attempt: 1, Method: "POST", Path: "/a", Host: "x"}, {Attempt: 1, Method: "GET", Path: "/b", Host: "y"}, {Attempt: 1, Method: "GET", Path: "/c", Host: "y"}}
	if !slices.Equal(b.recorder.seen, want) {
		t.Errorf("requests: got %+v, want %+v", b.recorder.seen, want)
	}
}

// TestRefusedConnections: refused connections are reset, and the server
// continues.
func TestRefusedConnections(t *testing.T) {
	b := newBench(t, answer(200, 4))
	b.recorder.refuse = true
	b.client(func(*sim.Proc) {
		if _, err := b.acceptQueue.connect().Read(make([]byte, 1)); !errors.Is(err, errReset) {
			t.Errorf("refused: got %v, want a reset", err)
		}
		b.recorder.refuse = false
		link := NewLink(b.acceptQueue.connect())
		r := Request{ID: 1, Host: "dp-a"}
		link.Send(&r)
		if _, err := link.Receive(&r); err != nil {
			t.Errorf("after a refused connection: %v", err)
		}
	})
	if b.recorder.opened != 1 {
		t.Errorf("%d sessions, want 1", b.recorder.opened)
	}
}

// TestDrain: idle connections end at once, a busy one after its answer, which
// announces the end; then the accept loop ends with the listener.
func TestDrain(t *testing.T) {
	b := newBench(t, func(p *sim.Proc, x *Exchange) {
		p.Sleep(50 * time.Millisecond)
		x.Answer(200, 4)
	})
	b.client(func(p *sim.Proc) {
		idle, busy := b.acceptQueue.connect(), NewLink(b.acceptQueue.connect())
		r := Request{ID: 1, Host: "dp-a"}
		busy.Send(&r)
		p.Sleep(10 * time.Millisecond)
		b.server.Drain()
		b.acceptQueue.Close()
		before := b.loop.Now()
		if _, err := idle.Read(make([]byte, 1)); err != io.EOF || b.loop.Now() != before+wireLatency {
			t.Errorf("idle connection: %v after %v, want EOF at once", err, b.loop.Now()-before)
		}
		if got, err := busy.Receive(&r); err != nil || !got.Close || got.Status != 200 {
			t.Errorf("busy connection: got %+v, %v, want an answer that closes", got, err)
		}
		if err := busy.Await(); err != io.EOF {
			t.Errorf("after the last answer: %v, want EOF", err)
		}
	})
	if b.server.Len() != 0 || !errors.Is(b.ended, net.ErrClosed) {
		t.Errorf("%d connections left, accept loop ended with %v", b.server.Len(), b.ended)
	}
}

// TestKilledServer: a killed server runs its defers wherever its procs are
// parked: the sessions are closed, and no answer is sent.
func TestKilledServer(t *testing.T) {
	b := newBench(t, func(p *sim.Proc, x *Exchange) { p.Sleep(time.Hour); x.Answer(200, 4) })
	b.client(func(p *sim.Proc) {
		idle, busy := b.acceptQueue.connect(), b.acceptQueue.connect()
		io.WriteString(busy, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		p.Sleep(10 * time.Millisecond)
		b.scope.Kill()
		for _, c := range []*pipe{idle, busy} {
			if got, err := io.ReadAll(c); err != nil || len(got) != 0 {
				t.Errorf("got %q, %v, want nothing", got, err)
			}
		}
	})
	if b.recorder.closed != 2 || b.server.Len() != 0 {
		t.Errorf("%d sessions closed, %d left, want 2 and 0", b.recorder.closed, b.server.Len())
	}
}

// TestReadyHoldsAccept: a service that is not ready leaves connections in the
// backlog.
func TestReadyHoldsAccept(t *testing.T) {
	b := newBench(t, answer(200, 4))
	hogged := true
	b.recorder.ready = func(p *sim.Proc) {
		for hogged {
			p.Sleep(10 * time.Millisecond)
		}
	}
	b.client(func(p *sim.Proc) {
		b.acceptQueue.connect()
		p.Sleep(100 * time.Millisecond)
		if len(b.acceptQueue.waiting) != 1 || b.recorder.opened != 0 {
			t.Errorf("%d wait, %d opened, want 1 and 0", len(b.acceptQueue.waiting), b.recorder.opened)
		}
		hogged = false
		p.Sleep(20 * time.Millisecond)
		if len(b.acceptQueue.waiting) != 0 || b.recorder.opened != 1 {
			t.Errorf("%d wait, %d opened, want 0 and 1", len(b.acceptQueue.waiting), b.recorder.opened)
		}
	})
}
