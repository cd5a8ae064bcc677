package sighting

import (
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
)

// Config is what the watcher cannot learn from frames.
type Config struct {
	// VirtualIPs are the addresses to watch; MayOwn adds more.
	VirtualIPs []VirtualIP
	// Routers are the nodes that forward packets. Only they can create a loop;
	// without routers, the watcher does not look for loops.
	Routers []string
	// Reporters are the nodes that log their own announcements. The watcher emits
	// those of other owners.
	Reporters []string
	// Ageing, if positive, makes the watcher learn where each source address is,
	// and forget it after this time, as a switch does. If zero, the caller has a
	// switch and calls Moved.
	Ageing time.Duration
}

// VirtualIP is an IPv4 address that moves between nodes.
type VirtualIP struct {
	Address netip.Addr
	Owners  []string // nodes that may own it; others only forward its frames
}

// Emit receives an event. Node is empty for events of a segment.
type Emit func(at time.Duration, node string, what event.Body)

// Watcher reads frames and emits events. Frames must come in order of instants.
type Watcher struct {
	emit      Emit
	vips      map[[4]byte]*virtualIP
	routers   map[string]bool
	reporters map[string]bool
	loops     *loops    // nil without routers
	passages  *passages // nil without balanced addresses
	stations  *stations // nil if the caller calls Moved
	all       []*Port

	hosts      map[string]bool // nodes that may have a watched address
	sources    map[[4]byte]*source
	paths      map[route]*path
	macs       map[uint64]*Port // the host that last sent from a MAC address
	unanswered int              // paths whose answers are lost
}

// New returns a watcher that has seen nothing.
func New(c Config, emit Emit) *Watcher {
	w := &Watcher{
		emit: emit, vips: map[[4]byte]*virtualIP{}, routers: set(c.Routers), reporters: set(c.Reporters),
		hosts: map[string]bool{}, sources: map[[4]byte]*source{}, paths: map[route]*path{}, macs: map[uint64]*Port{},
	}
	if len(c.Routers) > 0 {
		w.loops = newLoops()
	}
	if c.Ageing > 0 {
		w.stations = newStations(c.Ageing)
	}
	for _, v := range c.VirtualIPs {
		for _, node := range v.Owners {
			w.MayOwn(v.Address, node)
		}
	}
	return w
}

func set(names []string) map[string]bool {
	all := map[string]bool{}
	for _, name := range names {
		all[name] = true
	}
	return all
}

// MayOwn adds a node to those that may own an IPv4 address, and starts watching
// the address if it is new.
func (w *Watcher) MayOwn(vip netip.Addr, node string) {
	w.watched(vip).owners[node] = true
	w.hosts[node] = true
	w.forgetRecent()
}

// watched returns what is known about an address, and starts watching it if it
// is new.
func (w *Watcher) watched(address netip.Addr) *virtualIP {
	v := w.vips[address.As4()]
	if v == nil {
		v = &virtualIP{text: address.String(), owners: map[string]bool{}}
		w.vips[address.As4()] = v
	}
	return v
}

// Sent reads a frame that left a port.
func (w *Watcher) Sent(now time.Duration, from *Port, data []byte) {
	if w.stations != nil {
		w.learn(now, from, data)
	}
	if from.host {
		w.uses(from, data)
	}
	if ip := wire.IPv4Of(data); ip != nil {
		w.packet(now, from, ip, data)
	} else if arp := wire.ARPOf(data); arp != nil && arp.IsGratuitous() {
		if v := w.vips[arp.SenderIP()]; v != nil {
			w.claimed(now, from, v, "gratuitous-arp")
			w.announced(now, from, v, arp.SenderMAC())
		}
	}
}

// packet reads a frame that carries IPv4.
func (w *Watcher) packet(now time.Duration, from *Port, ip *wire.IPv4Header, data []byte) {
	if w.loops != nil && from.router {
		w.circle(now, from, ip, data)
	}
	switch {
	case wire.IsHSRP(data):
		w.hsrp(now, from, data)
	case ip.Protocol() == wire.ProtocolVRRP:
		w.vrrp(now, from, data)
	case from.host:
		if v := w.vips[ip.Source()]; v != nil {
			w.served(now, from, v)
		}
		if v := w.balanced(ip); v != nil {
			w.forwarded(now, from, v, ip, data)
		}
	}
}

// Moved notes that a switch found a source address at a different port than
// before.
func (w *Watcher) Moved(now time.Duration, mac wire.MAC, from, to *Port) {
	w.emit(now, "", event.MACMoved{Segment: to.segment, MAC: mac.String(), From: from.name, To: to.name})
}
