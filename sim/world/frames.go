package world

import (
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// frameWatch turns frames into events: who claims a virtual IP on the wire, who
// serves it, and which frames go in circles. Nothing else looks at frames for
// measures.
type frameWatch struct {
	world *World
	count uint64
	vips  map[[4]byte]*vipWatch
	loops *loopWatch // nil without routers
}

// vipWatch is what the wire has shown of one virtual IP.
type vipWatch struct {
	text     string
	members  map[string]bool // nodes that may own it; others only pass its frames on
	claimant string
	repeats  int // announcements of the claimant, if it is a real host
	server   string
	servedAt time.Duration
}

func watchFrames(w *World) *frameWatch {
	f := &frameWatch{world: w, vips: map[[4]byte]*vipWatch{}, loops: watchLoops(w.topology, w.log)}
	for _, name := range w.names {
		f.admit(name, w.topology.Nodes[name])
	}
	return f
}

// admit watches the virtual IPs of a node's groups, and of their other members,
// who may teach it theirs.
func (f *frameWatch) admit(name string, n topology.Node) {
	if n.Exec != nil {
		f.watch(n.Exec.VIPs, name)
	}
	for _, iface := range topology.Names(n.Standby) {
		s := n.Standby[iface]
		for _, other := range f.world.names {
			o := f.world.configured(other)
			for _, there := range topology.Names(o.Standby) {
				if o.Standby[there].Group == s.Group && o.NICs[there].Segment == n.NICs[iface].Segment {
					f.watch(o.Standby[there].VIPs(), name)
					f.watch(s.VIPs(), other)
				}
			}
		}
	}
}

func (f *frameWatch) watch(vips []netip.Addr, member string) {
	for _, vip := range vips {
		v := f.vips[vip.As4()]
		if v == nil {
			v = &vipWatch{text: vip.String(), members: map[string]bool{}}
			f.vips[vip.As4()] = v
		}
		v.members[member] = true
	}
}

// Sent implements netfab.Observer.
func (f *frameWatch) Sent(now time.Duration, from *netfab.Port, data []byte) {
	f.count++
	if len(data) < 34 {
		return
	}
	const arp, ip = 0x0806, 0x0800
	switch int(data[12])<<8 | int(data[13]) {
	case arp:
		if a, err := wire.ParseARP(data); err == nil && a.IsGratuitous() {
			if v := f.vips[a.SenderIP.As4()]; v != nil {
				f.claimed(now, from, v, "gratuitous-arp")
				f.announced(now, from, v, a)
			}
		}
	case ip:
		f.loops.sent(now, from, data)
		if wire.IsHSRP(data) {
			f.hsrp(now, from, data)
		} else if wire.IsVRRP(data) {
			f.vrrp(now, from, data)
		} else if v := f.vips[[4]byte(data[26:30])]; v != nil {
			f.served(now, from, v)
		}
	}
}

// hsrp notes the messages by which a member says that the address is its own.
func (f *frameWatch) hsrp(now time.Duration, from *netfab.Port, data []byte) {
	_, _, m, err := wire.ParseFrame(data)
	if err != nil || !m.VirtualIP.Is4() {
		return
	}
	v := f.vips[m.VirtualIP.As4()]
	switch {
	case v == nil:
	case m.Opcode == wire.OpCoup:
		f.claimed(now, from, v, "coup")
	case m.Opcode == wire.OpHello && m.State == wire.StateActive:
		f.claimed(now, from, v, "hello")
	}
}

// vrrp notes the advertisements by which a real program says the same.
func (f *frameWatch) vrrp(now time.Duration, from *netfab.Port, data []byte) {
	advert, err := wire.ParseVRRP(data)
	if err != nil || advert.Resigns() {
		return
	}
	for _, vip := range advert.VirtualIPs {
		if v := f.vips[vip.As4()]; v != nil {
			f.claimed(now, from, v, "vrrp-advert")
		}
	}
}

// announced logs the gratuitous ARP of real programs. Members of ours log their
// own.
func (f *frameWatch) announced(now time.Duration, from *netfab.Port, v *vipWatch, a wire.ARP) {
	if !v.members[from.Node()] || f.world.topology.Nodes[from.Node()].Exec == nil {
		return
	}
	f.world.log.Append(now, from.Node(), event.VIPAnnounced{
		Interface: from.Interface(), VIP: v.text, MAC: a.SenderMAC.String(), Repeat: v.repeats,
	})
	v.repeats++
}

func (f *frameWatch) claimed(now time.Duration, from *netfab.Port, v *vipWatch, frame string) {
	if v.claimant == from.Node() || !v.members[from.Node()] {
		return
	}
	v.claimant, v.repeats = from.Node(), 0
	f.world.log.Append(now, from.Node(), event.VIPClaimed{Segment: from.Segment().Name(), VIP: v.text, Frame: frame})
}

func (f *frameWatch) served(now time.Duration, from *netfab.Port, v *vipWatch) {
	if !v.members[from.Node()] {
		return // a router on the way
	}
	if v.server != from.Node() {
		f.world.log.Append(now, from.Node(), event.VIPServed{
			Segment: from.Segment().Name(), VIP: v.text, Previous: v.server, PreviousAt: v.servedAt,
		})
		v.server = from.Node()
	}
	v.servedAt = now
}

// Lost implements netfab.Observer: the capture tells of lost frames, measures
// do not need them.
func (f *frameWatch) Lost(time.Duration, *netfab.Port, *netfab.Port, []byte, string) {}

// MACMoved implements netfab.Observer.
func (f *frameWatch) MACMoved(now time.Duration, mac netfab.MAC, from, to *netfab.Port) {
	f.world.log.Append(now, "", event.MACMoved{
		Segment: to.Segment().Name(), MAC: mac.String(), From: from.Name(), To: to.Name(),
	})
}
