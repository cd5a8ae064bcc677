package certificate

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
)

// echo answers every byte until the client closes.
func echo(_ *sim.Proc, c web.Conn) { io.Copy(c, c) }

// TestExchange: bytes arrive as sent, and no frame shows them.
func TestExchange(t *testing.T) {
	l := newLab(t)
	tap := l.Tap()
	l.serve("web", echo)
	text := strings.Repeat("cablepull ", 5000) // several records
	l.Program(l.client, "client", func(*sim.Proc) error {
		_, c, err := l.dial("web", second)
		if err != nil {
			return err
		}
		defer c.Close()
		if _, err := io.WriteString(c, text); err != nil {
			return err
		}
		got := make([]byte, len(text))
		if _, err := io.ReadFull(c, got); err != nil || string(got) != text {
			return fmt.Errorf("echo: got %d bytes and %v, want the %d that were sent", len(got), err, len(text))
		}
		return nil
	})
	l.Run(5 * second)
	for _, f := range tap.All {
		if strings.Contains(string(f.Data), "cablepull cablepull") {
			t.Fatalf("a frame at %s shows the text", f.At)
		}
	}
	if len(tap.All) < 20 {
		t.Errorf("%d frames, want the exchange", len(tap.All))
	}
}

// TestRepeatable: the frames of a seed are the same each time, on one processor
// and on several. Package crypto draws one byte or none, at random, so a run
// that depends on it differs half of the time.
func TestRepeatable(t *testing.T) {
	digest := func(processors int) string {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
		l := newLab(t)
		l.serve("web", echo)
		for i := range 8 {
			l.Program(l.client, "client", func(p *sim.Proc) error {
				p.Sleep(time.Duration(i) * time.Millisecond)
				_, c, err := l.dial("web", second)
				if err == nil {
					io.WriteString(c, "hello")
					_, err = io.ReadFull(c, make([]byte, 5))
					c.Close()
				}
				return err
			})
		}
		l.Run(5 * second)
		return l.Digest.String()
	}
	want := digest(1)
	t.Logf("digest %s", want) // for TestOtherProcessors
	for _, processors := range []int{1, 1, 4, 4} {
		if got := digest(processors); got != want {
			t.Errorf("on %d processors: got %s, want %s", processors, got, want)
		}
	}
}

// TestHandshakeFails: the client accepts only what it pins, and both ends learn
// of it.
func TestHandshakeFails(t *testing.T) {
	for _, c := range []struct {
		name, own, pin string
		client, server string // what the errors say; empty: none
	}{
		{"pinned", "web", "web", "", ""},
		{"any", "web", "", "", ""},
		{"other", "b", "web", "got the certificate b, want web", "bad certificate"},
		{"none", "", "web", "unrecognized name", "no certificates configured"},
		{"none for any", "", "", "unrecognized name", "no certificates configured"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t)
			var client, server error
			l.serve(c.own, func(_ *sim.Proc, c web.Conn) { server = c.AwaitRead() })
			l.Program(l.client, "client", func(*sim.Proc) error {
				plain, secure, err := l.dial(c.pin, second)
				client = err
				if err == nil {
					_, err = io.WriteString(secure, "hello")
					secure.Close()
				} else {
					plain.Close()
					err = nil
				}
				return err
			})
			l.Run(5 * second)
			for _, end := range []struct {
				name, want string
				got        error
			}{{"client", c.client, client}, {"server", c.server, server}} {
				var insecure *Error
				switch {
				case end.want == "" && end.got != nil:
					t.Errorf("%s: got %v, want no error", end.name, end.got)
				case end.want != "" && (!errors.As(end.got, &insecure) || !strings.Contains(end.got.Error(), end.want)):
					t.Errorf("%s: got %v, want an Error that says %q", end.name, end.got, end.want)
				}
			}
		})
	}
}

