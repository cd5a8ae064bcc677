package bench

import (
	"fmt"
	"net/netip"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// LAN is some machines on one segment, 100 µs from each other, with the digest
// on and without capture.
type LAN struct {
	Loop   *sim.Loop
	Fabric *netfab.Fabric
	Digest *sim.Digest
	Hosts  []*host.Host
}

// NewLAN returns a LAN with the given number of running machines, 10.0.0.1
// first. Close it.
func NewLAN(machines int) *LAN {
	l := &LAN{Loop: sim.New(42), Digest: sim.NewDigest()}
	l.Fabric = netfab.New(l.Loop, l.Digest)
	segment := l.Fabric.AddSegment("lan", netfab.SegmentConfig{Latency: topology.DefaultLatency, Ageing: topology.DefaultAgeing})
	for i := 1; i <= machines; i++ {
		h := host.New(l.Loop, host.Config{Name: fmt.Sprintf("h%d", i), Cores: 1, ARP: host.ARPLinux})
		own := netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)})
		h.AddNIC("lan", host.MAC{2, 0, 0, 0, byte(i >> 8), byte(i)}, netip.PrefixFrom(own, 16), segment)
		h.PowerOn()
		l.Hosts = append(l.Hosts, h)
	}
	return l
}

// Close stops the machines.
func (l *LAN) Close() {
	for _, h := range l.Hosts {
		h.Destroy()
	}
}
