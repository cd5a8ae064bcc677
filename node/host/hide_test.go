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
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// sendTo makes a machine send what is for the virtual IP to another one,
// without ARP, as if a distributor were between them.
func sendTo(client, server *host.Host) {
	client.Crash(false)
	client.NIC("lan").SetNeighbour(vip, server.NIC("lan").MAC())
	client.PowerOn()
}

// ownership lists the events about virtual IPs that a machine has logged.
func ownership(l *lab, node string) []string {
	var all []string
	for _, e := range l.Log.Events() {
		switch e.What.(type) {
		case event.VIPGained, event.VIPLost:
			if e.Node == node {
				all = append(all, e.What.Kind())
			}
		}
	}
	return all
}

// TestHiddenVIPIsServed: a machine that hides a virtual IP binds to it and
// serves it from its burnt-in MAC, and does not count as its owner. It asks for
// its client's MAC in its own name.
func TestHiddenVIPIsServed(t *testing.T) {
	l := newLab(t, 2, nil)
	member, client := l.Hosts[0], l.Hosts[1]
	n := member.NIC("lan")
	sendTo(client, member)
	n.HideVIP(vip)
	n.HideVIP(vip)
	tap := l.Tap()
	serveName(l, member) // with Listen, which needs the address
	var served string
	l.Program(client, "client", func(*sim.Proc) error {
		conn, err := client.Dial(netip.AddrPortFrom(vip, 80), time.Second)
		if err != nil {
			return err
		}
		name, err := io.ReadAll(conn)
		served = string(name)
		conn.Close()
		return err
	})
	l.Pass(time.Minute)
	if served != "h1" || !member.Holds(vip) {
		t.Errorf("served by %q, held: %v, want h1, true", served, member.Holds(vip))
	}
	for _, f := range tap.SentBy("h1", 0, nil) {
		if f.From() != n.MAC() {
			t.Errorf("at %v a frame left from %v, want %v", f.At, f.From(), n.MAC())
		}
		if a, err := wire.ParseARP(f.Data); err == nil && (a.SenderIP != n.Address().Addr() || a.SenderMAC != n.MAC()) {
			t.Errorf("at %v an ARP %s came from %v at %v, want the own address", f.At, a.Op, a.SenderIP, a.SenderMAC)
		}
	}
	if asked := tap.SentBy("h1", 0, arpOf(wire.ARPRequestOp)); len(asked) == 0 {
		t.Error("the member never asked for the MAC of its client")
	}
	if resets := tap.SentBy("h1", 0, segment(header.TCPFlagRst)); len(resets) != 0 {
		t.Errorf("the member sent %d resets, want none", len(resets))
	}
	if got := ownership(l, "h1"); got != nil {
		t.Errorf("events: got %v, want none", got)
	}
}

// TestHiddenVIPIsNotAnswered: no form of ARP request for a hidden address gets
// an answer, under any policy; one for the own address does.
func TestHiddenVIPIsNotAnswered(t *testing.T) {
	for _, policy := range []host.ARPPolicy{host.ARPLinux, host.ARPReplyOnly, host.ARPIgnore, host.ARPNetstack} {
		l := newLab(t, 2, func(_ int, c *host.Config) { c.ARP = policy })
		n, client := l.Hosts[0].NIC("lan"), l.Hosts[1].NIC("lan")
		own := client.Address().Addr()
		for name, c := range map[string]struct {
			to             host.MAC
			sender, target netip.Addr
			answers        int
		}{
			"own address":  {wire.Broadcast, own, n.Address().Addr(), 1},
			"broadcast":    {wire.Broadcast, own, vip, 0},
			"unicast":      {n.MAC(), own, vip, 0},
			"probe":        {wire.Broadcast, netip.IPv4Unspecified(), vip, 0},
			"announcement": {wire.Broadcast, vip, vip, 0},
		} {
			n.HideVIP(vip)
			tap := l.Tap()
			frame, err := wire.AppendARP(nil, wire.ARP{
				Source: client.MAC(), Destination: c.to, Op: wire.ARPRequestOp,
				SenderMAC: client.MAC(), SenderIP: c.sender, TargetIP: c.target,
			})
			if err != nil {
				t.Fatal(err)
			}
			hosttest.Inject(client, frame)
			l.Pass(time.Second)
			if got := tap.SentBy("h1", 0, nil); len(got) != c.answers {
				t.Errorf("%s, %s: got %d frames, want %d", policy, name, len(got), c.answers)
			}
		}
	}
}

