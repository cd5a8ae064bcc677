package host_test

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
)

var (
	group = netip.MustParseAddr("239.1.2.3")
	local = netip.MustParseAddr("224.0.0.99") // a group that switches flood
)

// at is an address with the port of the tests.
func at(addr netip.Addr) netip.AddrPort { return netip.AddrPortFrom(addr, 5000) }

// own is the address of a machine of newLab.
func own(h *host.Host) netip.Addr { return h.NIC("lan").Address().Addr() }

// open binds a socket to all addresses of a machine.
func open(t *testing.T, h *host.Host) *host.UDPSocket {
	t.Helper()
	u, err := h.OpenUDP(at(netip.IPv4Unspecified()))
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// join makes a socket a member of a group on the interface lan.
func join(t *testing.T, h *host.Host, u *host.UDPSocket, groups ...netip.Addr) {
	t.Helper()
	for _, g := range groups {
		if err := u.Join(g, h.NIC("lan")); err != nil {
			t.Fatal(err)
		}
	}
}

// collect receives into a list such as "0s hello from 10.0.0.1:5000", until the
// socket ends.
func collect(l *lab, h *host.Host, u *host.UDPSocket) *[]string {
	got := new([]string)
	h.Go("receiver", func(*sim.Proc) {
		b := make([]byte, 100)
		for {
			n, from, err := u.Receive(b)
			if err != nil {
				return
			}
			*got = append(*got, fmt.Sprintf("%v %s from %v", l.Loop.Now(), b[:n], from))
		}
	})
	return got
}

// say sends a datagram at an instant.
func say(l *lab, h *host.Host, u *host.UDPSocket, when time.Duration, text string, to netip.Addr) {
	l.At(when, func() {
		l.Program(h, "sender", func(*sim.Proc) error { return u.Send([]byte(text), at(to)) })
	})
}

// TestDatagrams: datagrams arrive whole, in order, with the sender's address,
// and only at their destination. A datagram to an unused port is lost silently.
func TestDatagrams(t *testing.T) {
	l := newLab(t, 3, nil)
	a, b, c := l.Hosts[0], l.Hosts[1], l.Hosts[2]
	sender, receiver, other := open(t, a), open(t, b), open(t, c)
	got, stray := collect(l, b, receiver), collect(l, c, other)
	say(l, a, sender, time.Second, "one", own(b))
	say(l, a, sender, 2*time.Second, "", own(b))
	say(l, a, sender, 3*time.Second, "three", own(b))
	l.At(4*time.Second, func() {
		l.Program(a, "sender", func(*sim.Proc) error { return sender.Send([]byte("lost"), netip.AddrPortFrom(own(b), 5001)) })
	})
	say(l, a, sender, 5*time.Second, "five", own(b))
	l.Run(10 * time.Second)
	want := []string{
		"1.0003s one from 10.0.0.1:5000", // ARP first
		"2.0001s  from 10.0.0.1:5000",
		"3.0001s three from 10.0.0.1:5000",
		"5.0001s five from 10.0.0.1:5000",
	}
	if !slices.Equal(*got, want) || len(*stray) > 0 {
		t.Errorf("got\n%q and %q by the third machine, want\n%q and nothing", *got, *stray, want)
	}
}

// TestDatagramToVirtualIP: a socket bound to a virtual IP answers from it; one
// bound to all addresses answers from the interface's own.
func TestDatagramToVirtualIP(t *testing.T) {
	for _, bind := range []netip.Addr{vip, netip.IPv4Unspecified()} {
		l := newLab(t, 2, nil)
		owner, client := l.Hosts[0], l.Hosts[1]
		owner.NIC("lan").AddVIP(vip, host.MAC{})
		server, err := owner.OpenUDP(at(bind))
		if err != nil {
			t.Fatal(err)
		}
		l.Program(owner, "server", func(*sim.Proc) error {
			_, from, err := server.Receive(make([]byte, 10))
			if err != nil {
				return err
			}
			return server.Send([]byte("answer"), from)
		})
		u := open(t, client)
		got := collect(l, client, u)
		say(l, client, u, 0, "question", vip)
		l.Run(time.Second)
		source := bind
		if bind.IsUnspecified() {
			source = own(owner)
		}
		if want := []string{"400µs answer from " + at(source).String()}; !slices.Equal(*got, want) {
			t.Errorf("bound to %v: got %q, want %q", bind, *got, want)
		}
	}
}

// TestOpenUDPFailures: each failure has its own error.
func TestOpenUDPFailures(t *testing.T) {
	l := newLab(t, 1, nil)
	h := l.Hosts[0]
	u := open(t, h)
	join(t, h, u, group)
	_, taken := h.OpenUDP(at(netip.IPv4Unspecified()))
	_, foreign := h.OpenUDP(at(netip.MustParseAddr("10.0.0.9")))
	free, err := h.OpenUDP(netip.AddrPortFrom(own(h), 0))
	if err != nil || free.LocalAddrPort().Addr() != own(h) || free.LocalAddrPort().Port() == 0 {
		t.Errorf("any port: got %v, %v", free.LocalAddrPort(), err)
	}
	unicast, v6 := u.Join(own(h), h.NIC("lan")), u.Join(netip.MustParseAddr("ff02::1"), h.NIC("lan"))
	twice, never := u.Join(group, h.NIC("lan")), u.Leave(local, h.NIC("lan"))
	u.Close()
	u.Close()
	closed := u.Join(group, h.NIC("lan"))
	u.SetTTL(1)
	u.SetMulticastInterface(h.NIC("lan"))
	again, err := h.OpenUDP(at(netip.IPv4Unspecified()))
	if err != nil {
		t.Errorf("port of a closed socket: %v", err)
	}
	h.Crash(false)
	again.Close()
	_, down := h.OpenUDP(at(netip.IPv4Unspecified()))
	for _, c := range []struct {
		what      string
		got, want error
	}{
		{"port in use", taken, host.ErrAddressInUse},
		{"address of another machine", foreign, host.ErrAddressNotLocal},
		{"join of a unicast address", unicast, host.ErrNotMulticast},
		{"join of an IPv6 group", v6, host.ErrNotMulticast},
		{"second join", twice, host.ErrAddressInUse},
		{"leave without join", never, host.ErrAddressNotLocal},
		{"join of a closed socket", closed, host.ErrClosed},
		{"machine that is off", down, host.ErrDown},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: got %v, want %v", c.what, c.got, c.want)
		}
	}
}

