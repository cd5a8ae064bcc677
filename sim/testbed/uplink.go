//go:build linux

package testbed

import (
	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim"
)

// uplink joins a port of this process's fabric to an AF_PACKET port: what the
// fabric delivers goes to the wire, what the wire brings is sent into the fabric.
// All of it happens on the loop.
type uplink struct {
	loop     *sim.Loop
	clock    *wall
	port     *netfab.Port    // of the fabric
	wire     *netns.Port     // nil while there is none
	carrier  func(up bool)   // told of the fabric's carrier; may be nil
	taken    [][]byte        // frames of the wire, in the kernel's ring
	waiting  []*netfab.Frame // taken by the wire, for the next flush
	flushing sim.Task
}

// burst is how many frames of a wire are taken at once: enough to share the cost
// of a batch, few enough that other wires need not wait long.
const burst = 64

func newUplink(loop *sim.Loop, clock *wall, segment *netfab.Segment, node, iface string) *uplink {
	u := &uplink{loop: loop, clock: clock, taken: make([][]byte, 0, burst)}
	u.flushing = sim.Func(u.flush)
	u.port = segment.Attach(node, iface, u)
	u.port.Filter().SetPromiscuous(true) // the machine behind it has the filter
	return u
}

// plug begins to carry frames to and from a wire.
func (u *uplink) plug(wire *netns.Port) {
	u.wire = wire
	u.clock.watch(u)
}

// unplug stops it. The wire is its owner's to close.
func (u *uplink) unplug() {
	if u.wire == nil {
		return
	}
	u.clock.forget(u)
	u.flush()
	u.wire = nil
}

// Receive implements netfab.Receiver. Frames of one instant leave together.
func (u *uplink) Receive(f *netfab.Frame) {
	if u.wire == nil {
		return
	}
	if len(u.waiting) == 0 {
		u.loop.Post(u.flushing)
	}
	f.Retain()
	u.waiting = append(u.waiting, f)
	u.wire.Send(f.Data())
}

// flush gives the wire what it has taken.
func (u *uplink) flush() {
	if len(u.waiting) == 0 {
		return
	}
	u.wire.Flush()
	for i, f := range u.waiting {
		f.Release()
		u.waiting[i] = nil
	}
	u.waiting = u.waiting[:0]
}

// CarrierChanged implements netfab.Receiver.
func (u *uplink) CarrierChanged(up bool) {
	if u.carrier != nil {
		u.carrier(up)
	}
}

// Run implements sim.Task: frames have arrived on the wire.
func (u *uplink) Run() {
	if u.wire == nil {
		return
	}
	u.taken = u.wire.Collect(u.taken[:0])
	for _, data := range u.taken {
		frame := u.port.Fabric().NewFrame(len(data))
		copy(frame.Data(), data)
		u.port.Send(frame)
	}
	u.wire.Release()
}

// String names the task in reports of the loop.
func (u *uplink) String() string { return "frames from " + u.port.Name() }

var (
	_ netfab.Receiver = (*uplink)(nil)
	_ sim.Task        = (*uplink)(nil)
)
