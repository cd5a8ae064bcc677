//go:build linux

package wire

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/testbed"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// FirstHello runs a scenario of the given number of nodes, all members of a
// standby group, and returns when the first hello was on the wire.
func FirstHello(nodes int) (at time.Time, err error) {
	t := topology.Topology{Segments: map[string]topology.Segment{"lan": {}}, Nodes: map[string]topology.Node{}}
	for i := range nodes {
		own := netip.AddrFrom4([4]byte{192, 0, 2, byte(11 + i)})
		t.Nodes[fmt.Sprintf("m%d", i)] = topology.Node{
			Gateway: &topology.Gateway{},
			NICs:    map[string]topology.NIC{"lan": {Address: netip.PrefixFrom(own, 24)}},
			// A member listens for one hold time before it speaks, here for the shortest
			// possible.
			Standby: map[string]topology.Standby{"lan": {
				VIP: vip, Profile: "ios", Hello: 15 * time.Millisecond, Hold: 50 * time.Millisecond,
			}},
		}
	}
	h := &hearing{}
	b, err := testbed.New(t, testbed.Options{Options: world.Options{Seed: 1, Capture: h}})
	if err != nil {
		return at, absent(err)
	}
	defer b.Close()
	h.heard = func() {
		at = time.Now()
		b.Interrupt(errHeard)
	}
	if err := b.Run(10 * time.Second); !errors.Is(err, errHeard) {
		return at, fmt.Errorf("wire: no hello within 10 s of a run: %v", err)
	}
	return at, nil
}

var errHeard = errors.New("heard a hello")

// hearing waits for a hello.
type hearing struct{ heard func() }

// Sent implements netfab.Observer.
func (h *hearing) Sent(_ time.Duration, _ *netfab.Port, data []byte) {
	if wire.IsHSRP(data) {
		h.heard()
	}
}

// Lost implements netfab.Observer.
func (*hearing) Lost(time.Duration, *netfab.Port, *netfab.Port, []byte, string) {}

// MACMoved implements netfab.Observer.
func (*hearing) MACMoved(time.Duration, netfab.MAC, *netfab.Port, *netfab.Port) {}
