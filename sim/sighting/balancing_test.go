package sighting_test

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/sighting"
)

// spread is a watcher of a virtual IP whose connections a, b and c spread among
// them, and of another one that is not spread. c1 asks from 192.0.2.201.
func spread(t *testing.T) *seen {
	c := owners
	c.VirtualIPs = append(c.VirtualIPs, sighting.VirtualIP{Address: vip, Owners: []string{"c"}})
	s := watch(t, c)
	for _, name := range []string{"c", "c1"} {
		s.ports[name+".lan"] = s.watcher.AddPort(name, "lan", "lan")
	}
	s.watcher.Follow("c1", asker, "c1")
	s.watcher.Balanced(vip)
	return s
}

// TestFloodedSegments: what is meant for a member that is dead reaches the
// others when the switch floods it, and makes none of them the server.
func TestFloodedSegments(t *testing.T) {
	s := spread(t)
	s.ports["a.lan"].TakesAll, s.ports["b.lan"].TakesAll = true, true
	hello := packet(netip.MustParseAddr("192.0.2.11"), asker, 0, 1)
	wire.EthernetOf(hello).SetSource(wire.MAC{2, 0, 0, 0, 0, 1})
	dead, other := answer(), answer()
	wire.EthernetOf(dead).SetSource(wire.MAC{2, 0, 0, 0, 0, 1})
	wire.EthernetOf(other).SetSource(wire.MAC{2, 0, 0, 0, 0, 2})
	syn := asking(asker, vip, 0)
	wire.EthernetOf(syn).Set(wire.MAC{2, 0, 0, 0, 0, 1}, wire.MAC{2, 0, 0, 0, 0, 9}, wire.EtherTypeIPv4)
	s.sent(0, "a.lan", hello)
	s.delivered(1, "c1.lan", "a.lan", syn)
	s.sent(2, "a.lan", dead)
	s.want("1ns c1 path-changed {192.0.2.100 c1 a  false 0s}", "2ns a vip-served {lan 192.0.2.100  0s}")
	s.sent(3, "b.lan", other)
	s.delivered(4, "c1.lan", "b.lan", syn)
	s.sent(5, "b.lan", other)
	s.want()
}

// segment is one of the client, with control bits and a sequence number.
func segment(flags wire.TCPFlags, sequence uint32) []byte {
	frame := packet(asker, vip, 0, 64)
	frame[47] = byte(flags)
	binary.BigEndian.PutUint32(frame[38:], sequence)
	return frame
}

// answer is a segment of the virtual IP.
func answer() []byte { return packet(vip, asker, 0, 64) }

// TestBalancedServer: the member at which clients' segments arrive serves the
// address: it answers or forwards. The answers of those to which it forwards
// are not another server, and the way of what the client asks ends at it.
func TestBalancedServer(t *testing.T) {
	s := spread(t)
	s.sent(1, "b.lan", answer())
	s.want()
	syn := asking(asker, vip, 0)
	s.delivered(2, "c1.lan", "a.lan", syn)
	s.want("2ns c1 path-changed {192.0.2.100 c1 a  false 0s}")
	s.sent(3, "a.lan", syn)
	s.delivered(4, "a.lan", "b.lan", syn)
	s.sent(5, "b.lan", answer())
	s.want("3ns a vip-served {lan 192.0.2.100  0s}")
	s.sent(6, "a.lan", answer())
	s.lost(7, "a.lan", "b.lan", syn)
	s.want()
	s.delivered(8, "c1.lan", "c.lan", syn)
	s.sent(9, "a.lan", answer())
	s.sent(10, "c.lan", syn)
	s.want("8ns c1 path-changed {192.0.2.100 c1 c  false 2ns}", "10ns c vip-served {lan 192.0.2.100 a 6ns}")
}

