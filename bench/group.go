package bench

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// NewGroup returns a world of one standby group with the given number of
// members and no clients, after the election. Close it.
func NewGroup(members int) (*world.World, error) {
	t := topology.Topology{Segments: map[string]topology.Segment{"lan": {}}, Nodes: map[string]topology.Node{}}
	for i := range members {
		priority := 110 - i
		own := netip.AddrFrom4([4]byte{192, 0, 2, byte(11 + i)})
		t.Nodes[fmt.Sprintf("m%d", i)] = topology.Node{
			Gateway: &topology.Gateway{},
			NICs:    map[string]topology.NIC{"lan": {Address: netip.PrefixFrom(own, 24)}},
			Standby: map[string]topology.Standby{"lan": {Group: 30, VIP: netip.MustParseAddr("192.0.2.100"), Priority: &priority}},
		}
	}
	w, err := world.Build(t, world.Options{Seed: 1})
	if err != nil {
		return nil, err
	}
	if err := w.Run(time.Minute); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// Idle runs a world for a span in which nothing may happen but hellos: an event
// is an error, and so is a lack of hellos.
func Idle(w *world.World, span time.Duration) error {
	events, frames := len(w.Events()), w.Frames()
	if err := w.Run(w.Now() + span); err != nil {
		return err
	}
	if n := len(w.Events()); n != events {
		return fmt.Errorf("bench: idle group: got %d events, the first of them %v", n-events, w.Events()[events])
	}
	if span >= time.Minute && w.Frames() == frames {
		return fmt.Errorf("bench: idle group: no hello within %v", span)
	}
	return nil
}
