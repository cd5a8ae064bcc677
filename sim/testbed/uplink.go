//go:build linux

package testbed

import (
	"errors"
	"net"
	"sync"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim"
)

// uplink joins a port of this process's fabric to an AF_PACKET port: what the
// fabric delivers goes to the wire, what the wire brings is sent into the fabric.
type uplink struct {
	loop     *sim.Loop
	port     *netfab.Port // of the fabric
	wire     *netns.Port
	pending  bool           // a flush is posted
	carrier  func(up bool)  // told of the fabric's carrier; may be nil
	reading  sync.WaitGroup // the goroutine of listen
	spare    sync.Pool      // of arrivals
	flushing sim.Task
}

func newUplink(loop *sim.Loop, segment *netfab.Segment, node, iface string, wire *netns.Port) *uplink {
	u := &uplink{loop: loop, wire: wire}
	u.flushing = sim.Func(u.flush)
	u.port = segment.Attach(node, iface, u)
	u.port.Filter().SetPromiscuous(true) // the machine behind it has the filter
	return u
}

// Receive implements netfab.Receiver. Frames of one instant leave together.
func (u *uplink) Receive(f *netfab.Frame) {
	u.wire.Send(f.Data())
	if !u.pending {
		u.pending = true
		u.loop.Post(u.flushing)
	}
}

func (u *uplink) flush() {
	u.pending = false
	u.wire.Flush()
}

// CarrierChanged implements netfab.Receiver.
func (u *uplink) CarrierChanged(up bool) {
	if u.carrier != nil {
		u.carrier(up)
	}
}

// arrivals is a batch of frames on their way from the reading goroutine to the
// loop, copied out of the kernel's ring.
type arrivals struct {
	uplink *uplink
	data   []byte
	sizes  []int
}

// Run implements sim.Task.
func (a *arrivals) Run() {
	data := a.data
	for _, size := range a.sizes {
		frame := a.uplink.port.Fabric().NewFrame(size)
		copy(frame.Data(), data[:size])
		data = data[size:]
		a.uplink.port.Send(frame)
	}
	a.data, a.sizes = a.data[:0], a.sizes[:0]
	a.uplink.spare.Put(a)
}

// String names the task in reports of the loop.
func (a *arrivals) String() string { return "frames from " + a.uplink.port.Name() }

// listen reads the wire on a goroutine of its own until the port is closed.
// Failed is told of anything else that ends it.
func (u *uplink) listen(failed func(error)) {
	u.reading.Go(func() {
		err := u.wire.Run(func(frames [][]byte) error {
			a, ok := u.spare.Get().(*arrivals)
			if !ok {
				a = &arrivals{uplink: u}
			}
			for _, f := range frames {
				a.data = append(a.data, f...)
				a.sizes = append(a.sizes, len(f))
			}
			u.loop.Post(a)
			return nil
		})
		if !errors.Is(err, net.ErrClosed) {
			failed(err)
		}
	})
}

var _ netfab.Receiver = (*uplink)(nil)
