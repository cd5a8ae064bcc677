package sighting_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

var asker = netip.MustParseAddr("192.0.2.201")

// asking is the SYN with which a client opens a connection.
func asking(from, to netip.Addr, mac byte) []byte {
	frame := packet(from, to, 1, 64)
	copy(frame, []byte{2, 0, 0, 0, 0, mac}) // receiver
	frame[47] = 2
	return frame
}

// followed is a watcher that follows c1, which asks the virtual IP of a and b
// from 192.0.2.201, and c2 behind the router r, which hides it.
func followed(t *testing.T) *seen {
	c := owners
	c.Routers = []string{"r"}
	s := watch(t, c)
	s.ports["c1.lan"] = s.watcher.AddPort("c1", "lan", "lan")
	s.watcher.Follow("c1", asker, "c1")
	s.watcher.MayOwn(netip.MustParseAddr("192.0.2.101"), "x") // another address
	s.ports["x.lan"] = s.watcher.AddPort("x", "lan", "lan")
	s.watcher.Follow("c2", netip.MustParseAddr("192.0.2.1"), "r")
	return s
}

func (s *seen) delivered(at int, from, to string, frame []byte) {
	s.watcher.Delivered(time.Duration(at), s.ports[from], s.ports[to], frame)
}

func (s *seen) lost(at int, from, to string, frame []byte) {
	s.watcher.Lost(time.Duration(at), s.ports[from], s.ports[to], frame, "torn")
}

// TestPaths: a client's way to the address is an event when it changes, with
// the machine that sent the frame last and when the way before was taken last.
// Only what wants an answer counts.
func TestPaths(t *testing.T) {
	s := followed(t)
	syn := asking(asker, vip, 0)
	data := append(packet(asker, vip, 2, 64), "GET"...)
	data[17] = 43
	s.watcher.MayOwn(netip.MustParseAddr("192.0.2.101"), "r")
	s.delivered(1, "c1.lan", "r.lan", syn) // only passes it on
	s.delivered(2, "c1.lan", "a.lan", packet(asker, vip, 1, 64))
	s.delivered(3, "c1.lan", "a.lan", asking(netip.MustParseAddr("192.0.2.202"), vip, 0))
	s.delivered(4, "c1.lan", "a.lan", asking(asker, netip.MustParseAddr("192.0.2.102"), 0))
	s.want()
	s.delivered(5, "c1.lan", "a.lan", syn)
	s.delivered(6, "c1.lan", "a.lan", data)
	s.want("5ns c1 path-changed {192.0.2.100 c1 a  false 0s}")
	s.lost(7, "c1.lan", "a.lan", packet(asker, vip, 1, 64))
	s.lost(8, "c1.lan", "a.lan", data)
	s.lost(9, "c1.lan", "a.lan", syn)
	s.want("8ns c1 path-changed {192.0.2.100 c1 a torn false 6ns}")
	s.delivered(10, "r.lan", "b.lan", syn)
	s.delivered(11, "c1.lan", "x.lan", syn)
	s.want("10ns c1 path-changed {192.0.2.100 r b  false 9ns}", "11ns c1 path-changed {192.0.2.100 c1 x  false 10ns}")
}

// TestFloodedPaths: where ports take all, what the switch floods because its
// receiver is dead takes no way to the machines that it is not meant for. What
// is meant for one of them does; what is meant for nobody is lost.
func TestFloodedPaths(t *testing.T) {
	s := followed(t)
	s.ports["a.lan"].TakesAll, s.ports["b.lan"].TakesAll = true, true
	from := func(mac byte) []byte {
		frame := packet(vip, asker, 1, 64)
		copy(frame[6:], []byte{2, 0, 0, 0, 0, mac}) // sender
		return frame
	}
	syn := func(mac byte) []byte { return asking(asker, vip, mac) }
	s.sent(1, "a.lan", from(1))
	s.delivered(2, "c1.lan", "a.lan", syn(1))
	s.want("1ns a vip-served {lan 192.0.2.100  0s}", "2ns c1 path-changed {192.0.2.100 c1 a  false 0s}")
	s.lost(3, "c1.lan", "a.lan", syn(1))
	s.delivered(3, "c1.lan", "b.lan", syn(1))
	s.want("3ns c1 path-changed {192.0.2.100 c1 a torn false 2ns}")
	s.sent(4, "b.lan", from(2))
	s.delivered(5, "c1.lan", "b.lan", syn(2))
	s.want("4ns b vip-served {lan 192.0.2.100 a 1ns}", "5ns c1 path-changed {192.0.2.100 c1 b  false 3ns}")
	s.delivered(6, "c1.lan", "a.lan", syn(7))
	s.delivered(6, "c1.lan", "b.lan", syn(7))
	s.delivered(7, "c1.lan", "b.lan", syn(7))
	s.want("6ns c1 path-changed {192.0.2.100 c1  nobody uses its MAC address false 5ns}")
}

// TestHiddenPaths: a client behind translation asks from the router's address.
func TestHiddenPaths(t *testing.T) {
	s := followed(t)
	s.delivered(1, "r.lan", "b.lan", asking(netip.MustParseAddr("192.0.2.1"), vip, 0))
	s.want("1ns c2 path-changed {192.0.2.100 r b  false 0s}")
}

