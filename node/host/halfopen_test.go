package host_test

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim"
)

// TestDialHalf: a program checks whether a port is open; the program behind the
// port, which accepts nothing, does not notice, not even in its backlog of 1.
func TestDialHalf(t *testing.T) {
	for _, c := range []struct {
		name     string
		prepare  func(server *host.Host)
		target   string
		err      error
		segments []string
		took     time.Duration
	}{
		{"open", nil, "10.0.0.1:80", nil, []string{"h2 SYN", "h1 SYN ACK", "h2 RST"}, 0},
		{"closed", nil, "10.0.0.1:81", host.ErrRefused, []string{"h2 SYN", "h1 ACK RST"}, 0},
		{"silent", func(h *host.Host) { h.Freeze(false) }, "10.0.0.1:80", host.ErrTimeout, []string{"h2 SYN", "h2 SYN"}, 2500 * time.Millisecond},
		{"programs frozen", func(h *host.Host) { h.Freeze(true) }, "10.0.0.1:80", nil, []string{"h2 SYN", "h1 SYN ACK", "h2 RST"}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t, 2, nil)
			server, client := l.Hosts[0], l.Hosts[1]
			if _, err := server.Listen(netip.MustParseAddrPort("0.0.0.0:80"), 1); err != nil {
				t.Fatal(err)
			}
			client.Go("first", func(*sim.Proc) { _ = client.DialHalf(netip.MustParseAddrPort("10.0.0.1:80"), time.Second) }) // resolves its MAC
			l.Run(2 * time.Second)
			if c.prepare != nil {
				c.prepare(server)
			}
			tap, took := l.Tap(), time.Duration(-1)
			client.Go("probe", func(*sim.Proc) {
				for range 3 {
					if err := client.DialHalf(netip.MustParseAddrPort(c.target), 2500*time.Millisecond); !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
						t.Errorf("got %v, want %v", err, c.err)
					}
				}
				took = client.Now() - 2*time.Second
			})
			l.Run(100 * time.Second)
			if took < 3*c.took || took > 3*c.took+5*time.Millisecond {
				t.Errorf("three took %v, want 3 x %v", took, c.took)
			}
			if got, want := segments(tap), slices.Repeat(c.segments, 3); !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// TestDialHalfWithin: a machine checks its own ports, by each of its addresses.
// Nothing of that is on the wire, and no connection is left.
func TestDialHalfWithin(t *testing.T) {
	for _, c := range []struct {
		target string
		err    error
	}{
		{"127.0.0.1:80", nil}, {"10.0.0.1:80", nil},
		{"127.0.0.1:81", host.ErrRefused}, {"10.0.0.1:81", host.ErrRefused},
	} {
		t.Run(c.target, func(t *testing.T) {
			l := newLab(t, 2, nil)
			h := l.Hosts[0]
			listener, err := h.Listen(netip.MustParseAddrPort("0.0.0.0:80"), 1)
			if err != nil {
				t.Fatal(err)
			}
			ended := []error{}
			h.Go("server", func(*sim.Proc) {
				for {
					conn, err := listener.AcceptConn()
					if err != nil {
						return
					}
					_, err = conn.Read(make([]byte, 1))
					ended = append(ended, err)
					conn.Close()
				}
			})
			tap, checks := l.Tap(), 0
			h.Go("probe", func(*sim.Proc) {
				for range 3 {
					if err := h.DialHalf(netip.MustParseAddrPort(c.target), time.Second); !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
						t.Errorf("got %v, want %v", err, c.err)
					}
					checks++
				}
			})
			l.Run(10 * time.Second)
			if got := segments(tap); checks != 3 || len(got) > 0 {
				t.Errorf("%d checks, on the wire %q; want 3 and nothing", checks, got)
			}
			want := map[bool]int{true: 3, false: 0}[c.err == nil]
			if n := len(ended); n != want || slices.ContainsFunc(ended, func(err error) bool { return host.Failure(err) != "reset" }) {
				t.Errorf("the program behind the port: got %q, want %d resets", ended, want)
			}
		})
	}
}

// segments prints the TCP segments that were sent, such as "h2 SYN".
func segments(tap *hosttest.Tap) (all []string) {
	names := map[wire.TCPFlags]string{
		wire.TCPSyn: "SYN", wire.TCPSyn | wire.TCPAck: "SYN ACK", wire.TCPRst: "RST", wire.TCPRst | wire.TCPAck: "ACK RST", wire.TCPAck: "ACK",
	}
	for _, f := range tap.All {
		if _, segment, _ := wire.TCPOf(f.Data); segment != nil && f.Lost == "" {
			all = append(all, fmt.Sprint(f.Node, " ", names[segment.Flags()]))
		}
	}
	return all
}

// TestDialHalfCrash: the dialling program ends with its machine, and nothing of
// the dial is left after the reboot.
func TestDialHalfCrash(t *testing.T) {
	l := newLab(t, 2, nil)
	server, client := l.Hosts[0], l.Hosts[1]
	server.Freeze(false)
	ended := false
	client.Go("probe", func(*sim.Proc) {
		defer func() { ended = true }()
		_ = client.DialHalf(netip.MustParseAddrPort("10.0.0.1:80"), 60*time.Second)
		t.Error("it continues in a machine that has crashed")
	})
	l.At(time.Second, func() { client.Crash(false) })
	l.Run(2 * time.Second)
	if !ended {
		t.Error("it has not ended with its machine")
	}
	if err := client.DialHalf(netip.MustParseAddrPort("10.0.0.1:80"), time.Second); !errors.Is(err, host.ErrDown) {
		t.Errorf("on a machine that is down: got %v, want %v", err, host.ErrDown)
	}
}