// TestErrorsBeneath: what happens to the connection during the handshake is
// told from what is wrong with TLS.
func TestErrorsBeneath(t *testing.T) {
	for _, c := range []struct {
		name  string
		serve func(*sim.Proc, *host.Conn)
		want  error
	}{
		{"silent", func(p *sim.Proc, c *host.Conn) { p.Park() }, host.ErrTimeout},
		{"reset", func(_ *sim.Proc, c *host.Conn) { c.AwaitRead(); c.Abort() }, host.ErrReset},
		{"closed", func(_ *sim.Proc, c *host.Conn) { c.Read(make([]byte, 1000)); c.Close() }, io.EOF},
		{"closed in a record", func(_ *sim.Proc, c *host.Conn) {
			c.Read(make([]byte, 1000))
			io.WriteString(c, "\x16\x03\x03\x00\x40")
			c.Close()
		}, io.EOF},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t)
			l.plain(c.serve)
			asked := false
			l.Program(l.client, "client", func(*sim.Proc) error {
				plain, _, err := l.dial("web", second)
				plain.Close()
				var insecure *Error
				if asked = true; !errors.Is(err, c.want) || errors.As(err, &insecure) {
					return fmt.Errorf("got %v, want %v", err, c.want)
				}
				return nil
			})
			if l.Run(5 * second); !asked {
				t.Error("the client is still waiting")
			}
		})
	}
}