// TestFixedAddresses: an address that does not move is followed, but nobody
// claims or serves it.
func TestFixedAddresses(t *testing.T) {
	s := followed(t)
	server := netip.MustParseAddr("192.0.2.1")
	s.watcher.MayAnswer(server, "r")
	s.sent(1, "r.lan", packet(server, asker, 1, 64))
	s.sent(2, "r.lan", announces(server, 1))
	s.delivered(3, "c1.lan", "r.lan", asking(asker, server, 0))
	s.want("3ns c1 path-changed {192.0.2.1 c1 r  false 0s}")
}

// TestLostOnTheWay: what is lost before a switch knows its port was meant for
// the machine that last used the MAC address.
func TestLostOnTheWay(t *testing.T) {
	s := followed(t)
	s.lost(1, "c1.lan", "", asking(asker, vip, 7))
	hello := packet(vip, asker, 1, 64)
	copy(hello[6:], []byte{2, 0, 0, 0, 0, 7})
	s.sent(2, "b.lan", hello)
	s.lost(3, "c1.lan", "", asking(asker, vip, 7))
	s.want(
		"1ns c1 path-changed {192.0.2.100 c1  torn false 0s}",
		"2ns b vip-served {lan 192.0.2.100  0s}",
		"3ns c1 path-changed {192.0.2.100 c1 b torn false 1ns}",
	)
}

// TestLostAnswers: a way is whole again when an answer arrives at the client.
func TestLostAnswers(t *testing.T) {
	s := followed(t)
	syn, answer := asking(asker, vip, 0), packet(vip, asker, 1, 64)
	s.delivered(1, "c1.lan", "a.lan", syn)
	s.lost(2, "b.lan", "c1.lan", answer)
	s.want("1ns c1 path-changed {192.0.2.100 c1 a  false 0s}")
	s.lost(3, "a.lan", "c1.lan", answer)
	s.lost(4, "a.lan", "c1.lan", answer)
	s.delivered(5, "c1.lan", "a.lan", syn)
	s.delivered(6, "b.lan", "c1.lan", answer)
	s.delivered(7, "a.lan", "r.lan", answer)
	s.want("3ns c1 path-changed {192.0.2.100 a a torn true 1ns}")
	s.delivered(8, "a.lan", "c1.lan", answer)
	s.want("8ns c1 path-changed {192.0.2.100 a a  false 4ns}")
	s.lost(9, "a.lan", "c1.lan", answer)
	s.delivered(10, "c1.lan", "b.lan", syn)
	s.delivered(11, "a.lan", "c1.lan", answer)
	s.want("9ns c1 path-changed {192.0.2.100 a a torn true 8ns}", "10ns c1 path-changed {192.0.2.100 c1 b  false 9ns}")
}

// TestUnresolvedClient: a machine cannot answer a client whose MAC address it
// asks for in vain. That others do not hear the question does not matter.
func TestUnresolvedClient(t *testing.T) {
	s := followed(t)
	question, err := wire.AppendARP(nil, wire.ARP{
		Destination: wire.Broadcast, Source: virtual, Op: wire.ARPRequestOp,
		SenderMAC: virtual, SenderIP: netip.MustParseAddr("192.0.2.11"), TargetIP: asker,
	})
	s.lost(1, "a.lan", "", must(question, err))
	s.delivered(2, "c1.lan", "a.lan", asking(asker, vip, 0))
	s.lost(3, "a.lan", "r.lan", question)
	s.lost(4, "b.lan", "c1.lan", question)
	s.lost(5, "a.lan", "", announces(asker, wire.ARPRequest))
	s.want("2ns c1 path-changed {192.0.2.100 c1 a  false 0s}")
	s.lost(6, "a.lan", "c1.lan", question)
	s.want("6ns c1 path-changed {192.0.2.100 a a torn true 2ns}")
}

// TestFollowingAllocatesNothing: the watcher reads every frame that arrives.
func TestFollowingAllocatesNothing(t *testing.T) {
	s := followed(t)
	syn := asking(asker, vip, 0)
	before := slices.Clone(syn)
	if n := testing.AllocsPerRun(100, func() { s.delivered(1, "c1.lan", "a.lan", syn) }); n != 0 {
		t.Errorf("got %v allocations for a frame, want none", n)
	}
	if !slices.Equal(syn, before) {
		t.Error("the watcher changed the frame")
	}
}

// TestPathsOfPings: an ICMP echo request asks, its answer does not, and a lost
// answer counts as that of a segment does.
func TestPathsOfPings(t *testing.T) {
	s := followed(t)
	ping := make([]byte, wire.EchoFrameSize)
	wire.Echo{Destination: wire.MAC{2}, From: asker.As4(), To: vip.As4()}.Put(ping)
	answer := make([]byte, len(ping))
	wire.PutEchoReply(answer, ping, wire.MAC{}, wire.MAC{2})
	s.delivered(1, "a.lan", "c1.lan", answer)
	s.want()
	s.delivered(2, "c1.lan", "a.lan", ping)
	s.delivered(3, "c1.lan", "a.lan", ping)
	s.want("2ns c1 path-changed {192.0.2.100 c1 a  false 0s}")
	s.lost(4, "a.lan", "c1.lan", answer)
	s.want("4ns c1 path-changed {192.0.2.100 a a torn true 3ns}")
	s.delivered(6, "c1.lan", "b.lan", ping)
	s.lost(7, "c1.lan", "b.lan", ping)
	s.want("6ns c1 path-changed {192.0.2.100 c1 b  false 4ns}", "7ns c1 path-changed {192.0.2.100 c1 b torn false 6ns}")
}
