package netfab

import (
	"fmt"
	"time"

	"github.com/cablepull/cablepull/sim"
)

// Fabric is the whole Ethernet of a world. It belongs to the loop: its methods
// are called from events of the loop, or from a goroutine of a protocol stack
// while an event waits for that stack to settle; never at the same time.
type Fabric struct {
	loop      *sim.Loop
	digest    *sim.Digest
	segments  []*Segment
	ports     []*Port
	nodes     map[string]int // a node's number, by name
	observers []Observer
	arrivals  []DeliveryObserver
	onBlocked func(p *Port, until time.Duration) // see OnBlocked; may be nil
	rules     []*installation
	cuts      []*partition // the partitions among the rules
	frames    frameStore
	transits  []*transit // ready for reuse
	changes   uint64     // number of carrier changes; see Port.wentDown
	damaged   bool       // some frame has been
	stats     Stats
}

// Stats counts frames since the start of the world.
type Stats struct {
	Sent      uint64 // frames that left a NIC
	Delivered uint64 // frames accepted by a NIC; a flooded one counts at each
	Lost      uint64 // frames, or copies towards one port, that were lost
}

// New returns a fabric without segments. Every delivered frame is added to
// digest, if that is not nil, under the receiving port's number.
func New(loop *sim.Loop, digest *sim.Digest) *Fabric {
	return &Fabric{loop: loop, digest: digest, nodes: map[string]int{}, frames: newFrameStore()}
}

// Loop returns the loop that drives the fabric.
func (f *Fabric) Loop() *sim.Loop { return f.loop }

// Stats returns the counts so far.
func (f *Fabric) Stats() Stats { return f.stats }

// Damaged reports whether an impairment has flipped bits of any frame so far.
// Until then receivers need not verify checksums; from then on all must,
// because a router forwards the damage.
func (f *Fabric) Damaged() bool { return f.damaged }

// NewFrame returns a frame of size bytes with one reference. It contains bytes
// of an earlier frame: the caller must write them all.
func (f *Fabric) NewFrame(size int) *Frame { return f.frames.get(size) }

// AddSegment adds a switch. A duplicate name, or a missing latency or ageing,
// is a programming error and panics.
func (f *Fabric) AddSegment(name string, cfg SegmentConfig) *Segment {
	if f.Segment(name) != nil {
		panic(fmt.Sprintf("netfab: add segment: %s exists already", name))
	}
	if cfg.Latency <= 0 || cfg.Ageing <= 0 {
		panic(fmt.Sprintf("netfab: add segment: %s: got latency %v and ageing %v, want both above 0", name, cfg.Latency, cfg.Ageing))
	}
	s := newSegment(f, name, cfg)
	f.segments = append(f.segments, s)
	return s
}

// Segment returns the segment of that name, or nil.
func (f *Fabric) Segment(name string) *Segment {
	for _, s := range f.segments {
		if s.name == name {
			return s
		}
	}
	return nil
}

// Segments returns the segments in the order in which they were added.
func (f *Fabric) Segments() []*Segment { return f.segments }

// Port returns the port of a node's interface, or nil.
func (f *Fabric) Port(node, iface string) *Port {
	for _, p := range f.ports {
		if p.node == node && p.iface == iface {
			return p
		}
	}
	return nil
}

// Ports returns all ports by number: port 1 first.
func (f *Fabric) Ports() []*Port { return f.ports }

// nodeNumber returns the number of the node of that name. Rules compare numbers
// for speed, because they look at every frame.
func (f *Fabric) nodeNumber(name string) int {
	n, ok := f.nodes[name]
	if !ok {
		n = len(f.nodes)
		f.nodes[name] = n
	}
	return n
}
