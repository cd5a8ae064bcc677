package trial

import (
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/reports/sequence"
)

// witness passes the frames of the fabric to those who draw them.
type witness struct{ frames *sequence.Frames }

// number returns the number of a port, whose machine the frames know.
func (w witness) number(p *netfab.Port) uint32 {
	if !w.frames.Knows(p.Number()) {
		w.frames.Port(p.Number(), p.Node())
	}
	return p.Number()
}

// Sent implements netfab.Observer.
func (w witness) Sent(now time.Duration, from *netfab.Port, data []byte) {
	w.frames.Sent(now, w.number(from), data)
}

// Delivered implements netfab.DeliveryObserver.
func (w witness) Delivered(now time.Duration, from, to *netfab.Port, data []byte) {
	w.frames.Delivered(now, w.number(from), w.number(to), data)
}

// Lost implements netfab.Observer.
func (w witness) Lost(now time.Duration, from, to *netfab.Port, data []byte, why string) {
	number := uint32(0)
	if to != nil {
		number = w.number(to)
	}
	w.frames.Lost(now, w.number(from), number, data, to != nil || from.Carrier(), why)
}

// MACMoved implements netfab.Observer. The frames already show the move.
func (witness) MACMoved(time.Duration, netfab.MAC, *netfab.Port, *netfab.Port) {}

// observers are several that see the same frames.
type observers []netfab.Observer

// Sent implements netfab.Observer.
func (o observers) Sent(now time.Duration, from *netfab.Port, data []byte) {
	for _, each := range o {
		each.Sent(now, from, data)
	}
}

// Delivered implements netfab.DeliveryObserver.
func (o observers) Delivered(now time.Duration, from, to *netfab.Port, data []byte) {
	for _, each := range o {
		if d, ok := each.(netfab.DeliveryObserver); ok {
			d.Delivered(now, from, to, data)
		}
	}
}

// Lost implements netfab.Observer.
func (o observers) Lost(now time.Duration, from, to *netfab.Port, data []byte, why string) {
	for _, each := range o {
		each.Lost(now, from, to, data, why)
	}
}

// MACMoved implements netfab.Observer.
func (o observers) MACMoved(now time.Duration, mac netfab.MAC, from, to *netfab.Port) {
	for _, each := range o {
		each.MACMoved(now, mac, from, to)
	}
}

var _ netfab.DeliveryObserver = witness{}
