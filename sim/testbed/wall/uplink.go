//go:build linux

package wall

import (
	"slices"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim"
)

// Uplink joins a port of this process's fabric to an AF_PACKET port: what the
// fabric delivers goes to the wire, what the wire brings is sent into the
// fabric. All of it happens on the loop.
type Uplink struct {
	loop     *sim.Loop
	clock    *Clock
	port     *netfab.Port    // of the fabric
	wire     *netns.Port     // nil while there is none
	accepted []netfab.MAC    // by the machine behind the wire, as it said last
	carrier  func(up bool)   // called when the fabric's carrier changes; may be nil
	taken    [][]byte        // frames of the wire, in the kernel's ring
	waiting  []*netfab.Frame // taken by the wire, for the next flush
	flushing sim.Task
}

// burst is how many frames of a wire are taken at once: enough to share the
// cost of a batch, few enough that other wires need not wait long.
const burst = 64

// NewUplink attaches an interface of a node to a segment of this process's
// fabric. It carries nothing before it is plugged.
func NewUplink(loop *sim.Loop, clock *Clock, segment *netfab.Segment, node, iface string) *Uplink {
	u := &Uplink{loop: loop, clock: clock, taken: make([][]byte, 0, burst)}
	u.flushing = sim.Func(u.flush)
	u.port = segment.Attach(node, iface, u)
	u.port.Filter().SetPromiscuous(true) // the machine behind it has the filter
	return u
}

// Port returns the uplink's port of the fabric.
func (u *Uplink) Port() *netfab.Port { return u.port }

// OnCarrier has changed called, on the loop, when the fabric's carrier comes
// and goes.
func (u *Uplink) OnCarrier(changed func(up bool)) { u.carrier = changed }

// Accept says what the filter of the machine behind the wire accepts, besides
// groups. From then on the port takes only that, as that of a machine in
// virtual time does: the machine would drop the rest, but whoever watches the
// fabric would take it for received. Before the first call it takes all.
//
// The machine speaks from a new address before anybody sends to it, and that is
// faster than its own word; so what it sends from is accepted too. It may speak
// from an address that it is giving up: that stays a while longer.
func (u *Uplink) Accept(addresses []netfab.MAC) {
	u.accepted = addresses
	filter := u.port.Filter()
	filter.SetPromiscuous(false)
	filter.SetAllGroups(true)
	for _, mac := range addresses {
		filter.Add(mac)
	}
	u.loop.After(settling, sim.Func(u.settle))
}

// settling is longer than any frame takes from the machine to the fabric.
const settling = 10 * time.Millisecond

// settle gives up what the machine accepts no more.
func (u *Uplink) settle() {
	filter := u.port.Filter()
	for _, mac := range filter.Addresses() {
		if !slices.Contains(u.accepted, mac) {
			filter.Remove(mac)
		}
	}
}

// Plug begins to carry frames to and from a wire.
func (u *Uplink) Plug(wire *netns.Port) {
	u.wire = wire
	u.clock.watch(u)
}

// Unplug stops it. The wire is its owner's to close.
func (u *Uplink) Unplug() {
	if u.wire == nil {
		return
	}
	u.clock.forget(u)
	u.flush()
	u.wire = nil
}

// Receive implements netfab.Receiver. Frames of one instant leave together.
func (u *Uplink) Receive(f *netfab.Frame) {
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

// flush sends the queued frames to the wire.
func (u *Uplink) flush() {
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
func (u *Uplink) CarrierChanged(up bool) {
	if u.carrier != nil {
		u.carrier(up)
	}
}

// Run implements sim.Task: frames have arrived on the wire.
func (u *Uplink) Run() {
	if u.wire == nil {
		return
	}
	u.taken = u.wire.Collect(u.taken[:0])
	for _, data := range u.taken {
		if !u.port.Filter().Promiscuous() {
			u.port.Filter().AddSource(data)
		}
		frame := u.port.Fabric().NewFrame(len(data))
		copy(frame.Data(), data)
		u.port.Send(frame)
	}
	u.wire.Release()
}

// String names the task in reports of the loop.
func (u *Uplink) String() string { return "frames from " + u.port.Name() }

var (
	_ netfab.Receiver = (*Uplink)(nil)
	_ sim.Task        = (*Uplink)(nil)
)
