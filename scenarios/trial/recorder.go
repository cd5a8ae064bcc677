package trial

import (
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/reports/pcapng"
	"github.com/cablepull/cablepull/sim/event"
)

// recorder writes a capture of the fabric: each frame once, on the interface
// that sent it, with a comment if it was lost, and the faults between the
// frames.
type recorder struct {
	writer *pcapng.Writer
	ifaces []int // interfaces of the capture, by port number
}

// iface returns the capture's interface for a port.
func (r *recorder) iface(p *netfab.Port) int {
	n := int(p.Number())
	for len(r.ifaces) <= n {
		r.ifaces = append(r.ifaces, -1)
	}
	if r.ifaces[n] < 0 {
		r.ifaces[n] = r.writer.Interface(p.Name())
	}
	return r.ifaces[n]
}

// Sent implements netfab.Observer.
func (r *recorder) Sent(now time.Duration, from *netfab.Port, data []byte) {
	r.writer.Frame(now, r.iface(from), data)
}

// Lost implements netfab.Observer. The capture omits frames that never left
// their machine because the link was down.
func (r *recorder) Lost(now time.Duration, from, to *netfab.Port, data []byte, why string) {
	if to == nil && !from.Carrier() {
		return
	}
	if to != nil {
		why = "lost to " + to.Name() + ": " + why
	} else {
		why = "lost: " + why
	}
	r.writer.Lost(now, r.iface(from), data, why)
}

// MACMoved implements netfab.Observer. The frames already show the move.
func (r *recorder) MACMoved(time.Duration, netfab.MAC, *netfab.Port, *netfab.Port) {}

// mark puts faults between the frames.
func (r *recorder) mark(e event.Event) {
	switch what := e.What.(type) {
	case event.FaultApplied:
		r.writer.Mark(e.At, "fault: "+what.Fault)
	case event.FaultHealed:
		r.writer.Mark(e.At, "healed: "+what.Fault)
	}
}

var _ netfab.Observer = (*recorder)(nil)
