package sighting

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/cablepull/cablepull/sim/event"
)

// loops finds packets that go in circles. An IP packet can only do so through
// routers, so it looks at what leaves their ports: the same packet again with
// fewer hops left has been round. A repetition by its sender has as many left as
// before.
type loops struct {
	recent []passage // by fingerprint; a newer packet takes the place of an older one
	hash   xxhash.Digest
}

// passage is a packet that has left a port.
type passage struct {
	packet uint64 // fingerprint of packet and port
	hops   byte   // time to live
}

// passagesMax bounds how many packets are remembered: as many as many routers
// send while one goes round.
const passagesMax = 1 << 13

func newLoops() *loops { return &loops{recent: make([]passage, passagesMax)} }

// circle looks at an IPv4 frame of at least 34 bytes that left a router, and
// emits the first of each port that has been round.
func (w *Watcher) circle(now time.Duration, from *Port, data []byte) {
	if from.looped {
		return
	}
	l, ip := w.loops, data[14:]
	size, header := int(binary.BigEndian.Uint16(ip[2:])), int(ip[0]&0x0f)*4
	if header < 20 || size < header || size > len(ip) {
		return // damaged on its way
	}
	var place [4]byte
	binary.BigEndian.PutUint32(place[:], from.number)
	l.hash.Reset()
	l.hash.Write(place[:])
	l.hash.Write(ip[4:8]) // identification and fragment
	l.hash.Write(ip[9:10])
	l.hash.Write(ip[12:20])
	l.hash.Write(ip[header:size])
	this := passage{l.hash.Sum64(), ip[8]}
	before := l.recent[this.packet%passagesMax]
	l.recent[this.packet%passagesMax] = this
	if before.packet == this.packet && this.hops < before.hops {
		from.looped = true
		w.emit(now, from.node, event.FrameLooped{
			Segment: from.segment, Port: from.name, Times: 1, Frame: packetText(ip[:size], header),
		})
	}
}

// packetText names an IPv4 packet in words: TCP 192.0.2.1:5000 > 192.0.2.100:80.
func packetText(ip []byte, header int) string {
	from, to := netip.AddrFrom4([4]byte(ip[12:16])), netip.AddrFrom4([4]byte(ip[16:20]))
	name, ports := fmt.Sprintf("IP protocol %d", ip[9]), false
	switch ip[9] {
	case 1:
		name = "ICMP"
	case 6:
		name, ports = "TCP", true
	case 17:
		name, ports = "UDP", true
	}
	if payload := ip[header:]; ports && len(payload) >= 4 && binary.BigEndian.Uint16(ip[6:])&0x1fff == 0 {
		return fmt.Sprintf("%s %s:%d > %s:%d", name,
			from, binary.BigEndian.Uint16(payload), to, binary.BigEndian.Uint16(payload[2:]))
	}
	return fmt.Sprintf("%s %s > %s", name, from, to)
}
