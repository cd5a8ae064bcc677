package sighting

import (
	"time"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
)

// virtualIP is what frames have shown about one address.
type virtualIP struct {
	text     string
	owners   map[string]bool // nodes that may own it
	fixed    string          // the node that always has it, if it does not move
	claimant string
	repeats  int // announcements of the claimant, if they are events
	server   string
	servedAt time.Duration

	balancing *balancing // nil: one member serves all of its clients
}

// answers reports whether a node may answer for the address.
func (v *virtualIP) answers(node string) bool { return v.owners[node] || v.fixed == node }

// hsrp notes the messages in which a member claims the address.
func (w *Watcher) hsrp(now time.Duration, from *Port, data []byte) {
	_, _, m, err := wire.ParseFrame(data)
	if err != nil || !m.VirtualIP.Is4() {
		return
	}
	v := w.vips[m.VirtualIP.As4()]
	switch {
	case v == nil:
	case m.Opcode == wire.OpCoup:
		w.claimed(now, from, v, "coup")
	case m.Opcode == wire.OpHello && m.State == wire.StateActive:
		w.claimed(now, from, v, "hello")
	}
}

// vrrp notes the advertisements in which a VRRP router claims the address.
func (w *Watcher) vrrp(now time.Duration, from *Port, data []byte) {
	advert, err := wire.ParseVRRP(data)
	if err != nil || advert.Resigns() {
		return
	}
	for _, vip := range advert.VirtualIPs {
		if v := w.vips[vip.As4()]; v != nil {
			w.claimed(now, from, v, "vrrp-advert")
		}
	}
}

// claimed emits a claim by a different node than the last one.
func (w *Watcher) claimed(now time.Duration, from *Port, v *virtualIP, frame string) {
	if v.claimant == from.node || !v.owners[from.node] {
		return
	}
	v.claimant, v.repeats = from.node, 0
	w.emit(now, from.node, event.VIPClaimed{Segment: from.segment, VIP: v.text, Frame: frame})
}

// announced emits the gratuitous ARP of owners that do not log their own.
func (w *Watcher) announced(now time.Duration, from *Port, v *virtualIP, mac wire.MAC) {
	if !v.owners[from.node] || !from.announces {
		return
	}
	w.emit(now, from.node, event.VIPAnnounced{
		Interface: from.iface, VIP: v.text, MAC: mac.String(), Repeat: v.repeats,
	})
	v.repeats++
}

// served emits a new server of the address.
func (w *Watcher) served(now time.Duration, from *Port, v *virtualIP) {
	if !v.owners[from.node] || v.balancing != nil && v.balancing.arrives != from.node {
		return // only a router on the way, or a member to which others forward
	}
	if v.server != from.node {
		w.emit(now, from.node, event.VIPServed{
			Segment: from.segment, VIP: v.text, Previous: v.server, PreviousAt: v.servedAt,
		})
		v.server = from.node
	}
	v.servedAt = now
}
