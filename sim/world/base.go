package world

import (
	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Base is what the machines of a world share: its loop, its log, and the fabric
// with all segments. It is complete before the first machine is built.
type Base struct {
	loop     *sim.Loop
	digest   *sim.Digest
	log      *event.Log
	fabric   *netfab.Fabric
	topology topology.Topology // with its defaults filled in
}

// newBase builds the segments of a topology that has its defaults filled in.
// Without a clock, time is virtual.
func newBase(t topology.Topology, clock sim.Driver, o Options, segment func(topology.Segment) netfab.SegmentConfig) *Base {
	b := &Base{digest: sim.NewDigest(), topology: t}
	frames := b.digest
	if clock == nil {
		clock = sim.Virtual{}
	} else {
		frames = nil // two runs in real time always differ
	}
	b.loop = sim.NewDriven(o.Seed, clock)
	b.log = event.NewLog(b.digest)
	b.log.Forget(o.Forget)
	for _, f := range []func(event.Event){o.Watch, o.Follow} {
		if f != nil {
			b.log.Watch(f)
		}
	}
	b.fabric = netfab.New(b.loop, frames)
	for _, name := range topology.Names(b.topology.Segments) {
		b.fabric.AddSegment(name, segment(b.topology.Segments[name]))
	}
	return b
}

// Loop returns the loop that runs the world.
func (b *Base) Loop() *sim.Loop { return b.loop }

// Log returns the log of the world, for machines that live in other processes.
func (b *Base) Log() *event.Log { return b.log }

// Fabric returns the network, for rules that no fault can express.
func (b *Base) Fabric() *netfab.Fabric { return b.fabric }

// Topology returns the topology with its defaults filled in.
func (b *Base) Topology() topology.Topology { return b.topology }

// segmentConfig translates a segment of the topology into one of the fabric.
func segmentConfig(s topology.Segment) netfab.SegmentConfig {
	c := netfab.SegmentConfig{Latency: s.Latency, Ageing: s.Ageing, ForwardDelay: s.ForwardDelay}
	switch s.Snooping {
	case topology.SnoopingOn:
		c.Snooping = netfab.SnoopingOn
	case topology.SnoopingPrune:
		c.Snooping = netfab.SnoopingPrune
	}
	return c
}

// stubConfig is for a segment that lives in another process: it adds as little
// as possible. Whatever the machine sends leaves it, even to an address of its
// own: what becomes of that is the real switch's affair.
func stubConfig(topology.Segment) netfab.SegmentConfig {
	return netfab.SegmentConfig{Latency: 1, Ageing: topology.DefaultAgeing, Hub: true}
}
