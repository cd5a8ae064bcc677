//go:build linux

package wire

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/sim/topology"
)

// Streams is the throughput between a Linux host and a member of a
// self-balancing group that is not the active one, in bits per second.
type Streams struct {
	Through float64 // to the virtual IP: the active member forwards what the client sends
	Direct  float64 // to the member's own address
}

// groupSettled is when the group has its active member: by the profile, that
// one listens for a hold time of 3 s and then speaks for another.
const groupSettled = 8 * time.Second

// directPort is where members serve their own address.
const directPort = 8080

// turnsEach is how many streams each way has. They alternate, for other
// programs of the machine come and go.
const turnsEach = 3

// Balanced measures one direction both ways, in one run. Each takes the span.
func Balanced(d Direction, span time.Duration) (s Streams, err error) {
	own := netip.AddrPortFrom(member(1).Addr(), directPort)
	ways := []string{netip.AddrPortFrom(vip, topology.DefaultPort).String(), own.String()}
	run, err := streamProgram(d, span/turnsEach, slices.Repeat(ways, turnsEach)...)
	if err != nil {
		return s, err
	}
	size := 1 // nothing else may flow against an upload
	if d == Download {
		size = downloadSize
	}
	out, err := play(topology.Topology{
		Segments: map[string]topology.Segment{"lan": {}},
		Nodes: map[string]topology.Node{
			"source": host(Source, groupSettled, run),
			"active": balancing(0, map[string]topology.Service{}), // it has no service, so it only forwards
			"other": balancing(1, map[string]topology.Service{
				"balanced": {Size: size}, "own": {Listen: own, Size: size},
			}),
		},
	})
	if err != nil {
		return s, err
	}
	said := strings.NewReader(out)
	for i := range turnsEach * len(ways) {
		var to, who string
		var rate float64
		if _, err := fmt.Fscan(said, &to, &who, &rate); err != nil {
			return s, fmt.Errorf("wire: streams: %w: %s", err, out)
		}
		if who != "other" {
			return s, fmt.Errorf("wire: stream to %s: got answers of %q, want of other", to, who)
		}
		if i%len(ways) == 0 {
			s.Through += rate / turnsEach
		} else {
			s.Direct += rate / turnsEach
		}
	}
	return s, nil
}

// downloadSize is the size of an answer: large, so that few are asked for.
const downloadSize = 64 << 20

// balancing is a member of a self-balancing group. The first has the highest
// priority.
func balancing(i int, services map[string]topology.Service) topology.Node {
	priority := backupPriority + 10*(1-i)
	return topology.Node{
		Gateway: &topology.Gateway{Services: services},
		NICs:    map[string]topology.NIC{"lan": {Address: member(i)}},
		Standby: map[string]topology.Standby{"lan": {
			VIP: vip, Priority: &priority, Profile: "ios", Hello: time.Second, Hold: 3 * time.Second,
			SelfBalance: &topology.SelfBalance{},
		}},
	}
}
