package host_test

import (
	"errors"
	"io"
	"net/netip"
	"slices"
	"testing"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip/header"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// talker makes a request on one connection once a second, and records the
// results.
type talker struct {
	answered []time.Duration // instants
	err      error
	failedAt time.Duration
}

func (l *lab) talk(h *host.Host, target netip.AddrPort, requests int) *talker {
	t := &talker{}
	h.Go("talker", func(p *sim.Proc) {
		conn, err := h.Dial(target, 0)
		for range requests {
			if err == nil {
				_, err = ask(conn, 1, 10)
			}
			if err != nil {
				t.err, t.failedAt = err, h.Now()
				return
			}
			t.answered = append(t.answered, h.Now())
			p.Sleep(time.Second)
		}
		conn.Close()
	})
	return t
}

// TestVIPLossResets: with reset, the peer of a connection to a lost virtual IP
// gets a reset after one link delay, and the connection ends even if the
// address comes back. Other connections are not affected.
func TestVIPLossResets(t *testing.T) {
	l := newLab(t, 2, nil)
	owner, client := l.Hosts[0], l.Hosts[1]
	l.serve(t, owner, 80, 10)
	n := owner.NIC("lan")
	n.AddVIP(vip, host.MAC{})
	tap := l.Tap()
	lost := l.talk(client, netip.AddrPortFrom(vip, 80), 10)
	other := l.talk(client, netip.MustParseAddrPort("10.0.0.1:80"), 10)
	l.At(2500*time.Millisecond, func() { n.RemoveVIP(vip, true) })
	l.At(2600*time.Millisecond, func() { n.AddVIP(vip, host.MAC{}) })
	l.Run(time.Minute)
	resets := tap.SentBy("h1", 0, segment(header.TCPFlagRst))
	if len(resets) != 1 || resets[0].At != 2500*time.Millisecond {
		t.Fatalf("resets: got %v, want one at 2.5s", resets)
	}
	if !errors.Is(lost.err, host.ErrReset) || len(lost.answered) != 3 {
		t.Errorf("got %v after %d answers, want a reset after 3", lost.err, len(lost.answered))
	}
	if other.err != nil || len(other.answered) != 10 {
		t.Errorf("the connection to the own address: got %v after %d answers, want 10", other.err, len(other.answered))
	}
}

// TestVIPLossFreezes enforces spec/failover.md §9.5: without reset, connections
// hang without an RST, and so does a new one; when the address is back they
// continue where they stopped.
func TestVIPLossFreezes(t *testing.T) {
	l := newLab(t, 2, nil)
	owner, client := l.Hosts[0], l.Hosts[1]
	l.serve(t, owner, 80, 10)
	n := owner.NIC("lan")
	n.AddVIP(vip, host.MAC{})
	tap := l.Tap()
	frozen := l.talk(client, netip.AddrPortFrom(vip, 80), 10)
	l.At(2500*time.Millisecond, func() { n.RemoveVIP(vip, false) })
	l.At(7500*time.Millisecond, func() { n.AddVIP(vip, host.MAC{}) })
	l.Run(7 * time.Second)
	if len(frozen.answered) != 3 || frozen.err != nil {
		t.Errorf("while the address is gone: got %d answers and %v, want 3 and silence", len(frozen.answered), frozen.err)
	}
	l.Run(time.Minute)
	if len(frozen.answered) != 10 || frozen.err != nil {
		t.Errorf("with the address back: got %d answers and %v, want 10", len(frozen.answered), frozen.err)
	}
	if len(frozen.answered) > 3 {
		within(t, "from its return to the next answer", frozen.answered[3]-7500*time.Millisecond, 0, 3*time.Second)
	}
	if n := len(tap.SentBy("h1", 0, segment(header.TCPFlagRst))); n != 0 {
		t.Errorf("resets: got %d, want none", n)
	}
}

// TestResetsComeInOrder: many connections are reset in the order of their
// peers, not in the map order of the stack.
func TestResetsComeInOrder(t *testing.T) {
	var first []netip.AddrPort
	for range 3 {
		l := newLab(t, 4, nil)
		owner := l.Hosts[0]
		l.serve(t, owner, 80, 10)
		owner.NIC("lan").AddVIP(vip, host.MAC{})
		for i := range 30 {
			l.talk(l.Hosts[1+i%3], netip.AddrPortFrom(vip, 80), 100)
		}
		tap := l.Tap()
		l.At(5*time.Second, func() { owner.NIC("lan").RemoveVIP(vip, true) })
		l.Run(6 * time.Second)
		var peers []netip.AddrPort
		for _, s := range tap.SentBy("h1", 0, segment(header.TCPFlagRst)) {
			_, to, _, _ := tcpOf(s)
			peers = append(peers, to)
		}
		if len(peers) != 30 || !slices.IsSortedFunc(peers, netip.AddrPort.Compare) {
			t.Fatalf("resets: got %v, want 30 in the order of peers", peers)
		}
		if first == nil {
			first = peers
		}
		if !slices.Equal(peers, first) {
			t.Errorf("resets: got %v, then %v", first, peers)
		}
	}
}

// TestAddressWatchers: programs are notified once of every address gained or
// given up, and not when nothing changes.
func TestAddressWatchers(t *testing.T) {
	l := newLab(t, 1, nil)
	h, n := l.Hosts[0], l.Hosts[0].NIC("lan")
	var heard []string
	h.OnAddress(func(a netip.Addr, held bool) {
		if h.Holds(a) != held {
			t.Errorf("%v: notified of %v, but Holds returns %v", a, held, h.Holds(a))
		}
		heard = append(heard, map[bool]string{true: "+", false: "-"}[held]+a.String())
	})
	n.AddVIP(vip, host.MAC{})
	n.AddVIP(vip, host.MAC{})
	n.RemoveVIP(vip, true)
	n.RemoveVIP(vip, true)
	n.SetAddress(netip.MustParsePrefix("10.0.0.9/16"))
	n.SetAddress(netip.Prefix{})
	want := []string{"+10.0.0.100", "-10.0.0.100", "-10.0.0.1", "+10.0.0.9", "-10.0.0.9"}
	if !slices.Equal(heard, want) {
		t.Errorf("heard: got %v, want %v", heard, want)
	}
	var logged []string
	for _, e := range l.Log.Events() {
		switch e.What.(type) {
		case event.VIPGained, event.VIPLost:
			logged = append(logged, e.What.Kind())
		}
	}
	if !slices.Equal(logged, []string{"vip-gained", "vip-lost"}) {
		t.Errorf("events: got %v, want one gain and one loss: an own address is not a virtual IP", logged)
	}
}

// TestListenPolicies enforces spec/failover.md §9.5 and F14: Listen refuses an
// address that is not held; ListenEarly binds, and serves whenever the address
// is held.
func TestListenPolicies(t *testing.T) {
	l := newLab(t, 2, nil)
	owner, client := l.Hosts[0], l.Hosts[1]
	target := netip.AddrPortFrom(vip, 80)
	if _, err := owner.Listen(target, 1); !errors.Is(err, host.ErrAddressNotLocal) {
		t.Errorf("listen on an address not held: got %v, want ErrAddressNotLocal", err)
	}
	if _, err := owner.ListenEarly(netip.MustParseAddrPort("203.0.113.1:80"), 1); !errors.Is(err, host.ErrAddressNotLocal) {
		t.Errorf("listen early on an address of no segment: got %v, want ErrAddressNotLocal", err)
	}
	listener, err := owner.ListenEarly(target, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := owner.ListenEarly(target, 1); !errors.Is(err, host.ErrAddressInUse) {
		t.Errorf("listen twice: got %v, want ErrAddressInUse", err)
	}
	owner.Go("server", func(*sim.Proc) {
		for {
			conn, err := listener.AcceptConn()
			if err != nil {
				return
			}
			io.ReadFull(conn, make([]byte, 1))
			conn.Close()
		}
	})
	tap := l.Tap()
	attempt := func(until time.Duration) (err error) {
		err = errors.New("still waiting")
		client.Go("attempt", func(*sim.Proc) {
			var conn *host.Conn
			if conn, err = client.Dial(target, 500*time.Millisecond); err == nil {
				conn.Close()
			}
		})
		l.Run(until)
		return err
	}
	if err := attempt(2 * time.Second); !errors.Is(err, host.ErrTimeout) {
		t.Errorf("before the address: got %v, want a timeout", err)
	}
	owner.NIC("lan").AddVIP(vip, host.MAC{})
	if err := attempt(10 * time.Second); err != nil {
		t.Errorf("with the address: got %v, want a connection", err)
	}
	owner.NIC("lan").RemoveVIP(vip, true)
	if err := attempt(11 * time.Second); !errors.Is(err, host.ErrTimeout) {
		t.Errorf("after the loss: got %v, want a timeout", err)
	}
	owner.NIC("lan").AddVIP(vip, host.MAC{})
	if err := attempt(20 * time.Second); err != nil {
		t.Errorf("with the address again: got %v, want a connection", err)
	}
	if n := len(tap.SentBy("h1", 0, segment(header.TCPFlagRst))); n != 0 {
		t.Errorf("resets by the owner: got %d, want none", n)
	}
}
