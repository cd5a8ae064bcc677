package sighting

import (
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
)

// path is the way of the segments from one source to one watched address.
type path struct {
	source *source
	target *virtualIP
	way    way
	last   time.Duration // of the last segment that went this way
}

// way is what became of a segment.
type way struct {
	to      string // node at which it arrived, or should have; empty: unknown
	lost    bool
	answers bool // it arrived, but the answers are lost
}

// source is an address from which clients ask.
type source struct {
	home    string   // the node that has it
	clients []string // nodes that ask from it
	paths   []*path  // in the order in which they were first used
}

// Follow emits an event whenever the segments that a client sends to a watched
// address begin to take another way. The client sends from address, which is
// that of the node home: its own, or that of a router that hides it.
func (w *Watcher) Follow(client string, address netip.Addr, home string) {
	s := w.sources[address.As4()]
	if s == nil {
		s = &source{home: home}
		w.sources[address.As4()] = s
	}
	s.clients = append(s.clients, client)
	w.forgetRecent()
}

// MayAnswer adds a node that answers for a fixed address, so that the way to
// the address is followed as it is to a virtual one.
func (w *Watcher) MayAnswer(address netip.Addr, node string) {
	w.watched(address).fixed = node
	w.hosts[node] = true
	w.forgetRecent()
}

// forgetRecent updates the ports after a change of configuration.
func (w *Watcher) forgetRecent() {
	for _, p := range w.all {
		p.host, p.recent, p.path = w.hosts[p.node], route{}, nil
	}
}

// Delivered reads a frame that arrived at a port.
func (w *Watcher) Delivered(now time.Duration, from, to *Port, data []byte) {
	if !to.host {
		if w.unanswered > 0 && from.host {
			w.answered(now, from, to, data)
		}
		return
	}
	ip := wire.IPv4Of(data)
	if ip == nil {
		return
	}
	if v := w.balanced(ip); v != nil && w.arrived(now, from, to, v, ip, data) {
		return
	}
	if r := (route{ip.Source(), ip.Destination()}); to.recent != r {
		to.recent, to.path = r, w.pathOf(r)
		if p := to.path; p != nil && to.router && !p.target.answers(to.node) {
			to.path = nil // it only passes packets on
		}
	}
	p := to.path
	if p == nil || !asks(data) || p.way.answers && p.way.to == to.node {
		return
	}
	if p.way.to == to.node && !p.way.lost {
		p.last = now
		return
	}
	switch {
	case !w.flooded(to, data):
		w.turn(now, p, from.node, way{to: to.node}, "")
	case w.meant(nil, data) == "":
		w.turn(now, p, from.node, way{lost: true}, "nobody uses its MAC address")
	}
}

// flooded reports whether a frame that arrived at a port is meant for another
// one, or for nobody. The switch sends it everywhere when its receiver is dead,
// or has never sent anything from its MAC address.
func (w *Watcher) flooded(to *Port, data []byte) bool {
	return to.TakesAll && w.macs[wire.EthernetOf(data).DestinationNumber()] != to
}

// Lost reads a frame that was lost between two ports. If to is nil, it was lost
// before the switch sent it to a port.
func (w *Watcher) Lost(now time.Duration, from, to *Port, data []byte, why string) {
	ip := wire.IPv4Of(data)
	if ip == nil || ip.Protocol() != wire.ProtocolTCP && !isEcho(data) {
		w.unresolved(now, from, to, data, why)
		return
	}
	if v := w.balanced(ip); v != nil && v.owners[from.node] {
		return // it had arrived
	}
	if p := w.pathOf(route{ip.Source(), ip.Destination()}); p != nil {
		if asks(data) {
			w.turn(now, p, from.node, way{to: w.meant(to, data), lost: true}, why)
		}
		return
	}
	if p := w.paths[route{ip.Destination(), ip.Source()}]; p != nil {
		w.unheard(now, from, p, why)
	}
}

// unresolved notes that a machine cannot answer because its question for the
// client's MAC address is lost.
func (w *Watcher) unresolved(now time.Duration, from, to *Port, data []byte, why string) {
	arp := wire.ARPOf(data)
	if arp == nil || arp.IsGratuitous() || arp.Op() != wire.ARPRequestOp {
		return
	}
	s := w.sources[arp.TargetIP()]
	if s == nil || to != nil && to.node != s.home {
		return // the copies for others do not matter
	}
	for _, p := range s.paths {
		w.unheard(now, from, p, why)
	}
}

// unheard notes that an answer was lost.
func (w *Watcher) unheard(now time.Duration, from *Port, p *path, why string) {
	if p.way.to == from.node && !p.way.lost {
		w.turn(now, p, from.node, way{to: from.node, answers: true}, why)
	}
}

// answered notes that answers arrive again.
func (w *Watcher) answered(now time.Duration, from, to *Port, data []byte) {
	ip := wire.IPv4Of(data)
	if ip == nil {
		return
	}
	p := w.paths[route{ip.Destination(), ip.Source()}]
	if p != nil && p.way.answers && p.way.to == from.node && p.source.home == to.node {
		w.turn(now, p, from.node, way{to: from.node}, "")
	}
}

// meant returns the node that a lost frame was sent to: that of the port, or
// else the one that last used the MAC address.
func (w *Watcher) meant(to *Port, data []byte) string {
	if to != nil {
		return to.node
	}
	if owner := w.macs[wire.EthernetOf(data).DestinationNumber()]; owner != nil {
		return owner.node
	}
	return ""
}

// turn notes the way of a segment, and emits it if it is new.
func (w *Watcher) turn(now time.Duration, p *path, via string, next way, why string) {
	if p.way == next {
		p.last = now
		return
	}
	if p.way.answers {
		w.unanswered--
	}
	if next.answers {
		w.unanswered++
	}
	for _, client := range p.source.clients {
		w.emit(now, client, event.PathChanged{
			IP: p.target.text, Via: via, To: next.to, Lost: why, Answers: next.answers, PreviousAt: p.last,
		})
	}
	p.way, p.last = next, now
}

// route is where a packet comes from and goes to.
type route struct{ from, to [4]byte }

// pathOf returns the path of a route, or nil unless a client asks a watched
// address.
func (w *Watcher) pathOf(r route) *path {
	if p := w.paths[r]; p != nil {
		return p
	}
	s, target := w.sources[r.from], w.vips[r.to]
	if s == nil || target == nil {
		return nil
	}
	p := &path{source: s, target: target}
	s.paths = append(s.paths, p)
	w.paths[r] = p
	return p
}

// asks reports whether a frame carries a TCP segment that wants an answer,
// because it opens a connection or has data, or an ICMP echo request.
func asks(frame []byte) bool {
	_, tcp, data := wire.TCPOf(frame)
	if tcp == nil {
		_, echo := wire.EchoOf(frame)
		return echo != nil && echo.Type() == wire.ICMPEcho
	}
	return tcp != nil && (len(data) > 0 || tcp.Flags()&(wire.TCPSyn|wire.TCPAck) == wire.TCPSyn)
}

// isEcho reports whether a frame carries an ICMP echo request or its answer.
func isEcho(frame []byte) bool {
	_, echo := wire.EchoOf(frame)
	return echo != nil
}

// uses notes which MAC address a host sends from.
func (w *Watcher) uses(from *Port, data []byte) {
	eth := wire.EthernetOf(data)
	if eth == nil || eth.SourceNumber() == from.mac {
		return
	}
	from.mac = eth.SourceNumber()
	w.macs[from.mac] = from
}