// TestOwnershipComesAndGoes: a machine takes over an address that it hides, and
// hides it again, while a connection to it lives: only the events, the answers
// to ARP and the virtual MAC change.
func TestOwnershipComesAndGoes(t *testing.T) {
	l := newLab(t, 3, nil)
	member, client, stranger := l.Hosts[0], l.Hosts[1], l.Hosts[2]
	n, virtual := member.NIC("lan"), wire.VirtualMAC(30)
	sendTo(client, member)
	n.HideVIP(vip)
	l.serve(t, member, 80, 10)
	conn := l.dial(t, client, "10.0.0.100:80")
	var watched int
	member.OnAddress(func(netip.Addr, bool) { watched++ })
	tap := l.Tap()
	check := func(step string, owned bool, events ...string) {
		t.Helper()
		since := l.Loop.Now()
		answered := 0
		l.Program(client, "ask", func(*sim.Proc) (err error) { answered, err = ask(conn, 3, 10); return err })
		var fresh error
		stranger.Go("dial", func(*sim.Proc) {
			var other *host.Conn
			if other, fresh = stranger.Dial(netip.AddrPortFrom(vip, 80), 500*time.Millisecond); fresh == nil {
				other.Close()
			}
		})
		l.Pass(10 * time.Second)
		if answered != 3 {
			t.Errorf("%s: got %d answers on the old connection, want 3", step, answered)
		}
		if (fresh == nil) != owned {
			t.Errorf("%s: a machine that asks by ARP got %v", step, fresh)
		}
		if got := n.Port().Filter().Accepts(virtual); got != owned {
			t.Errorf("%s: takes frames to the virtual MAC: got %v", step, got)
		}
		want := n.MAC()
		if owned {
			want = virtual
		}
		for _, f := range tap.SentBy("h1", since, nil) {
			if from, _, _, ok := tcpOf(f); ok && from.Addr() == vip && f.From() != want {
				t.Errorf("%s: at %v a segment left from %v, want %v", step, f.At, f.From(), want)
			}
		}
		if got := ownership(l, "h1"); !slices.Equal(got, events) {
			t.Errorf("%s: events: got %v, want %v", step, got, events)
		}
	}
	check("hidden", false)
	n.AddVIP(vip, virtual)
	n.AddVIP(vip, virtual)
	check("owned", true, "vip-gained")
	n.HideVIP(vip)
	n.HideVIP(vip)
	stranger.Crash(false) // forgets what ARP taught it
	stranger.PowerOn()
	check("hidden again", false, "vip-gained", "vip-lost")
	if watched != 0 {
		t.Errorf("watchers were notified %d times, want never: the address was held all the time", watched)
	}
	if resets := tap.SentBy("h1", 0, segment(header.TCPFlagRst)); len(resets) != 0 {
		t.Errorf("the member sent %d resets, want none", len(resets))
	}
}