// TestDatagramDeadlines: a deadline in the world's time, or a timeout, ends
// receiving with a net.Error, including a Receive in progress; when it is
// moved, the socket continues. Closing also ends it.
func TestDatagramDeadlines(t *testing.T) {
	l := newLab(t, 2, nil)
	a, b := l.Hosts[0], l.Hosts[1]
	sender, u := open(t, a), open(t, b)
	var ends []string
	l.Program(b, "receiver", func(*sim.Proc) error {
		receive := func() {
			n, _, err := u.Receive(make([]byte, 3))
			var timeout net.Error
			switch {
			case errors.As(err, &timeout) && timeout.Timeout() && errors.Is(err, host.ErrTimeout):
				ends = append(ends, fmt.Sprintf("%v timeout", l.Loop.Now()))
			case errors.Is(err, host.ErrClosed):
				ends = append(ends, fmt.Sprintf("%v closed", l.Loop.Now()))
			default:
				ends = append(ends, fmt.Sprintf("%v %d bytes, %v", l.Loop.Now(), n, err))
			}
		}
		u.SetDeadline(host.Instant(time.Second))
		receive()
		receive()
		u.SetTimeout(time.Second)
		receive()
		u.SetDeadline(time.Time{})
		receive() // shortened from outside
		u.SetTimeout(0)
		receive() // a datagram
		receive() // closed from outside
		receive()
		return nil
	})
	l.At(3*time.Second, func() { u.SetDeadline(host.Instant(4 * time.Second)) })
	say(l, a, sender, 5*time.Second, "four", own(b))
	l.At(6*time.Second, u.Close)
	l.Run(10 * time.Second)
	want := []string{
		"1s timeout", "1s timeout", "2s timeout", "4s timeout",
		"5.0003s 3 bytes, <nil>", "6s closed", "6s closed",
	}
	if !slices.Equal(ends, want) {
		t.Errorf("got\n%q, want\n%q", ends, want)
	}
}

