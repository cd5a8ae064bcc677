package web

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim"
)

// body returns the first n bytes of the body of request id.
func body(id uint64, n int) string {
	p := NewPattern(id)
	return string(p.Append(nil, n))
}

// scripted runs a client against a server that answers with the given text and
// then does end.
func scripted(t *testing.T, text string, end func(*pipe), client func(*Link)) {
	t.Helper()
	loop := sim.New(1)
	mine, theirs := newPipe(loop)
	loop.NewScope("server").Go("server", func(p *sim.Proc) {
		theirs.Read(make([]byte, 1000))
		io.WriteString(theirs, text)
		p.Sleep(time.Millisecond)
		end(theirs)
	})
	done := false
	loop.NewScope("client-1").Go("client", func(*sim.Proc) {
		link := NewLink(mine)
		defer link.Release()
		client(link)
		done = true
	})
	if err := loop.Run(time.Second); err != nil {
		t.Fatal(err)
	}
	if !done {
		t.Error("the client hangs")
	}
}

func closes(c *pipe) { c.Close() }
func aborts(c *pipe) { c.Abort() }
func stays(*pipe)    {}

// TestReceiveErrors: errors of the answer are distinguished from errors of the
// connection.
func TestReceiveErrors(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\nX-Cablepull-Request: 42\r\nX-Cablepull-Node: dp-a\r\n"
	whole := body(42, 100)
	for _, c := range []struct {
		name, text string
		end        func(*pipe)
		mismatch   string // part of the detail; empty: an error of the connection
		err        error
	}{
		{"another's number", strings.Replace(ok, "42", "43", 1) + "Content-Length: 0\r\n\r\n", stays, "for request 43, want 42", nil},
		{"number and more", strings.Replace(ok, "42", "042", 1) + "Content-Length: 0\r\n\r\n", stays, "for request 042, want 42", nil},
		{"another's body", ok + "Content-Length: 100\r\n\r\n" + body(43, 100), stays, "wrong bytes after offset 0", nil},
		{"lost byte", ok + "Content-Length: 99\r\n\r\n" + whole[:70] + whole[71:], stays, "wrong bytes", nil},
		{"doubled byte, chunked", ok + "Transfer-Encoding: chunked\r\n\r\n5\r\n00000\r\n64\r\n" + whole[4:] + "0000\r\n0\r\n\r\n", stays, "wrong bytes", nil},
		{"no HTTP", "SSH-2.0-OpenSSH_9.2\r\n", stays, "malformed", nil},
		{"bad status", "HTTP/1.1 2OO OK\r\n\r\n", stays, "malformed", nil},
		{"bad chunk", ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", stays, "invalid byte in chunk", nil},
		{"head without end", ok + "X: " + strings.Repeat("x", 2*headLimit), stays, "longer than", nil},
		{"closed at once", "", closes, "", io.EOF},
		{"closed in the head", ok, closes, "", io.EOF},
		{"closed in the body", ok + "Content-Length: 100\r\n\r\n" + whole[:50], closes, "", io.EOF},
		{"closed in the trailers", ok + "Transfer-Encoding: chunked\r\n\r\n64\r\n" + whole + "\r\n0\r\nA", closes, "", io.EOF},
		{"closed in a chunk", ok + "Transfer-Encoding: chunked\r\n\r\n64\r\n" + whole[:50], closes, "", io.EOF},
		{"reset at once", "", aborts, "", errReset},
		{"reset in the body", ok + "Content-Length: 100\r\n\r\n" + whole[:50], aborts, "", errReset},
		{"silence", "", stays, "", os.ErrDeadlineExceeded},
		{"silence in the body", ok + "Content-Length: 100\r\n\r\n" + whole[:50], stays, "", os.ErrDeadlineExceeded},
	} {
		t.Run(c.name, func(t *testing.T) {
			scripted(t, c.text, c.end, func(link *Link) {
				link.conn.(*pipe).SetTimeout(100 * time.Millisecond)
				r := Request{ID: 42, Host: "dp-a"}
				link.Send(&r)
				_, err := link.Receive(&r)
				var mismatch *MismatchError
				if is := errors.As(err, &mismatch); is != (c.mismatch != "") {
					t.Fatalf("got %v (%T), want a mismatch: %v", err, err, c.mismatch != "")
				}
				if mismatch != nil && !strings.Contains(mismatch.Detail, c.mismatch) {
					t.Errorf("detail: got %q, want %q in it", mismatch.Detail, c.mismatch)
				}
				if mismatch == nil && !errors.Is(err, c.err) {
					t.Errorf("error: got %v, want %v", err, c.err)
				}
			})
		})
	}
}

// TestReceiveForms: answers of other servers in every form that HTTP allows.
func TestReceiveForms(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\nX-Cablepull-Request: 42\r\nX-Cablepull-Node: dp-a\r\n"
	whole := body(42, 100)
	mine := Answer{Status: 200, Node: "dp-a", Size: 100}
	for _, c := range []struct {
		name, text string
		end        func(*pipe)
		want       Answer
	}{
		{"length", ok + "Content-Length: 100\r\n\r\n" + whole, stays, mine},
		{"chunked", ok + "Transfer-Encoding: chunked\r\n\r\n32\r\n" + whole[:50] + "\r\n32\r\n" + whole[50:] + "\r\n0\r\n\r\n", stays, mine},
		{"chunked, with trailers", ok + "Transfer-Encoding: chunked\r\nTrailer: A\r\n\r\n64\r\n" + whole + "\r\n0\r\nA: 1\r\nB: 2\r\n\r\n", stays, mine},
		{"empty, chunked", ok + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", stays, Answer{Status: 200, Node: "dp-a"}},
		{"long head", ok + "X: " + strings.Repeat("x", 3*readSize) + "\r\nContent-Length: 100\r\n\r\n" + whole, stays, mine},
		{"HTTP/1.0", strings.Replace(ok, "1.1", "1.0", 1) + "Content-Length: 100\r\n\r\n" + whole, stays,
			Answer{Status: 200, Node: "dp-a", Size: 100, Close: true}},
		{"until the end", ok + "\r\n" + whole, closes, Answer{Status: 200, Node: "dp-a", Size: 100, Close: true}},
		{"behind a gateway", ok + "X-Cablepull-Backend: web\r\nContent-Length: 100\r\n\r\n" + whole, stays,
			Answer{Status: 200, Node: "dp-a", Backend: "web", Size: 100}},
		{"continue first", "HTTP/1.1 100 Continue\r\n\r\n" + ok + "Content-Length: 100\r\n\r\n" + whole, stays, mine},
		{"a server that knows nothing of us", "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Length: 5\r\n\r\nhello", stays,
			Answer{Status: 200, Size: 5}},
	} {
		t.Run(c.name, func(t *testing.T) {
			scripted(t, c.text, c.end, func(link *Link) {
				r := Request{ID: 42, Host: "dp-a"}
				link.Send(&r)
				if got, err := link.Receive(&r); err != nil || got != c.want {
					t.Errorf("got %+v, %v, want %+v", got, err, c.want)
				}
				if link.in != nil {
					t.Error("bytes are left over")
				}
			})
		})
	}
}

// TestAwaitSeesDoubledAnswer: anything that arrives on an idle connection after
// a whole answer is an error.
func TestAwaitSeesDoubledAnswer(t *testing.T) {
	const one = "HTTP/1.1 200 OK\r\nX-Cablepull-Request: 42\r\nContent-Length: 0\r\n\r\n"
	scripted(t, one+one, stays, func(link *Link) {
		r := Request{ID: 42, Host: "dp-a"}
		link.Send(&r)
		if _, err := link.Receive(&r); err != nil {
			t.Errorf("first answer: %v", err)
		}
		if err := link.Await(); err != nil {
			t.Errorf("second answer: got %v, want an error", err)
		}
	})
}

// TestIdleConnectionsHaveNoBuffer: between two exchanges neither end holds a
// reader.
func TestIdleConnectionsHaveNoBuffer(t *testing.T) {
	b := newBench(t, answer(200, 10000))
	b.client(func(p *sim.Proc) {
		link := NewLink(b.acceptQueue.connect())
		defer link.Release()
		for id := range uint64(3) {
			r := Request{ID: id, Host: "dp-a"}
			link.Send(&r)
			if err := link.Await(); err != nil || link.in == nil {
				t.Errorf("an answer has arrived: got %v and reader %v, want one", err, link.in)
			}
			if _, err := link.Receive(&r); err != nil {
				t.Error(err)
			}
			p.Sleep(time.Millisecond)
			if served := b.server.open[0]; link.in != nil || served.in != nil {
				t.Errorf("readers of an idle connection: got %v and %v, want none", link.in, served.in)
			}
		}
	})
}

// TestReleaseTwice: a reader goes back to the pool once.
func TestReleaseTwice(t *testing.T) {
	scripted(t, "HTTP/1.1 200 OK\r\n", stays, func(link *Link) {
		link.Send(&Request{})
		if err := link.Await(); err != nil || link.in == nil {
			t.Fatalf("await: got %v and reader %v", err, link.in)
		}
		link.Release()
		link.Release()
		if a, b := inboxes.Get(), inboxes.Get(); a == b {
			t.Error("two connections would share a reader")
		}
	})
}
