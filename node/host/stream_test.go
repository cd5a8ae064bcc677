package host_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip/header"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
)

// streamLab is a server (h1) that hands its connections to the test, and a
// client (h2).
func streamLab(t *testing.T, served func(p *sim.Proc, conn *host.Conn)) (l *lab, server, client *host.Host) {
	l = newLab(t, 2, nil)
	server, client = l.Hosts[0], l.Hosts[1]
	listener, err := server.Listen(netip.MustParseAddrPort("0.0.0.0:80"), 10)
	if err != nil {
		t.Fatal(err)
	}
	server.Go("server", func(*sim.Proc) {
		for {
			conn, err := listener.AcceptConn()
			if err != nil {
				return
			}
			server.Go("connection", func(p *sim.Proc) { served(p, conn) })
		}
	})
	return l, server, client
}

// silent is a server that neither reads nor writes.
func silent(p *sim.Proc, _ *host.Conn) { p.Sleep(time.Hour) }

// TestDeadlines: a deadline in the world's time of day ends reading and writing
// separately, with a net.Error that is a timeout; when it is moved, the
// connection continues.
func TestDeadlines(t *testing.T) {
	l, _, client := streamLab(t, silent)
	conn := l.dial(t, client, "10.0.0.1:80")
	start := client.Now()
	l.Program(client, "client", func(p *sim.Proc) error {
		timedOut := func(what string, err error, at time.Duration) {
			var timeout net.Error
			if !errors.As(err, &timeout) || !timeout.Timeout() || !errors.Is(err, host.ErrTimeout) {
				t.Errorf("%s: got %v, want a net.Error that is a timeout", what, err)
			}
			if got := client.Now() - start; got != at {
				t.Errorf("%s: failed after %v, want %v", what, got, at)
			}
		}
		one := make([]byte, 1)
		conn.SetReadDeadline(host.Instant(start + time.Second))
		_, err := conn.Read(one)
		timedOut("read", err, time.Second)
		_, err = conn.Read(one)
		timedOut("read again", err, time.Second)
		if _, err := conn.Write(one); err != nil {
			t.Errorf("write: got %v: the deadline is for reading", err)
		}
		conn.SetDeadline(host.Instant(start + 2*time.Second))
		n, err := conn.Write(make([]byte, 10<<20)) // more than all buffers
		timedOut("write", err, 2*time.Second)
		if n == 0 || n == 10<<20 {
			t.Errorf("write: got %d bytes, want some", n)
		}
		conn.SetWriteDeadline(time.Time{})
		_, err = conn.Read(one)
		timedOut("read", err, 2*time.Second)
		conn.SetDeadline(host.Instant(start)) // in the past
		_, err = conn.Read(one)
		timedOut("read", err, 2*time.Second)
		conn.SetDeadline(time.Time{})
		_, err = conn.Read(one)
		t.Errorf("read without a deadline returned %v, want nothing to happen", err)
		return nil
	})
	l.Run(time.Minute)
}

// TestAbort: the peer gets a reset at once and loses what it has not read;
// closing or aborting again does nothing.
func TestAbort(t *testing.T) {
	var got error
	l, _, client := streamLab(t, func(p *sim.Proc, conn *host.Conn) {
		for got == nil {
			_, got = conn.Read(make([]byte, 10))
		}
		if _, err := conn.Write([]byte("x")); err == nil {
			t.Error("write after a reset: got no error")
		}
	})
	tap := l.Tap()
	conn := l.dial(t, client, "10.0.0.1:80")
	at := client.Now()
	conn.Abort()
	conn.Abort()
	conn.Close()
	l.Run(time.Minute)
	if !errors.Is(got, host.ErrReset) {
		t.Errorf("the peer read %v, want a reset", got)
	}
	resets := tap.SentBy("h2", 0, segment(header.TCPFlagRst))
	if len(resets) != 1 || resets[0].At != at {
		t.Errorf("resets: got %v, want one at %v", resets, at)
	}
	if n := len(tap.SentBy("h2", 0, segment(header.TCPFlagFin))); n != 0 {
		t.Errorf("FINs: got %d, want none", n)
	}
}

// TestClose: the peer reads what was written, then the end, in order; then each
// side sends its FIN and no reset. Calls on a closed connection return
// ErrClosed.
func TestClose(t *testing.T) {
	sent := bytes.Repeat([]byte("0123456789"), 10_000)
	var got []byte
	l, _, client := streamLab(t, func(p *sim.Proc, conn *host.Conn) {
		var err error
		if got, err = io.ReadAll(conn); err != nil { // ReadAll takes io.EOF for the end
			t.Errorf("read: %v", err)
		}
		if _, err := conn.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("read after the end: got %v, want io.EOF", err)
		}
		conn.Close()
	})
	tap := l.Tap()
	conn := l.dial(t, client, "10.0.0.1:80")
	l.Program(client, "client", func(*sim.Proc) error {
		_, err := conn.Write(sent)
		conn.Close()
		if _, err := conn.Write([]byte("x")); !errors.Is(err, host.ErrClosed) {
			t.Errorf("write: got %v, want ErrClosed", err)
		}
		if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, host.ErrClosed) {
			t.Errorf("read: got %v, want ErrClosed", err)
		}
		return err
	})
	l.Run(time.Minute)
	if !bytes.Equal(got, sent) {
		t.Errorf("the peer got %d bytes, want the %d that were sent", len(got), len(sent))
	}
	for _, h := range []string{"h1", "h2"} {
		if fin, rst := len(tap.SentBy(h, 0, segment(header.TCPFlagFin))), len(tap.SentBy(h, 0, segment(header.TCPFlagRst))); fin != 1 || rst != 0 {
			t.Errorf("%s: got %d FINs and %d resets, want 1 and 0", h, fin, rst)
		}
	}
}