// TestHeldAcknowledgementLeavesFromTheOwnMAC: an acknowledgement that waits
// while ownership ends must not leave from the virtual MAC: the switch would
// send the new owner's frames here.
func TestHeldAcknowledgementLeavesFromTheOwnMAC(t *testing.T) {
	l := newLab(t, 2, nil)
	member, client := l.Hosts[0], l.Hosts[1]
	n := member.NIC("lan")
	n.AddVIP(vip, wire.VirtualMAC(30))
	l.Program(member, "sink", func(*sim.Proc) error {
		listener, err := member.Listen(netip.AddrPortFrom(vip, 80), 1)
		if err != nil {
			return err
		}
		conn, err := listener.AcceptConn()
		if err != nil {
			return err
		}
		_, err = io.ReadFull(conn, make([]byte, 2))
		return err
	})
	conn := l.dial(t, client, "10.0.0.100:80")
	tap := l.Tap()
	l.Program(client, "write", func(*sim.Proc) error { _, err := conn.Write([]byte("x")); return err })
	l.Pass(host.AckDelay / 2)
	n.HideVIP(vip)
	l.Pass(host.AckDelay)
	acks := tap.SentBy("h1", 0, segment(header.TCPFlagAck))
	if len(acks) != 1 || acks[0].From() != n.MAC() {
		t.Errorf("acknowledgements: got %v, want one from %v", acks, n.MAC())
	}
}

// TestHiddenVIPEnds: a hidden address is given up without an event, with or
// without a reset of its connections, and a crash forgets it.
func TestHiddenVIPEnds(t *testing.T) {
	for name, c := range map[string]struct {
		end    func(*host.Host)
		resets int
		heard  int
	}{
		"reset":  {func(h *host.Host) { h.NIC("lan").RemoveVIP(vip, true) }, 1, 1},
		"freeze": {func(h *host.Host) { h.NIC("lan").RemoveVIP(vip, false) }, 0, 1},
		"crash":  {func(h *host.Host) { h.Crash(true); h.PowerOn() }, 0, 0},
	} {
		l := newLab(t, 2, nil)
		member, client := l.Hosts[0], l.Hosts[1]
		n := member.NIC("lan")
		sendTo(client, member)
		n.HideVIP(vip)
		l.serve(t, member, 80, 10)
		l.dial(t, client, "10.0.0.100:80")
		heard := 0
		member.OnAddress(func(_ netip.Addr, held bool) {
			if !held {
				heard++
			}
		})
		tap := l.Tap()
		c.end(member)
		l.Pass(time.Second)
		if got := len(tap.SentBy("h1", 0, nil)); got != c.resets || len(tap.SentBy("h1", 0, segment(header.TCPFlagRst))) != c.resets {
			t.Errorf("%s: the member sent %d frames, want %d resets", name, got, c.resets)
		}
		if member.Holds(vip) || heard != c.heard {
			t.Errorf("%s: held: %v, watchers notified %d times, want false, %d", name, member.Holds(vip), heard, c.heard)
		}
		if got := ownership(l, "h1"); got != nil {
			t.Errorf("%s: events: got %v, want none", name, got)
		}
		if _, err := member.Listen(netip.AddrPortFrom(vip, 81), 1); !errors.Is(err, host.ErrAddressNotLocal) {
			t.Errorf("%s: listen: got %v, want ErrAddressNotLocal", name, err)
		}
		n.AddVIP(vip, host.MAC{}) // as if it had never been hidden
		if got := ownership(l, "h1"); !slices.Equal(got, []string{"vip-gained"}) || !member.Holds(vip) {
			t.Errorf("%s: events of an owner: got %v, want a gain", name, got)
		}
	}
}

// TestOwnAddressIsNotHidden: hiding the interface's own address, or anything on
// a machine that is down, has no effect.
func TestOwnAddressIsNotHidden(t *testing.T) {
	l := newLab(t, 2, nil)
	h, n := l.Hosts[0], l.Hosts[0].NIC("lan")
	n.HideVIP(n.Address().Addr())
	l.serve(t, h, 80, 10)
	l.dial(t, l.Hosts[1], "10.0.0.1:80")
	h.Crash(false)
	n.HideVIP(vip)
	h.PowerOn()
	if h.Holds(vip) {
		t.Error("an address hidden while the machine was down is held after the boot")
	}
}
