package hosttest

import (
	"cmp"
	"net/netip"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// seed is the seed of every lab.
const seed = 42

// Lab is some machines on one segment.
type Lab struct {
	TB     testing.TB
	Loop   *sim.Loop
	Digest *sim.Digest
	Log    *event.Log
	Fabric *netfab.Fabric
	LAN    *netfab.Segment
	Hosts  []*host.Host // in the order in which they were added
}

// Latency and Ageing are a segment's defaults.
const (
	Latency = 100 * time.Microsecond
	Ageing  = 300 * time.Second
)

// New returns a lab without machines. Its segment is called lan.
func New(tb testing.TB, lan netfab.SegmentConfig) *Lab {
	lan.Latency, lan.Ageing = cmp.Or(lan.Latency, Latency), cmp.Or(lan.Ageing, Ageing)
	l := &Lab{TB: tb, Loop: sim.New(seed), Digest: sim.NewDigest()}
	l.Log = event.NewLog(l.Digest)
	l.Fabric = netfab.New(l.Loop, l.Digest)
	l.LAN = l.Fabric.AddSegment("lan", lan)
	return l
}

// Add gives the lab a machine with one processor whose interface lan has the
// address, such as 192.0.2.11/24, and switches it on. Its MAC ends like its
// address. Each change is applied to the configuration first.
func (l *Lab) Add(name, address string, change ...func(*host.Config)) *host.Host {
	cfg := host.Config{Name: name, Cores: 1, ARP: host.ARPLinux, Log: l.Log}
	for _, f := range change {
		f(&cfg)
	}
	h := host.New(l.Loop, cfg)
	own := netip.MustParsePrefix(address)
	last := own.Addr().As4()
	h.AddNIC("lan", host.MAC{2, 0, 0, 0, last[2], last[3]}, own, l.LAN)
	h.PowerOn()
	l.Hosts = append(l.Hosts, h)
	l.TB.Cleanup(h.Destroy)
	return h
}

// Cores is a change that sets the number of processors.
func Cores(n int) func(*host.Config) { return func(c *host.Config) { c.Cores = n } }

// Run runs the lab until an instant.
func (l *Lab) Run(until time.Duration) {
	l.TB.Helper()
	if err := l.Loop.Run(until); err != nil {
		l.TB.Fatal(err)
	}
}

// Pass runs the lab for a span.
func (l *Lab) Pass(d time.Duration) {
	l.TB.Helper()
	l.Run(l.Loop.Now() + d)
}

// At runs f as an event of the loop.
func (l *Lab) At(when time.Duration, f func()) { l.Loop.At(when, sim.Func(f)) }

// Program runs a program on a machine. Its error fails the test.
func (l *Lab) Program(h *host.Host, name string, body func(p *sim.Proc) error) {
	h.Go(name, func(p *sim.Proc) {
		if err := body(p); err != nil {
			l.Loop.Fail(err)
		}
	})
}

// Bodies returns the events of one kind that a node has logged; of all nodes if
// node is empty.
func Bodies[B event.Body](l *Lab, node string) (at []time.Duration, all []B) {
	for e, b := range event.Of[B](l.Log.Events()) {
		if node == "" || e.Node == node {
			at = append(at, e.At)
			all = append(all, b)
		}
	}
	return at, all
}

// Count returns how many events of one kind a node has logged; all nodes if
// node is empty.
func Count[B event.Body](l *Lab, node string) int {
	at, _ := Bodies[B](l, node)
	return len(at)
}
