package host_test

import (
	"errors"
	"io"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
)

// TestTimeoutOfParkedRead: as in package net, a deadline applies to a call that
// is already parked: a client waits on its idle connection in one proc and
// sends, with a timeout, in another.
func TestTimeoutOfParkedRead(t *testing.T) {
	l := newLab(t, 2, nil)
	l.serve(t, l.Hosts[0], 80, 1000)
	client := l.Hosts[1]
	var conn *host.Conn
	var failed []time.Duration
	client.Go("reader", func(*sim.Proc) {
		var err error
		if conn, err = client.Dial(netip.MustParseAddrPort("10.0.0.1:80"), 0); err != nil {
			l.Loop.Fail(err)
			return
		}
		for range 2 {
			if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, host.ErrTimeout) {
				t.Errorf("read: got %v, want a timeout", err)
			}
			failed = append(failed, client.Now())
			conn.SetTimeout(0)
		}
	})
	client.Go("other", func(p *sim.Proc) {
		p.Sleep(time.Second)
		conn.SetTimeout(time.Second) // 2 s
		p.Sleep(500 * time.Millisecond)
		conn.SetTimeout(time.Second) // 2.5 s
		p.Sleep(2500 * time.Millisecond)
		conn.SetTimeout(time.Second) // 5 s
		p.Sleep(500 * time.Millisecond)
		conn.SetTimeout(0)
	})
	l.Run(time.Minute)
	if len(failed) != 1 || failed[0] != 2500*time.Millisecond {
		t.Errorf("timeouts: got %v, want one at 2.5s", failed)
	}
}

// TestAwaitRead: it returns when bytes have arrived, without taking them, and
// when the connection ends; and fails as Read does.
func TestAwaitRead(t *testing.T) {
	l, server, client := streamLab(t, func(p *sim.Proc, conn *host.Conn) {
		p.Sleep(2 * time.Second)
		conn.Write([]byte("ab"))
		p.Sleep(2 * time.Second)
		conn.Close()
	})
	conn := l.dial(t, client, "10.0.0.1:80")
	var at []time.Duration
	start := client.Now()
	await := func(want error) {
		t.Helper()
		if err := conn.AwaitRead(); !errors.Is(err, want) {
			t.Errorf("await: got %v, want %v", err, want)
		}
		at = append(at, (client.Now() - start).Round(100*time.Millisecond))
	}
	l.Program(client, "client", func(p *sim.Proc) error {
		conn.SetTimeout(time.Second)
		await(host.ErrTimeout)
		conn.SetTimeout(0)
		await(nil) // bytes
		await(nil) // they are still there
		b := make([]byte, 10)
		if n, err := conn.Read(b); n != 2 || err != nil {
			t.Errorf("read: got %d bytes and %v, want 2", n, err)
		}
		await(nil) // the end
		if _, err := conn.Read(b); err != io.EOF {
			t.Errorf("read: got %v, want EOF", err)
		}
		conn.Close()
		await(host.ErrClosed)
		return nil
	})
	l.Run(10 * time.Second)
	server.Crash(false)
	want := []time.Duration{time.Second, 1900 * time.Millisecond, 1900 * time.Millisecond, 3900 * time.Millisecond, 3900 * time.Millisecond}
	if !slices.Equal(at, want) {
		t.Errorf("returned after %v, want %v", at, want)
	}
}