// TestAges: a connection is an event at its third segment and at its fiftieth.
// What a member forwards does not count again, nor does what follows a FIN, or
// comes without a SYN.
func TestAges(t *testing.T) {
	s := spread(t)
	s.sent(0, "a.lan", answer())
	at := 0
	sends := func(flags wire.TCPFlags) {
		at++
		frame := segment(flags, uint32(at))
		s.delivered(at, "c1.lan", "a.lan", frame)
		s.sent(time.Duration(at), "a.lan", frame)
		s.delivered(at, "a.lan", "b.lan", frame)
	}
	aged := func(segments int) string {
		return fmt.Sprintf("%v c1 conn-aged {192.0.2.201:80 192.0.2.100:49152 %d}", time.Duration(at), segments)
	}
	for range 5 {
		sends(wire.TCPAck)
	}
	s.want("1ns a vip-served {lan 192.0.2.100  0s}")
	s.delivered(at, "c1.lan", "a.lan", asking(asker, vip, 0))
	s.want(fmt.Sprintf("%dns c1 path-changed {192.0.2.100 c1 a  false 0s}", at))
	sends(wire.TCPSyn)
	sends(wire.TCPAck)
	s.want()
	sends(wire.TCPAck)
	s.want(aged(3))
	for range 46 {
		sends(wire.TCPAck)
	}
	s.want()
	sends(wire.TCPAck)
	s.want(aged(50))
	for range 100 {
		sends(wire.TCPAck)
	}
	sends(wire.TCPSyn) // the port is used again
	sends(wire.TCPAck)
	sends(wire.TCPFin | wire.TCPAck)
	s.want(aged(3))
	for range 60 {
		sends(wire.TCPAck)
	}
	s.want()
}

// TestAgesOfPlainAddresses: where one member serves all clients, nobody counts.
func TestAgesOfPlainAddresses(t *testing.T) {
	s := followed(t)
	for i := range 100 {
		s.delivered(i, "c1.lan", "a.lan", segment(map[bool]wire.TCPFlags{true: wire.TCPSyn, false: wire.TCPAck}[i == 0], 1))
	}
	s.want("0s c1 path-changed {192.0.2.100 c1 a  false 0s}")
}

// TestForwardingLoops: a packet may go from member to member twice. That its
// client sends it again, or that the network doubles it, is no loop.
func TestForwardingLoops(t *testing.T) {
	const looped = "c frame-looped {lan c.lan 2 TCP 192.0.2.201:80 > 192.0.2.100:49152}"
	syn := segment(wire.TCPSyn, 7)
	for _, tc := range []struct {
		name string
		hops []string // a delivery from one node to another; a node that only sends
		want string
	}{
		{"forwarded and passed on", []string{"c1 a", "a b", "b c"}, ""},
		{"forwarded three times", []string{"c1 a", "a b", "b c", "c a"}, looped},
		{"told once", []string{"c1 a", "a b", "b c", "c a", "a b", "b c", "c a"}, looped},
		{"sent again by the client", []string{"c1 a", "a b", "b c", "c1 a", "a b", "b c", "c1 b", "b c", "c1 c", "c a"}, ""},
		{"doubled on its way to the owner", []string{"c1 a", "c1 a", "a b", "a b", "b c", "b c"}, ""},
		{"doubled between members", []string{"c1 a", "a b", "a b", "b c", "b c"}, ""},
		{"between two that think they are the owner", []string{"c1 c", "c b", "b c", "c b"}, looped},
	} {
		s := spread(t)
		var got string
		for i, hop := range tc.hops {
			var from, to string
			fmt.Sscan(hop, &from, &to)
			s.sent(time.Duration(i), from+".lan", syn)
			s.delivered(i, from+".lan", to+".lan", syn)
		}
		for _, e := range s.events {
			var at, rest string
			if fmt.Sscan(e, &at); len(e) > len(at) {
				rest = e[len(at)+1:]
			}
			if rest == looped {
				got += rest
			}
		}
		if got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

// TestOtherPacketsAreNoLoop: segments with other sequence numbers are others,
// as are packets to an address that is not spread.
func TestOtherPacketsAreNoLoop(t *testing.T) {
	s := spread(t)
	other := netip.MustParseAddr("192.0.2.101")
	for _, node := range []string{"a", "b", "c"} {
		s.watcher.MayOwn(other, node)
	}
	nodes := []string{"a.lan", "b.lan", "c.lan"}
	for i := range 30 {
		from, to := nodes[i%3], nodes[(i+1)%3]
		for _, frame := range [][]byte{segment(wire.TCPAck, uint32(i)), packet(asker, other, 0, 64)} {
			s.sent(time.Duration(i), from, frame)
			s.delivered(i, from, to, frame)
		}
	}
	s.want()
}
