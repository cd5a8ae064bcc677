package sighting_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/sighting"
)

var (
	vip     = netip.MustParseAddr("192.0.2.100")
	virtual = wire.VirtualMAC(30)
)

// seen is a watcher with ports a.lan, b.lan, r.lan and r.far, and the events it
// has emitted, as text.
type seen struct {
	t       *testing.T
	watcher *sighting.Watcher
	ports   map[string]*sighting.Port
	events  []string
}

func watch(t *testing.T, c sighting.Config) *seen {
	s := &seen{t: t, ports: map[string]*sighting.Port{}}
	s.watcher = sighting.New(c, func(at time.Duration, node string, what event.Body) {
		s.events = append(s.events, fmt.Sprintf("%v %s %s %v", at, node, what.Kind(), what))
	})
	for _, name := range []string{"a", "b", "r"} {
		s.ports[name+".lan"] = s.watcher.AddPort(name, "lan", "lan")
	}
	s.ports["r.far"] = s.watcher.AddPort("r", "far", "far")
	return s
}

// want compares the events since the last call.
func (s *seen) want(events ...string) {
	s.t.Helper()
	if !slices.Equal(s.events, events) {
		s.t.Errorf("got\n\t%q\nwant\n\t%q", s.events, events)
	}
	s.events = nil
}

func (s *seen) sent(at time.Duration, port string, frame []byte) {
	before := slices.Clone(frame)
	s.watcher.Sent(at, s.ports[port], frame)
	if !slices.Equal(frame, before) {
		s.t.Errorf("%v %s: the watcher changed the frame", at, port)
	}
}

// must returns a frame that a test has built.
func must(frame []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return frame
}

func says(op wire.Opcode, state wire.State) []byte {
	return must(wire.AppendFrame(nil, virtual, netip.MustParseAddr("192.0.2.11"), wire.Message{
		Opcode: op, State: state, Hello: 3 * time.Second, Hold: 10 * time.Second, Priority: 100, Group: 30, VirtualIP: vip,
	}))
}

func announces(ip netip.Addr, form wire.ARPForm) []byte {
	return must(wire.AppendGratuitousARP(nil, form, ip, virtual, virtual))
}

// advertises is keepalived's VRRP version 3 for the virtual IP.
func advertises(priority byte) []byte {
	frame := make([]byte, 14+20+8+4)
	copy(frame[12:], []byte{8, 0, 0x45, 0xc0, 0, 32, 0, 0, 0, 0, 255, 112, 0, 0, 192, 0, 2, 11, 224, 0, 0, 18})
	copy(frame[34:], []byte{0x31, 51, priority, 1, 0, 1, 0, 0, 192, 0, 2, 100})
	return frame
}

// packet is a TCP segment without data, with a time to live.
func packet(from, to netip.Addr, identification, hops byte) []byte {
	frame := make([]byte, 14+20+20)
	copy(frame[6:], []byte{2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 40, 0, identification, 0, 0, hops, 6})
	copy(frame[26:], from.AsSlice())
	copy(frame[30:], to.AsSlice())
	copy(frame[34:], []byte{0, 80, 0xc0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x10})
	return frame
}

var owners = sighting.Config{VirtualIPs: []sighting.VirtualIP{{Address: vip, Owners: []string{"a", "b"}}}}

// TestClaims: an address is claimed by the first frame of an owner that says
// so, and by the same owner again only after another one has.
func TestClaims(t *testing.T) {
	s := watch(t, owners)
	s.sent(1, "a.lan", says(wire.OpHello, wire.StateStandby))
	s.sent(2, "a.lan", says(wire.OpResign, wire.StateActive))
	s.sent(3, "a.lan", advertises(0))
	s.sent(4, "a.lan", announces(netip.MustParseAddr("192.0.2.101"), wire.ARPReply))
	s.sent(5, "r.lan", says(wire.OpHello, wire.StateActive))
	s.sent(6, "r.lan", says(wire.OpHello, wire.StateActive)[:50])
	s.want()
	s.sent(10, "a.lan", says(wire.OpHello, wire.StateActive))
	s.sent(11, "a.lan", says(wire.OpCoup, wire.StateSpeak))
	s.sent(12, "b.lan", says(wire.OpCoup, wire.StateSpeak))
	s.sent(13, "a.lan", advertises(150))
	s.sent(14, "b.lan", advertises(150))
	s.want(
		"10ns a vip-claimed {lan 192.0.2.100 hello}",
		"12ns b vip-claimed {lan 192.0.2.100 coup}",
		"13ns a vip-claimed {lan 192.0.2.100 vrrp-advert}",
		"14ns b vip-claimed {lan 192.0.2.100 vrrp-advert}",
	)
}

