package host_test

import (
	"errors"
	"net/netip"
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