// TestHalfClosed: a side that has read the end may still write; the other has
// closed, so its kernel answers with a reset.
func TestHalfClosed(t *testing.T) {
	var first, later error
	l, _, client := streamLab(t, func(p *sim.Proc, conn *host.Conn) {
		if _, err := conn.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("read: got %v, want io.EOF", err)
		}
		_, first = conn.Write([]byte("x"))
		p.Sleep(time.Second)
		_, later = conn.Write([]byte("x"))
	})
	l.dial(t, client, "10.0.0.1:80").Close()
	l.Run(time.Minute)
	if first != nil || later == nil {
		t.Errorf("writes after the peer's end: got %v, then %v, want none, then an error", first, later)
	}
}

// TestReaderAndWriter: one proc reads while another writes, for far more than
// the buffers hold, and neither waits for the other.
func TestReaderAndWriter(t *testing.T) {
	l, _, client := streamLab(t, func(p *sim.Proc, conn *host.Conn) { io.Copy(conn, conn) })
	conn := l.dial(t, client, "10.0.0.1:80")
	const size = 4 << 20
	pattern := func(i int) byte { return byte(i * 7 >> 3) }
	written, read, wrong := 0, 0, 0
	client.Go("writer", func(*sim.Proc) {
		for written < size {
			b := make([]byte, 64<<10)
			for i := range b {
				b[i] = pattern(written + i)
			}
			n, err := conn.Write(b)
			written += n
			if err != nil {
				l.Loop.Fail(err)
				return
			}
		}
	})
	client.Go("reader", func(*sim.Proc) {
		b := make([]byte, 64<<10)
		for read < size {
			n, err := conn.Read(b)
			for i := range n {
				if b[i] != pattern(read+i) {
					wrong++
				}
			}
			read += n
			if err != nil {
				l.Loop.Fail(err)
				return
			}
		}
	})
	l.Run(10 * time.Minute)
	if written != size || read != size || wrong != 0 {
		t.Errorf("got %d bytes written, %d read, %d of them wrong, want %d, all right", written, read, wrong, size)
	}
}

// TestCloseWakesParked: closing or aborting in one proc wakes those parked in
// Read and Write.
func TestCloseWakesParked(t *testing.T) {
	for name, end := range map[string]func(*host.Conn){
		"close": func(c *host.Conn) { c.Close() },
		"abort": (*host.Conn).Abort,
	} {
		t.Run(name, func(t *testing.T) {
			l, _, client := streamLab(t, silent)
			conn := l.dial(t, client, "10.0.0.1:80")
			woken := map[string]time.Duration{}
			wait := func(what string, call func([]byte) (int, error), size int) {
				client.Go(what, func(*sim.Proc) {
					if _, err := call(make([]byte, size)); !errors.Is(err, host.ErrClosed) {
						t.Errorf("%s: got %v, want ErrClosed", what, err)
					}
					woken[what] = client.Now()
				})
			}
			wait("read", conn.Read, 1)
			wait("write", conn.Write, 10<<20)
			l.At(5*time.Second, func() { end(conn) })
			l.Run(time.Minute)
			if woken["read"] != 5*time.Second || woken["write"] != 5*time.Second {
				t.Errorf("woken: got %v, want both at 5s", woken)
			}
		})
	}
}

// TestPatience: a dial without a timeout is given up by the stack after its SYN
// retries at 1, 3, 7, 15, 31 and 63 s (spec/failover.md §9.8), at 127 s.
func TestPatience(t *testing.T) {
	l, _, client := streamLab(t, silent)
	rule, err := netfab.Drop{Kind: netfab.TCP, From: "h1"}.Rule()
	if err != nil {
		t.Fatal(err)
	}
	l.Fabric.Install(rule)
	tap := l.Tap()
	var failed error
	var at time.Duration
	client.Go("client", func(p *sim.Proc) {
		_, failed = client.Dial(netip.MustParseAddrPort("10.0.0.1:80"), 0)
		at = client.Now()
	})
	l.Run(10 * time.Minute)
	const trip = 200 * time.Microsecond // ARP comes first
	if !errors.Is(failed, host.ErrTimeout) || at != 127*time.Second {
		t.Errorf("dial: got %v at %v, want a timeout at 127s", failed, at)
	}
	syns := tap.SentBy("h2", 0, segment(header.TCPFlagSyn))
	for i, s := range syns {
		within(t, fmt.Sprintf("SYN %d", i), s.At, time.Duration(1<<i-1)*time.Second, time.Duration(1<<i-1)*time.Second+trip)
	}
	if len(syns) != 7 {
		t.Errorf("SYNs: got %d, want 7", len(syns))
	}
}