// TestCrashClosesDatagramSockets: a crash closes sockets and ends their
// memberships; the port is free at the next boot.
func TestCrashClosesDatagramSockets(t *testing.T) {
	l := newLab(t, 2, nil)
	a, b := l.Hosts[0], l.Hosts[1]
	sender, u := open(t, a), open(t, b)
	join(t, b, u, group)
	unwound := false
	var dying error
	b.Go("receiver", func(*sim.Proc) {
		defer func() {
			unwound = true
			dying = u.Send([]byte("x"), at(own(a)))
			u.Close()
		}()
		u.Receive(make([]byte, 10))
		t.Error("receiving continued after the crash")
	})
	var got *[]string
	l.At(time.Second, func() { b.Crash(false) })
	l.At(2*time.Second, func() {
		b.PowerOn()
		got = collect(l, b, open(t, b))
	})
	say(l, a, sender, 3*time.Second, "to a group that it was in", group)
	say(l, a, sender, 4*time.Second, "to the machine", own(b))
	l.Run(5 * time.Second)
	if !unwound || !errors.Is(dying, host.ErrClosed) {
		t.Errorf("crash: unwound %v, sending while unwinding %v, want ErrClosed", unwound, dying)
	}
	if _, _, err := u.Receive(nil); !errors.Is(err, host.ErrClosed) {
		t.Errorf("socket of the crashed machine: got %v, want ErrClosed", err)
	}
	if want := []string{"4.0003s to the machine from 10.0.0.1:5000"}; !slices.Equal(*got, want) {
		t.Errorf("got %q, want %q", *got, want)
	}
}

// TestFrozenDatagramSocket: datagrams that arrive while the process is frozen
// wait for it.
func TestFrozenDatagramSocket(t *testing.T) {
	l := newLab(t, 2, nil)
	a, b := l.Hosts[0], l.Hosts[1]
	sender, u := open(t, a), open(t, b)
	got := collect(l, b, u)
	l.At(time.Second, func() { b.Freeze(true) })
	say(l, a, sender, 2*time.Second, "one", own(b))
	say(l, a, sender, 3*time.Second, "two", own(b))
	l.At(4*time.Second, b.Thaw)
	l.Run(5 * time.Second)
	if want := []string{"4s one from 10.0.0.1:5000", "4s two from 10.0.0.1:5000"}; !slices.Equal(*got, want) {
		t.Errorf("got %q, want %q", *got, want)
	}
}

// TestDatagramsWithoutAnswerToARP: sending to a machine that does not exist
// neither waits nor fails.
func TestDatagramsWithoutAnswerToARP(t *testing.T) {
	l := newLab(t, 1, nil)
	h := l.Hosts[0]
	u := open(t, h)
	sent := 0
	l.Program(h, "sender", func(*sim.Proc) error {
		for range 1000 {
			if err := u.Send(make([]byte, 1000), at(netip.MustParseAddr("10.0.0.9"))); err != nil {
				return err
			}
			sent++
		}
		return nil
	})
	l.Run(time.Millisecond)
	if sent != 1000 {
		t.Errorf("got %d datagrams sent, want all at once", sent)
	}
	l.Run(time.Minute)
}

// TestConnectedDatagrams: a connected socket receives from its peer only, and
// learns that nobody listens there.
func TestConnectedDatagrams(t *testing.T) {
	l := newLab(t, 3, nil)
	a, b, c := l.Hosts[0], l.Hosts[1], l.Hosts[2]
	connected := open(t, a)
	if err := connected.Connect(at(own(b))); err != nil {
		t.Fatal(err)
	}
	got := collect(l, a, connected)
	say(l, b, open(t, b), time.Second, "peer", own(a))
	say(l, c, open(t, c), 2*time.Second, "other", own(a))
	l.Run(3 * time.Second)
	if want := []string{"1.0003s peer from 10.0.0.2:5000"}; !slices.Equal(*got, want) {
		t.Errorf("got %q, want %q", *got, want)
	}
	asking, err := a.OpenUDP(netip.AddrPortFrom(netip.IPv4Unspecified(), 0))
	if err == nil {
		err = asking.Connect(netip.AddrPortFrom(own(b), 5001))
	}
	if err != nil {
		t.Fatal(err)
	}
	l.Program(a, "asker", func(*sim.Proc) error {
		if err := asking.Send([]byte("question"), netip.AddrPortFrom(own(b), 5001)); err != nil {
			return err
		}
		if _, _, err := asking.Receive(make([]byte, 10)); !errors.Is(err, host.ErrRefused) {
			t.Errorf("nobody listens: got %v, want %v", err, host.ErrRefused)
		}
		asking.Close()
		if err := asking.Connect(at(own(c))); !errors.Is(err, host.ErrClosed) {
			t.Errorf("closed: got %v, want %v", err, host.ErrClosed)
		}
		return nil
	})
	l.Run(time.Minute)
}