// TestNotTLS: a server that answers in plain text is an Error.
func TestNotTLS(t *testing.T) {
	l := newLab(t)
	l.plain(func(_ *sim.Proc, c *host.Conn) { io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n") })
	var got error
	l.Program(l.client, "client", func(*sim.Proc) error {
		_, _, got = l.dial("web", second)
		return nil
	})
	l.Run(5 * second)
	var insecure *Error
	if !errors.As(got, &insecure) {
		t.Errorf("got %v, want an Error", got)
	}
}

// TestAwaitRead: it returns at once if part of a record is still unread, of
// which the connection beneath knows nothing.
func TestAwaitRead(t *testing.T) {
	l := newLab(t)
	l.serve("web", func(p *sim.Proc, c web.Conn) {
		io.WriteString(c, "0123456789")
		p.Sleep(3 * second)
		io.WriteString(c, "abc")
		p.Sleep(second)
	})
	var read string
	var at []time.Duration
	l.Program(l.client, "client", func(*sim.Proc) error {
		_, c, err := l.dial("web", 0)
		for err == nil {
			if err = c.AwaitRead(); err == nil {
				at = append(at, l.Loop.Now().Truncate(second))
				part := make([]byte, 4)
				var n int
				n, err = c.Read(part)
				read += string(part[:n])
			}
		}
		if err != io.EOF {
			return err
		}
		return nil
	})
	l.Run(10 * second)
	if read != "0123456789abc" {
		t.Errorf("got %q", read)
	}
	want := append(slices.Repeat([]time.Duration{0}, 10), 3*second, 3*second, 3*second)
	if !slices.Equal(at, want) {
		t.Errorf("reads at %v, want %v", at, want)
	}
}

// TestIdleTimeout: a reader that gave up can read on.
func TestIdleTimeout(t *testing.T) {
	l := newLab(t)
	l.serve("web", func(p *sim.Proc, c web.Conn) {
		c.AwaitRead()
		p.Sleep(3 * second)
		io.WriteString(c, "late")
		c.AwaitRead()
	})
	l.Program(l.client, "client", func(*sim.Proc) error {
		plain, c, err := l.dial("web", second)
		if err != nil {
			return err
		}
		defer c.Close()
		io.WriteString(c, "hello")
		if err := c.AwaitRead(); !errors.Is(err, host.ErrTimeout) {
			return fmt.Errorf("before the answer: got %v, want a timeout", err)
		}
		plain.SetTimeout(0)
		late := make([]byte, 4)
		if _, err := io.ReadFull(c, late); err != nil || string(late) != "late" {
			return fmt.Errorf("got %q and %v, want the answer", late, err)
		}
		return nil
	})
	l.Run(10 * second)
}

// TestCloseDoesNotWait: Close returns although the peer takes nothing more.
func TestCloseDoesNotWait(t *testing.T) {
	l := newLab(t)
	l.serve("web", func(p *sim.Proc, c web.Conn) {
		c.AwaitRead()
		p.Sleep(20 * second)
	})
	closed := false
	l.Program(l.client, "client", func(p *sim.Proc) error {
		plain, c, err := l.dial("web", 0)
		if err != nil {
			return err
		}
		plain.SetTimeout(second)
		if _, err := c.Write(make([]byte, 64<<20)); !errors.Is(err, host.ErrTimeout) {
			return fmt.Errorf("to a server that does not read: got %v, want a timeout", err)
		}
		plain.SetTimeout(0)
		began := l.Loop.Now()
		c.Close()
		if took := l.Loop.Now() - began; took != 0 {
			return fmt.Errorf("close took %s, want no time", took)
		}
		closed = true
		return nil
	})
	if l.Run(10 * second); !closed {
		t.Error("the client is still waiting")
	}
}

// TestCloseWhileReading: events of the loop and other procs can close a
// connection that a proc reads, during the handshake and after it.
func TestCloseWhileReading(t *testing.T) {
	for _, silent := range []bool{false, true} {
		l := newLab(t)
		var server web.Conn
		var ended error
		l.serve("web", func(_ *sim.Proc, c web.Conn) {
			server = c
			ended = c.AwaitRead()
		})
		var client error
		l.Program(l.client, "client", func(*sim.Proc) error {
			if silent {
				plain, err := l.client.Dial(address, second)
				if err == nil {
					client = errors.Join(plain.AwaitRead(), io.EOF)
				}
				return err
			}
			_, c, err := l.dial("web", 0)
			if err == nil {
				client = c.AwaitRead()
			}
			return err
		})
		l.At(5*second, func() { server.Close() })
		l.Run(10 * second)
		if !errors.Is(ended, host.ErrClosed) || !errors.Is(client, io.EOF) {
			t.Errorf("silent client %t: got %v and %v, want %v and %v", silent, ended, client, host.ErrClosed, io.EOF)
		}
	}
}

// TestCloseTellsThePeer: the peer's reader sees the end at once, and a machine
// that crashes tells nobody.
func TestCloseTellsThePeer(t *testing.T) {
	for _, crash := range []bool{false, true} {
		l := newLab(t)
		l.serve("web", func(p *sim.Proc, c web.Conn) {
			if err := c.(*Conn).handshake(); err != nil {
				t.Error(err)
			}
			p.Sleep(2 * second)
		})
		var got error
		l.Program(l.client, "client", func(*sim.Proc) error {
			_, c, err := l.dial("web", 0)
			if err == nil {
				got = c.AwaitRead()
			}
			return err
		})
		if crash {
			l.At(second, func() { l.server.Crash(false) })
		}
		l.Run(5 * second)
		if want := map[bool]error{false: io.EOF, true: nil}[crash]; got != want {
			t.Errorf("crash %t: got %v, want %v", crash, got, want)
		}
	}
}

// TestCrashInHandshake: procs that die in the middle of TLS leave nothing
// behind that would stop the loop.
func TestCrashInHandshake(t *testing.T) {
	for after := range 40 {
		l := newLab(t)
		l.serve("web", echo)
		l.client.Go("client", func(*sim.Proc) {
			_, c, err := l.dial("web", 0)
			if err == nil {
				defer c.Close()
				io.Copy(c, io.LimitReader(c, 1))
			}
		})
		at := time.Duration(after) * hosttest.Latency / 2
		l.At(at, func() { l.server.Crash(false) })
		l.At(at+hosttest.Latency, func() { l.client.Crash(false) })
		l.Run(2 * second)
	}
}
