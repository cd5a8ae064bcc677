package host_test

import (
	"net/netip"
	"testing"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip/header"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim"
)

// received counts the IP packets that the stack got.
func received(h *host.Host) uint64 { return host.StackStats(h).IP.PacketsReceived.Value() }

// TestMACFilter enforces spec/failover.md §9.2: gVisor accepts every frame it
// gets, so the interface must not give it frames for others. Method: ping a
// machine that the switch has not learnt, so that the frame is flooded.
func TestMACFilter(t *testing.T) {
	l := newLab(t, 3, nil)
	a, b, c := l.Hosts[0], l.Hosts[1], l.Hosts[2]
	tap := l.Tap()
	hosttest.Inject(a.NIC("lan"), ping(t, a, b))
	l.Run(time.Second)
	if got := received(b); got != 1 {
		t.Errorf("packets at the receiver: got %d, want 1", got)
	}
	if got := received(c); got != 0 {
		t.Errorf("packets at the bystander: got %d, want 0", got)
	}
	if n := len(tap.SentBy("h2", 0, pong)); n != 1 {
		t.Errorf("echo replies: got %d, want 1", n)
	}
	// A packet with the right IP address but an unknown MAC is not accepted.
	hosttest.Inject(a.NIC("lan"), echo(host.MAC{2, 0, 0, 0, 9, 9}, a.NIC("lan").MAC(), netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")))
	l.Run(2 * time.Second)
	if got := received(b); got != 1 {
		t.Errorf("packets to another MAC: got %d more, want none", got-1)
	}
}

// TestMulticastNeedsJoining: a packet socket receives a group's frames once it
// has joined.
func TestMulticastNeedsJoining(t *testing.T) {
	l := newLab(t, 2, nil)
	n := l.Hosts[0].NIC("lan")
	heard := 0
	socket := n.OpenPacket(wire.IsHSRP, func([]byte) { heard++ })
	hello, err := wire.AppendFrame(nil, l.Hosts[1].NIC("lan").MAC(), netip.MustParseAddr("10.0.0.2"), wire.Message{
		Hello: 3 * time.Second, Hold: 10 * time.Second, VirtualIP: vip,
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{0, 1, 1} {
		switch i {
		case 1:
			socket.Join(wire.AllRouters)
		case 2:
			socket.Close()
		}
		hosttest.Inject(l.Hosts[1].NIC("lan"), hello)
		l.Pass(time.Second)
		if heard != want {
			t.Errorf("step %d: heard %d hellos, want %d", i, heard, want)
		}
	}
}

// TestVIPIsNeverSource enforces spec/failover.md F13: outgoing connections come
// from the interface's own address, whatever virtual IPs it holds and however
// long.
func TestVIPIsNeverSource(t *testing.T) {
	l := newLab(t, 2, nil)
	client := l.Hosts[0]
	l.serve(t, l.Hosts[1], 80, 10)
	tap := l.Tap()
	n := client.NIC("lan")
	n.AddVIP(vip, host.MAC{})
	n.AddVIP(netip.MustParseAddr("10.0.0.101"), host.MAC{0, 0, 0x0c, 7, 0xac, 30})
	conn := l.dial(t, client, "10.0.0.2:80")
	if got := conn.LocalAddrPort().Addr(); got != n.Address().Addr() {
		t.Errorf("source: got %v, want %v", got, n.Address().Addr())
	}
	// Also with a new own address, which comes after the virtual ones.
	n.SetAddress(netip.MustParsePrefix("10.0.0.77/16"))
	if got := l.dial(t, client, "10.0.0.2:80").LocalAddrPort().Addr().String(); got != "10.0.0.77" {
		t.Errorf("source: got %v, want 10.0.0.77", got)
	}
	// Without its own address nothing leaves: the virtual IP is not a substitute.
	n.SetAddress(netip.Prefix{})
	var err error
	client.Go("dial", func(*sim.Proc) { _, err = client.Dial(netip.MustParseAddrPort("10.0.0.2:80"), 5*time.Second) })
	l.Pass(10 * time.Second)
	if err == nil {
		t.Error("dial without an own address: got a connection, want an error")
	}
	for _, s := range tap.SentBy("h1", 0, nil) {
		if from, _, _, ok := tcpOf(s); ok && from.Addr() == vip {
			t.Errorf("at %v a segment left with the virtual IP as source", s.At)
		}
		if a, err := wire.ParseARP(s.Data); err == nil && a.SenderIP == vip {
			t.Errorf("at %v an ARP %s came from the virtual IP", s.At, a.Op)
		}
	}
}

// TestVirtualMAC enforces RFC 2281 §6.1: frames from a virtual IP carry its
// virtual MAC, also as ARP sender; those from the own address carry the own
// MAC. The interface accepts frames to either, until the address is given up.
func TestVirtualMAC(t *testing.T) {
	l := newLab(t, 2, nil)
	owner, client := l.Hosts[0], l.Hosts[1]
	virtual := host.MAC{0, 0, 0x0c, 7, 0xac, 30}
	n := owner.NIC("lan")
	l.serve(t, owner, 80, 10)
	tap := l.Tap()
	second := netip.MustParseAddr("10.0.0.101")
	n.AddVIP(vip, virtual)
	n.AddVIP(second, virtual)
	for target, want := range map[string]host.MAC{"10.0.0.100:80": virtual, "10.0.0.101:80": virtual, "10.0.0.1:80": n.MAC()} {
		since := l.Loop.Now()
		conn := l.dial(t, client, target)
		for _, s := range tap.SentBy("h1", since, nil) {
			if s.From() != want {
				t.Errorf("%s: a frame has source %v, want %v", target, s.From(), want)
			}
			if a, err := wire.ParseARP(s.Data); err == nil && a.SenderMAC != want {
				t.Errorf("%s: ARP says %v, want %v", target, a.SenderMAC, want)
			}
		}
		for _, s := range tap.SentBy("h2", since, segment(header.TCPFlagSyn)) {
			if s.To() != want {
				t.Errorf("%s: the client sends to %v, want %v", target, s.To(), want)
			}
		}
		l.Program(client, "close", func(*sim.Proc) error { return conn.Close() })
		l.Pass(time.Second)
	}
	accepts := func(step string, want bool) {
		t.Helper()
		if got := n.Port().Filter().Accepts(virtual); got != want {
			t.Errorf("%s: takes frames to the virtual MAC: got %v, want %v", step, got, want)
		}
	}
	accepts("both held", true)
	n.RemoveVIP(vip, true)
	accepts("one held", true)
	n.RemoveVIP(second, true)
	accepts("none held", false)
}

// TestStuckMAC is the defect of spec/failover.md F31: the interface sends
// everything from the virtual MAC and accepts frames to it, even after a warm
// crash, until it is hardened or loses power.
func TestStuckMAC(t *testing.T) {
	virtual := host.MAC{0, 0, 0x0c, 7, 0xac, 30}
	for end, release := range map[string]func(*host.Host){
		"hardening":  func(h *host.Host) { h.NIC("lan").Unstick() },
		"cold crash": func(h *host.Host) { h.Crash(false); h.PowerOn() },
	} {
		t.Run(end, func(t *testing.T) {
			l := newLab(t, 2, nil)
			h, n := l.Hosts[0], l.Hosts[0].NIC("lan")
			tap := l.Tap()
			source := func(step string, want host.MAC) {
				t.Helper()
				since := l.Loop.Now()
				hosttest.Inject(l.Hosts[1].NIC("lan"), ping(t, l.Hosts[1], h))
				l.Run(since + time.Second)
				answers := tap.SentBy("h1", since, pong)
				if len(answers) != 1 || answers[0].From() != want {
					t.Errorf("%s: got echo replies %v, want one from %v", step, answers, want)
				}
				if got := n.Port().Filter().Accepts(virtual); got != (want == virtual) {
					t.Errorf("%s: takes frames to the virtual MAC: got %v", step, got)
				}
			}
			source("at first", n.MAC())
			n.AddVIP(vip, virtual)
			n.Stick(virtual)
			h.Crash(true)
			h.PowerOn()
			source("after a warm crash", virtual)
			release(h)
			source("after "+end, n.MAC())
		})
	}
}

// TestStuckMACOutlivesItsAddress: an interface that has not released its
// virtual MAC accepts frames to it although the virtual IP is gone, and so
// diverts them from the new owner; a different virtual MAC is released with its
// address.
func TestStuckMACOutlivesItsAddress(t *testing.T) {
	l := newLab(t, 1, nil)
	stuck, other := wire.VirtualMAC(30), wire.VirtualMAC(31)
	n := l.Hosts[0].NIC("lan")
	n.AddVIP(vip, stuck)
	n.AddVIP(vip.Next(), other)
	n.Stick(stuck)
	n.RemoveVIP(vip, true)
	n.RemoveVIP(vip.Next(), true)
	filter := n.Port().Filter()
	if !filter.Accepts(stuck) || filter.Accepts(other) {
		t.Errorf("takes frames to the stuck MAC: %v, to the other: %v, want the stuck one only", filter.Accepts(stuck), filter.Accepts(other))
	}
	n.Unstick()
	if filter.Accepts(stuck) {
		t.Error("takes frames to the virtual MAC after hardening")
	}
}

// TestHardeningSparesTheOwner: Unstick on a machine that holds the virtual IP
// leaves it reachable.
func TestHardeningSparesTheOwner(t *testing.T) {
	l := newLab(t, 2, nil)
	virtual := host.MAC{0, 0, 0x0c, 7, 0xac, 30}
	n := l.Hosts[0].NIC("lan")
	n.AddVIP(vip, virtual)
	n.Stick(virtual)
	n.Unstick()
	l.serve(t, l.Hosts[0], 80, 10)
	l.dial(t, l.Hosts[1], "10.0.0.100:80")
	n.RemoveVIP(vip, true)
	if n.Port().Filter().Accepts(virtual) {
		t.Error("takes frames to the virtual MAC without its address")
	}
}
