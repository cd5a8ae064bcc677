package sighting

import (
	"net/netip"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
)

// balancing is what frames have shown about an address whose connections the
// members spread among them: the owner forwards what clients send to the member
// that terminates the connection, which answers directly.
type balancing struct {
	arrives string       // node of the member at which a client's segment arrived last
	ages    map[flow]int // segments of connections that are younger than ageMax
}

// flow is a client's address and port, and the port that it asks.
type flow struct {
	client [4]byte
	ports  [4]byte
}

// The ages at which a connection is an event.
const (
	ageMin = 3
	ageMax = 50
)

// Balanced says that the members spread the connections to an IPv4 address
// among them. Its server is then the member at which clients' segments arrive,
// for as long as that one answers them or forwards them.
func (w *Watcher) Balanced(vip netip.Addr) {
	if v := w.watched(vip); v.balancing == nil {
		v.balancing = &balancing{ages: map[flow]int{}}
	}
	if w.passages == nil {
		w.passages = &passages{}
	}
}

// balanced returns what is known of the address that a packet is sent to, or
// nil if its connections are not spread.
func (w *Watcher) balanced(ip *wire.IPv4Header) *virtualIP {
	if w.passages == nil || ip == nil {
		return nil
	}
	if v := w.vips[ip.Destination()]; v != nil && v.balancing != nil {
		return v
	}
	return nil
}

// arrived reads a frame that arrived at a member, and reports whether it was
// forwarded there by another one.
func (w *Watcher) arrived(now time.Duration, from, to *Port, v *virtualIP, ip *wire.IPv4Header, data []byte) (forwarded bool) {
	if !v.owners[to.node] {
		return false
	}
	packet := w.passages.packet(ip, data)
	if v.owners[from.node] {
		w.passages.note(to, packet, w.passages.of(from, packet)+1)
		return true
	}
	w.passages.note(to, packet, 0)
	if !w.flooded(to, data) {
		v.balancing.arrives = to.node
	}
	w.age(now, from, v, ip, data)
	return false
}

// age counts the segments of a client.
func (w *Watcher) age(now time.Duration, from *Port, v *virtualIP, ip *wire.IPv4Header, data []byte) {
	_, tcp, _ := wire.TCPOf(data)
	if tcp == nil {
		return
	}
	ages, key := v.balancing.ages, flow{ip.Source(), *tcp.Ports()}
	flags := tcp.Flags()
	if flags&wire.TCPSyn != 0 {
		ages[key] = 1
		return
	}
	age, young := ages[key]
	if !young {
		return
	}
	age++
	ages[key] = age
	if age == ageMax || flags&(wire.TCPFin|wire.TCPRst) != 0 {
		delete(ages, key)
	}
	if age == ageMin || age == ageMax {
		w.emit(now, from.node, event.ConnAged{
			Client:  netip.AddrPortFrom(ip.From(), tcp.SourcePort()).String(),
			Service: netip.AddrPortFrom(ip.To(), tcp.DestinationPort()).String(), Segments: age,
		})
	}
}

// forwardedMax is how often a packet may go from member to member: from the
// owner to another one, which may pass it on once.
const forwardedMax = 2

// forwarded reads a packet to a balanced address that left a port, and emits
// the first one on each port that goes from member to member too often.
func (w *Watcher) forwarded(now time.Duration, from *Port, v *virtualIP, ip *wire.IPv4Header, data []byte) {
	if !v.owners[from.node] {
		return
	}
	if v.balancing.arrives == from.node {
		w.served(now, from, v)
	}
	if from.looped {
		return
	}
	if passed := w.passages.of(from, w.passages.packet(ip, data)); passed >= forwardedMax {
		from.looped = true
		w.emit(now, from.node, event.FrameLooped{
			Segment: from.segment, Port: from.name, Times: passed, Frame: packetText(ip, data),
		})
	}
}

// passages is how often packets have gone from member to member before they
// arrived at a port. A segment that its client sends again arrives anew.
type passages struct {
	recent [passagesMax]struct {
		packet uint64 // fingerprint of packet and port
		passed int
	}
	hash xxhash.Digest
}

// packet returns the fingerprint of a packet: of its addresses and
// identification, and of the first bytes behind the IP header, which hold the
// sequence number of a segment.
func (p *passages) packet(ip *wire.IPv4Header, data []byte) uint64 {
	payload, _ := ip.Payload(data)
	p.hash.Reset()
	p.hash.Write(ip.Identity()[:])
	p.hash.Write([]byte{byte(ip.Protocol())})
	p.hash.Write(ip.Addresses()[:])
	p.hash.Write(payload[:min(len(payload), 20)])
	return p.hash.Sum64()
}

// at returns the fingerprint of a packet at a port.
func (p *passages) at(port *Port, packet uint64) uint64 {
	return packet ^ uint64(port.number())*0x9e3779b97f4a7c15
}

// note remembers how often a packet that arrived at a port had been passed.
func (p *passages) note(port *Port, packet uint64, passed int) {
	key := p.at(port, packet)
	slot := &p.recent[key%passagesMax]
	slot.packet, slot.passed = key, passed
}

// of returns how often a packet had been passed when it arrived at a port: not
// at all, if that is not known.
func (p *passages) of(port *Port, packet uint64) int {
	key := p.at(port, packet)
	if slot := &p.recent[key%passagesMax]; slot.packet == key {
		return slot.passed
	}
	return 0
}