// TestAnnouncements: either form of gratuitous ARP claims, and is an event
// unless its sender reports its own. Repetitions are counted until another
// owner claims.
func TestAnnouncements(t *testing.T) {
	c := owners
	c.Reporters = []string{"b"}
	s := watch(t, c)
	for i, form := range []wire.ARPForm{wire.ARPReply, wire.ARPRequest} {
		s.sent(time.Duration(i), "a.lan", announces(vip, form))
	}
	s.sent(2, "b.lan", announces(vip, wire.ARPReply))
	s.sent(3, "a.lan", announces(vip, wire.ARPReply))
	s.sent(4, "r.lan", announces(vip, wire.ARPReply))
	s.want(
		"0s a vip-claimed {lan 192.0.2.100 gratuitous-arp}",
		"0s a vip-announced {lan 192.0.2.100 00:00:0c:07:ac:1e 0}",
		"1ns a vip-announced {lan 192.0.2.100 00:00:0c:07:ac:1e 1}",
		"2ns b vip-claimed {lan 192.0.2.100 gratuitous-arp}",
		"3ns a vip-claimed {lan 192.0.2.100 gratuitous-arp}",
		"3ns a vip-announced {lan 192.0.2.100 00:00:0c:07:ac:1e 0}",
	)
}

// TestServers: who sends packets from the address serves it, unless it only
// passes them on. A node counts from the moment it may own the address.
func TestServers(t *testing.T) {
	client := netip.MustParseAddr("192.0.2.201")
	c := owners
	c.VirtualIPs = []sighting.VirtualIP{{Address: vip, Owners: []string{"a"}}}
	s := watch(t, c)
	s.sent(1, "a.lan", packet(vip, client, 1, 64))
	s.sent(2, "a.lan", packet(vip, client, 2, 64))
	s.sent(3, "b.lan", packet(vip, client, 3, 64))
	s.sent(4, "r.far", packet(vip, client, 2, 63))
	s.sent(5, "a.lan", packet(client, vip, 3, 64))
	s.watcher.MayOwn(vip, "b")
	s.sent(6, "b.lan", packet(vip, client, 4, 64))
	s.want("1ns a vip-served {lan 192.0.2.100  0s}", "6ns b vip-served {lan 192.0.2.100 a 2ns}")
}

// TestLoops: a packet that leaves a port of a router again with fewer hops left
// has been round. Each port tells once; the port of no router never does.
func TestLoops(t *testing.T) {
	from, to := netip.MustParseAddr("198.51.100.1"), netip.MustParseAddr("10.0.0.1")
	s := watch(t, sighting.Config{Routers: []string{"r"}})
	for at, hops := range []byte{64, 64, 65} { // repeated by its sender
		s.sent(time.Duration(at), "r.lan", packet(from, to, 1, hops))
	}
	s.sent(3, "r.far", packet(from, to, 1, 62)) // another port
	s.sent(4, "r.lan", packet(from, to, 2, 62)) // another packet
	damaged := packet(from, to, 1, 62)
	damaged[17] = 200
	s.sent(5, "r.lan", damaged)
	s.sent(6, "a.lan", packet(from, to, 7, 64))
	s.sent(7, "a.lan", packet(from, to, 7, 62))
	s.want()
	s.sent(8, "r.lan", packet(from, to, 1, 62))
	s.sent(9, "r.lan", packet(from, to, 1, 60))
	s.want("8ns r frame-looped {lan r.lan 1 TCP 198.51.100.1:80 > 10.0.0.1:49152}")

	without := watch(t, sighting.Config{})
	without.sent(1, "r.lan", packet(from, to, 1, 64))
	without.sent(2, "r.lan", packet(from, to, 1, 62))
	without.want()
}

// TestMoves: with an ageing time the watcher learns where stations are, segment
// by segment; without one it believes the switch that calls Moved.
func TestMoves(t *testing.T) {
	s := watch(t, sighting.Config{Ageing: 300 * time.Second})
	frame := announces(vip, wire.ARPReply) // from the virtual MAC
	group := slices.Clone(frame)
	group[6] |= 1
	s.sent(1*time.Second, "a.lan", frame)
	s.sent(2*time.Second, "a.lan", frame)
	s.sent(2*time.Second, "r.far", frame) // another segment
	s.sent(3*time.Second, "b.lan", frame[:13])
	s.sent(3*time.Second, "a.lan", group)
	s.sent(4*time.Second, "b.lan", group)
	s.want()
	s.sent(5*time.Second, "b.lan", frame)
	s.want("5s  mac-moved {lan 00:00:0c:07:ac:1e a.lan b.lan}")
	s.sent(305*time.Second, "a.lan", frame) // forgotten meanwhile
	s.want()

	told := watch(t, sighting.Config{})
	told.sent(1, "a.lan", frame)
	told.sent(2, "b.lan", frame)
	told.want()
	told.watcher.Moved(3, virtual, told.ports["a.lan"], told.ports["b.lan"])
	told.want("3ns  mac-moved {lan 00:00:0c:07:ac:1e a.lan b.lan}")
}

// TestNothingIsAllocated: the watcher reads every frame of a run.
func TestNothingIsAllocated(t *testing.T) {
	c := owners
	c.Routers, c.Ageing = []string{"a"}, time.Hour
	s := watch(t, c)
	client := netip.MustParseAddr("192.0.2.201")
	for name, frame := range map[string][]byte{
		"hello": says(wire.OpHello, wire.StateActive), "service": packet(vip, client, 1, 64), "other": packet(client, vip, 1, 64),
	} {
		n := testing.AllocsPerRun(100, func() { s.watcher.Sent(1, s.ports["a.lan"], frame) })
		if n != 0 {
			t.Errorf("%s: got %v allocations for a frame, want none", name, n)
		}
	}
}
