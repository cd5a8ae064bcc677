package web

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/sim"
)

// forwarder relays each request to a second server that answers with text and
// then does end. It answers 502 for what it cannot relay.
func forwarder(loop *sim.Loop, text string, end func(*pipe)) func(*sim.Proc, *Exchange) {
	return func(p *sim.Proc, x *Exchange) {
		mine, theirs := newPipe(loop)
		p.Scope().Go("web", func(*sim.Proc) {
			theirs.Read(make([]byte, 1000))
			io.WriteString(theirs, text)
			loop.After(wireLatency, sim.Func(func() { end(theirs) }))
		})
		link := NewLink(mine)
		defer link.Release()
		link.Send(&x.Request)
		resp, err := link.Head(&x.Request)
		if err == nil {
			err = x.Relay(resp)
		}
		if err != nil && !x.Answered() {
			x.Answer(http.StatusBadGateway, 10)
		}
	}
}

// TestRelay forwards answers of every form. The client sees both names and the
// unchanged body, and can send another request.
func TestRelay(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\nX-Cablepull-Request: 42\r\nX-Cablepull-Node: web\r\n"
	long := body(42, 3*writeSize+5)
	for _, c := range []struct {
		name, text, method string
		end                func(*pipe)
		status             int
		size               int64
	}{
		{"length", ok + "Content-Length: 100\r\n\r\n" + body(42, 100), "GET", stays, 200, 100},
		{"empty", ok + "Content-Length: 0\r\n\r\n", "GET", stays, 200, 0},
		{"fills the buffer", ok + "Content-Length: 16384\r\n\r\n" + body(42, writeSize), "GET", stays, 200, writeSize},
		{"chunked", ok + "Transfer-Encoding: chunked\r\n\r\n64\r\n" + body(42, 100) + "\r\n0\r\n\r\n", "GET", stays, 200, 100},
		{"until the end", ok + "\r\n" + body(42, 100), "GET", closes, 200, 100},
		{"long", ok + "Content-Length: 49157\r\n\r\n" + long, "GET", stays, 200, 3*writeSize + 5},
		{"long, chunked", ok + "Transfer-Encoding: chunked\r\n\r\nc005\r\n" + long + "\r\n0\r\n\r\n", "GET", stays, 200, 3*writeSize + 5},
		{"long, until the end", ok + "\r\n" + long, "GET", closes, 200, 3*writeSize + 5},
		{"head", ok + "Content-Length: 100\r\n\r\n", "HEAD", stays, 200, 0},
		{"head without length", ok + "Transfer-Encoding: chunked\r\n\r\n", "HEAD", stays, 200, 0},
		{"no content", strings.Replace(ok, "200 OK", "204 No Content", 1) + "\r\n", "GET", stays, 204, 0},
		{"error", strings.Replace(ok, "200 OK", "500 Oops", 1) + "Content-Length: 5\r\n\r\n" + body(42, 5), "GET", stays, 500, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, nil)
			b.recorder.serve = forwarder(b.loop, c.text, c.end)
			b.client(func(*sim.Proc) {
				link := NewLink(b.acceptQueue.connect())
				for range 2 {
					r := Request{ID: 42, Host: "dp-a", Method: c.method}
					link.Send(&r)
					got, err := link.Receive(&r)
					if want := (Answer{Status: c.status, Node: "dp-a", Backend: "web", Size: c.size}); err != nil || got != want {
						t.Errorf("got %+v, %v, want %+v", got, err, want)
					}
				}
				if link.in != nil {
					t.Error("bytes are left over")
				}
			})
		})
	}
}

// TestRelayFailures: until something was sent, the forwarder can still answer
// itself; after that the client must see a broken connection, never a truncated
// answer that looks complete.
func TestRelayFailures(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\nX-Cablepull-Request: 42\r\nX-Cablepull-Node: web\r\n"
	for _, c := range []struct {
		name, text string
		end        func(*pipe)
		status     int // 0: reset
	}{
		{"closed at once", "", closes, 502},
		{"no HTTP", "hello\r\n\r\n", closes, 502},
		{"short", ok + "Content-Length: 100\r\n\r\n" + body(42, 50), closes, 502},
		{"short, chunked", ok + "Transfer-Encoding: chunked\r\n\r\n64\r\n" + body(42, 50), closes, 502},
		{"reset", ok + "Content-Length: 100\r\n\r\n" + body(42, 50), aborts, 502},
		{"late", ok + "Content-Length: 49157\r\n\r\n" + body(42, 2*writeSize), aborts, 0},
		{"late, chunked", ok + "Transfer-Encoding: chunked\r\n\r\nc005\r\n" + body(42, 2*writeSize), closes, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, nil)
			b.recorder.serve = forwarder(b.loop, c.text, c.end)
			b.client(func(*sim.Proc) {
				link := NewLink(b.acceptQueue.connect())
				r := Request{ID: 42, Host: "dp-a"}
				link.Send(&r)
				got, err := link.Receive(&r)
				if c.status == 0 {
					if err != errReset {
						t.Errorf("got %+v, %v, want a reset", got, err)
					}
					return
				}
				if want := (Answer{Status: c.status, Node: "dp-a", Size: 10}); err != nil || got != want {
					t.Errorf("got %+v, %v, want %+v", got, err, want)
				}
			})
		})
	}
}

// TestRelayOrdersHeaders: the order of headers on the wire must not depend on
// map order, or two runs differ.
func TestRelayOrdersHeaders(t *testing.T) {
	text := "HTTP/1.1 200 Fine\r\nZ: 1\r\nB: 2\r\nA: 3\r\nConnection: keep-alive\r\nX-Cablepull-Node: web\r\nC: 4\r\nB: 5\r\nContent-Length: 0\r\n\r\n"
	want := "HTTP/1.1 200 Fine\r\nA: 3\r\nB: 2\r\nB: 5\r\nC: 4\r\nX-Cablepull-Backend: web\r\nZ: 1\r\n" +
		"X-Cablepull-Node: dp-a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
	for range 20 {
		b := newBench(t, nil)
		b.recorder.serve = forwarder(b.loop, text, stays)
		b.client(func(*sim.Proc) {
			conn := b.acceptQueue.connect()
			io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
			if got, _ := io.ReadAll(conn); string(got) != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}
