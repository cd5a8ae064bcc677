package host_test

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
)

// TestFullBacklog: while a program accepts nothing, the kernel completes
// handshakes. As many connections as the backlog holds are established and
// wait; later ones get no answer, and succeed by a retry when there is room.
func TestFullBacklog(t *testing.T) {
	for _, backlog := range []int{1, 10, 1000} {
		t.Run(fmt.Sprint(backlog), func(t *testing.T) {
			l := newLab(t, 2, nil)
			server, client := l.Hosts[0], l.Hosts[1]
			listener, err := server.Listen(netip.MustParseAddrPort("0.0.0.0:80"), backlog)
			if err != nil {
				t.Fatal(err)
			}
			established, failed, served := 0, 0, 0
			for i := range backlog + 20 {
				client.Go("client", func(p *sim.Proc) {
					p.Sleep(time.Duration(i) * time.Millisecond)
					conn, err := client.Dial(netip.MustParseAddrPort("10.0.0.1:80"), 0)
					if err != nil {
						failed++
						return
					}
					established++
					if _, err := conn.Read(make([]byte, 1)); err == nil {
						served++
					}
				})
			}
			l.Run(20 * time.Second)
			if established != backlog || failed != 0 || served != 0 {
				t.Fatalf("nobody accepts: got %d established, %d failed, %d served, want %d, 0 and 0", established, failed, served, backlog)
			}
			server.Go("server", func(*sim.Proc) {
				for {
					conn, err := listener.AcceptConn()
					if err != nil {
						return
					}
					conn.Write([]byte("x"))
				}
			})
			l.Run(130 * time.Second)
			if established != backlog+20 || served != backlog+20 || failed != 0 {
				t.Errorf("once accepted: got %d established, %d served, %d failed, want all %d served", established, served, failed, backlog+20)
			}
		})
	}
}

// TestListenerClose: closing wakes the proc in Accept, resets connections in
// the backlog, refuses new ones, and frees the port.
func TestListenerClose(t *testing.T) {
	l := newLab(t, 2, nil)
	server, client := l.Hosts[0], l.Hosts[1]
	open := func() *host.Listener {
		t.Helper()
		listener, err := server.Listen(netip.MustParseAddrPort("0.0.0.0:80"), 5)
		if err != nil {
			t.Fatal(err)
		}
		return listener
	}
	listener := open()
	var accepted error
	server.Go("server", func(p *sim.Proc) {
		for accepted == nil {
			_, accepted = listener.AcceptConn()
		}
	})
	l.dial(t, client, "10.0.0.1:80")
	l.At(time.Second, func() { listener.Close(); listener.Close() })
	l.Run(2 * time.Second)
	if !errors.Is(accepted, host.ErrClosed) {
		t.Errorf("accept: got %v, want ErrClosed", accepted)
	}
	listener = open() // nobody accepts from this one
	waiting := l.dial(t, client, "10.0.0.1:80")
	var read, refused error
	client.Go("waiting", func(*sim.Proc) { _, read = waiting.Read(make([]byte, 1)) })
	l.At(3*time.Second, func() { listener.Close() })
	l.Run(4 * time.Second)
	client.Go("late", func(*sim.Proc) { _, refused = client.Dial(netip.MustParseAddrPort("10.0.0.1:80"), 0) })
	l.Run(5 * time.Second)
	if !errors.Is(read, host.ErrReset) {
		t.Errorf("a connection in the backlog: got %v, want a reset", read)
	}
	if !errors.Is(refused, host.ErrRefused) {
		t.Errorf("dial: got %v, want ErrRefused", refused)
	}
}

// TestListenOnCrashedMachine: sockets need a machine that is up.
func TestListenOnCrashedMachine(t *testing.T) {
	l := newLab(t, 1, nil)
	h := l.Hosts[0]
	h.Crash(false)
	if _, err := h.Listen(netip.MustParseAddrPort("0.0.0.0:80"), 1); !errors.Is(err, host.ErrDown) {
		t.Errorf("listen: got %v, want ErrDown", err)
	}
	if _, err := h.Dial(netip.MustParseAddrPort("10.0.0.2:80"), 0); !errors.Is(err, host.ErrDown) {
		t.Errorf("dial: got %v, want ErrDown", err)
	}
}
