package world

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/traffic"
)

// Options are what a run has beside its topology.
type Options struct {
	Seed uint64
	// Capture sees every frame as it is sent, and those that are lost. May be
	// nil. Digests do not depend on it.
	Capture netfab.Observer
	// Watch is told of each event as it is logged. May be nil.
	Watch func(event.Event)
}

// World is a topology that lives.
type World struct {
	loop     *sim.Loop
	digest   *sim.Digest
	fabric   *netfab.Fabric
	log      *event.Log
	ledger   *traffic.Ledger
	topology topology.Topology
	nodes    map[string]*Node
	names    []string // of nodes, sorted
	frames   *frameWatch
	applied  []*application // in the order in which they were injected
	closed   bool
}

// New builds the topology. Its machines are switched on at their start
// instants, most of them at 0. An invalid topology is an error that names every
// problem.
func New(t topology.Topology, o Options) (*World, error) {
	if err := check(t); err != nil {
		return nil, err
	}
	t = t.WithDefaults()
	w := &World{
		loop: sim.New(o.Seed), digest: sim.NewDigest(), topology: t,
		nodes: map[string]*Node{}, ledger: traffic.NewLedger(),
	}
	w.log = event.NewLog(w.digest)
	if o.Watch != nil {
		w.log.Watch(o.Watch)
	}
	w.fabric = netfab.New(w.loop, w.digest)
	for _, name := range slices.Sorted(maps.Keys(t.Segments)) {
		w.fabric.AddSegment(name, segmentConfig(t.Segments[name]))
	}
	w.names = slices.Sorted(maps.Keys(t.Nodes))
	for _, name := range w.names {
		w.nodes[name] = newNode(w, name, t.Nodes[name])
	}
	w.isolate()
	w.frames = watchFrames(w)
	w.fabric.Observe(w.frames)
	if o.Capture != nil {
		w.fabric.Observe(o.Capture)
	}
	for _, name := range w.names {
		n := w.nodes[name]
		w.loop.At(n.saved.Start, sim.Func(n.host.PowerOn))
	}
	return w, nil
}

// check refuses a topology that cannot be built; warnings pass.
func check(t topology.Topology) error {
	var errs []error
	for _, p := range t.Validate() {
		if !p.Warning {
			errs = append(errs, errors.New(p.String()))
		}
	}
	if len(errs) > 0 {
		return fmt.Errorf("world: invalid topology: %w", errors.Join(errs...))
	}
	return nil
}

// segmentConfig translates a segment on paper into one of the fabric.
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

// isolate marks the ports of isolated nodes.
func (w *World) isolate() {
	for _, name := range slices.Sorted(maps.Keys(w.topology.Segments)) {
		for _, node := range w.topology.Segments[name].Isolated {
			for _, nic := range w.nodes[node].host.NICs() {
				if nic.Port().Segment().Name() == name {
					nic.Port().SetIsolated(true)
				}
			}
		}
	}
}

// Run lets the world go on until the instant until.
func (w *World) Run(until time.Duration) error {
	if err := w.loop.Run(until); err != nil {
		return fmt.Errorf("world: %w", err)
	}
	return nil
}

// Interrupt makes Run return err soon; any goroutine may call it.
func (w *World) Interrupt(err error) { w.loop.Interrupt(err) }

// Now returns the present instant.
func (w *World) Now() time.Duration { return w.loop.Now() }

// Node returns a machine by name, or nil.
func (w *World) Node(name string) *Node { return w.nodes[name] }

// Fabric returns the network, for rules that no fault line has words for.
func (w *World) Fabric() *netfab.Fabric { return w.fabric }

// Events returns what has happened so far.
func (w *World) Events() []event.Event { return w.log.Events() }

// Topology returns the topology with its defaults filled in.
func (w *World) Topology() topology.Topology { return w.topology }

// Digest returns the digest over every delivered frame and every event so far.
func (w *World) Digest() string { return w.digest.String() }

// Frames returns how many frames have been sent.
func (w *World) Frames() uint64 { return w.frames.count }

// Steps returns how many events the loop has run.
func (w *World) Steps() uint64 { return w.loop.Count() }

// Close frees the world's goroutines. Events and digest stay readable.
func (w *World) Close() {
	if w.closed {
		return
	}
	w.closed = true
	for _, name := range w.names {
		w.nodes[name].host.Destroy()
	}
}
