package hosttest

import (
	"slices"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/wire"
)

// Frame is a frame that a machine sent, or that was lost.
type Frame struct {
	At   time.Duration
	Node string // the sender
	Data []byte
	Lost string // why; empty: sent
}

// To returns the destination address.
func (f Frame) To() host.MAC { return wire.EthernetOf(f.Data).Destination() }

// From returns the source address.
func (f Frame) From() host.MAC { return wire.EthernetOf(f.Data).Source() }

// Tap records the frames of a lab. It is an observer of the fabric.
type Tap struct{ All []Frame }

// Tap records all frames from now on.
func (l *Lab) Tap() *Tap {
	t := &Tap{}
	l.Fabric.Observe(t)
	return t
}

// Sent implements netfab.Observer.
func (t *Tap) Sent(now time.Duration, from *netfab.Port, data []byte) {
	t.All = append(t.All, Frame{now, from.Node(), slices.Clone(data), ""})
}

// Lost implements netfab.Observer.
func (t *Tap) Lost(now time.Duration, from, _ *netfab.Port, data []byte, why string) {
	t.All = append(t.All, Frame{now, from.Node(), slices.Clone(data), why})
}

// MACMoved implements netfab.Observer.
func (*Tap) MACMoved(time.Duration, netfab.MAC, *netfab.Port, *netfab.Port) {}

// SentBy returns the frames that a machine sent from an instant on. Without
// match, all of them.
func (t *Tap) SentBy(node string, since time.Duration, match func(Frame) bool) []Frame {
	var found []Frame
	for _, f := range t.All {
		if f.Node == node && f.Lost == "" && f.At >= since && (match == nil || match(f)) {
			found = append(found, f)
		}
	}
	return found
}

// Inject sends a frame from an interface, bypassing the machine's stack.
func Inject(n *host.NIC, frame []byte) {
	never := func([]byte) bool { return false }
	s := n.OpenPacket(never, nil)
	defer s.Close()
	s.Send(frame)
}
