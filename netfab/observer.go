package netfab

import "time"

// Observer is notified of what happens to frames. It must not keep data, nor
// send or change anything during a call.
type Observer interface {
	// Sent is called once for each frame that leaves a NIC.
	Sent(now time.Duration, from *Port, data []byte)
	// Lost is called when a frame, or one copy of it on the way to a port, is lost.
	// to is nil if the switch had not yet forwarded it to a port. why is a phrase:
	// "cable a.lan is out", "partition a | b", "port b.lan is blocking".
	Lost(now time.Duration, from, to *Port, data []byte, why string)
	// MACMoved is called when a switch sees a source address at another port than
	// before: a takeover with a virtual MAC, or two machines that both use it.
	MACMoved(now time.Duration, mac MAC, from, to *Port)
}

// DeliveryObserver is notified of the frames that arrive. The rules of Observer
// apply.
type DeliveryObserver interface {
	// Delivered is called for each NIC that accepts a frame, before the machine
	// reads it.
	Delivered(now time.Duration, from, to *Port, data []byte)
}

// ObserveDeliveries notifies o of all frames that arrive from now on.
func (f *Fabric) ObserveDeliveries(o DeliveryObserver) { f.arrivals = append(f.arrivals, o) }

// Observe notifies o of all frames from now on.
func (f *Fabric) Observe(o Observer) { f.observers = append(f.observers, o) }

// OnBlocked sets what the fabric calls when a switch begins to block a port, as
// spanning tree does when its link has come up. Nothing passes it before until.
func (f *Fabric) OnBlocked(call func(p *Port, until time.Duration)) { f.onBlocked = call }

// lose counts a lost frame or copy and notifies the observers.
func (f *Fabric) lose(now time.Duration, from, to *Port, data []byte, why string) {
	f.stats.Lost++
	for _, o := range f.observers {
		o.Lost(now, from, to, data, why)
	}
}

// reason composes why a frame was lost. Without observers it returns "", at no
// cost.
func (f *Fabric) reason(words ...string) string {
	if len(f.observers) == 0 {
		return ""
	}
	var s []byte
	for _, w := range words {
		s = append(s, w...)
	}
	return string(s)
}
