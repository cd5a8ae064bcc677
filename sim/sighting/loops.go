package sighting

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
)

// loops finds packets that go round in a loop. An IP packet can only do so
// through routers, so loops looks at what leaves their ports: if the same
// packet comes again with fewer hops left, it went round. A retransmission by
// its sender has as many left as before.
type loops struct {
	recent []passage // by fingerprint; a newer packet replaces an older one
	hash   xxhash.Digest
}

// passage is a packet that has left a port.
type passage struct {
	packet uint64 // fingerprint of packet and port
	hops   byte   // time to live
}

// passagesMax is how many packets are remembered: about as many as several
// routers send while one packet goes round.
const passagesMax = 1 << 13

func newLoops() *loops { return &loops{recent: make([]passage, passagesMax)} }

// circle looks at a packet that left a router, and emits the first one on each
// port that went round.
func (w *Watcher) circle(now time.Duration, from *Port, ip *wire.IPv4Header, data []byte) {
	if from.looped {
		return
	}
	payload, whole := ip.Payload(data)
	if !whole {
		return // corrupted on its way
	}
	l := w.loops
	l.hash.Reset()
	l.hash.Write(from.place[:])
	l.hash.Write(ip.Identity()[:])
	l.hash.Write([]byte{byte(ip.Protocol())})
	l.hash.Write(ip.Addresses()[:])
	l.hash.Write(payload)
	this := passage{l.hash.Sum64(), ip.TTL()}
	before := l.recent[this.packet%passagesMax]
	l.recent[this.packet%passagesMax] = this
	if before.packet == this.packet && this.hops < before.hops {
		from.looped = true
		w.emit(now, from.node, event.FrameLooped{
			Segment: from.segment, Port: from.name, Times: 1, Frame: packetText(ip, data),
		})
	}
}

// packetText describes a packet: TCP 192.0.2.1:5000 > 192.0.2.100:80.
func packetText(ip *wire.IPv4Header, data []byte) string {
	if _, tcp, _ := wire.TCPOf(data); tcp != nil {
		return flowText("TCP", ip, tcp.SourcePort(), tcp.DestinationPort())
	}
	if _, udp := wire.UDPOf(data); udp != nil {
		return flowText("UDP", ip, udp.SourcePort(), udp.DestinationPort())
	}
	name := fmt.Sprintf("IP protocol %d", ip.Protocol())
	switch ip.Protocol() {
	case wire.ProtocolICMP:
		name = "ICMP"
	case wire.ProtocolTCP:
		name = "TCP"
	case wire.ProtocolUDP:
		name = "UDP"
	}
	return fmt.Sprintf("%s %s > %s", name, ip.From(), ip.To())
}

func flowText(name string, ip *wire.IPv4Header, from, to uint16) string {
	return fmt.Sprintf("%s %s > %s", name, netip.AddrPortFrom(ip.From(), from), netip.AddrPortFrom(ip.To(), to))
}
