package world

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/client"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
)

// Options are what a run has beside its topology.
type Options struct {
	Seed uint64
	// Capture sees every frame as it is sent, and those that are lost. May be
	// nil. Digests do not depend on it.
	Capture netfab.Observer
	// Watch is told of each event as it is logged. May be nil.
	Watch func(event.Event)

	// Effects are those of faults beyond fault.Standard.
	Effects []Effect

	// Driver moves the clock. Nil means virtual time.
	Driver sim.Driver
	// Here, if not empty, is the one node of the topology that lives in this
	// process. Its segments are stubs, to which uplinks can be attached.
	Here string
	// Again, if not nil, says that the machine of Here boots again, in another
	// process than before.
	Again *Again
	// Elsewhere, if not nil, makes every node: each lives in a process of its
	// own, and this process has the fabric between them.
	Elsewhere func(w *World, name string, cfg topology.Node) (Machine, error)
}

// Again is what is left of a machine whose process has ended: its configuration
// in the topology is the saved one, which need not be valid. It may lack the
// address of an interface, say.
type Again struct {
	Boots int      `json:"boots"` // before this one; each draws from streams of its own
	Off   []string `json:"off"`   // of the saved configuration: see Saved
}

// Machine is what the world does to one of its nodes, wherever that lives.
type Machine interface {
	// Port returns the switch port of an interface, or nil.
	Port(iface string) *netfab.Port
	// PowerOn switches the machine on at its start.
	PowerOn()
	// Present says what a fault finds there.
	Present() fault.Present
	// Apply gives a fault that the node is the target of effect, and returns how to
	// undo it: nil if it cannot be undone; it reports whether there was something
	// left to undo.
	Apply(f fault.Fault) (undo func() bool, err error)
	// Destroy ends the machine without a trace in log or digest.
	Destroy()
}

// World is a topology that lives.
type World struct {
	loop     *sim.Loop
	digest   *sim.Digest
	fabric   *netfab.Fabric
	log      *event.Log
	ledger   *client.Ledger
	topology topology.Topology
	machines map[string]Machine
	nodes    map[string]*Node // those that live in this process
	names    []string         // of machines, sorted
	frames   *sightings
	applied  []*application // in the order in which they were injected
	effects  []Effect       // of faults of the network
	finished bool
	closed   bool
}

// New builds the topology. Its machines are switched on at their start
// instants, most of them at 0. An invalid topology is an error that names every
// problem.
func New(t topology.Topology, o Options) (*World, error) {
	if o.Again == nil {
		if err := check(t); err != nil {
			return nil, err
		}
		o.Again = &Again{}
	}
	if execs := t.Execs(); len(execs) > 0 && o.Elsewhere == nil && o.Here == "" {
		return nil, fmt.Errorf("world: %w: %s", ErrReal, strings.Join(execs, ", "))
	}
	t = t.WithDefaults()
	driver := o.Driver
	if driver == nil {
		driver = sim.Virtual{}
	}
	w := &World{
		loop: sim.NewDriven(o.Seed, driver), digest: sim.NewDigest(), topology: t,
		effects: slices.Concat(networkEffects, o.Effects), machines: map[string]Machine{}, nodes: map[string]*Node{}, ledger: client.NewLedger(),
	}
	w.log = event.NewLog(w.digest)
	if o.Watch != nil {
		w.log.Watch(o.Watch)
	}
	frames := w.digest
	if o.Driver != nil {
		frames = nil // two runs in real time are never the same
	}
	w.fabric = netfab.New(w.loop, frames)
	for _, name := range topology.Names(t.Segments) {
		w.fabric.AddSegment(name, segmentConfig(t.Segments[name], o.Here != ""))
	}
	if err := w.populate(o); err != nil {
		return nil, err
	}
	w.frames = watchFrames(w)
	if o.Here == "" {
		w.isolate()
		if err := w.lengthen(); err != nil {
			w.Close()
			return nil, err
		}
		w.fabric.Observe(w.frames)
	}
	if o.Capture != nil {
		w.fabric.Observe(o.Capture)
	}
	for _, name := range w.names {
		w.loop.At(t.Nodes[name].Start, sim.Func(w.machines[name].PowerOn))
	}
	return w, nil
}

// populate makes the machines.
func (w *World) populate(o Options) error {
	all := topology.Names(w.topology.Nodes)
	for i, name := range all {
		cfg := w.topology.Nodes[name]
		switch {
		case o.Elsewhere != nil:
			m, err := o.Elsewhere(w, name, cfg)
			if err != nil {
				w.Close()
				return fmt.Errorf("world: node %s: %w", name, err)
			}
			w.machines[name] = m
		case o.Here == "" || o.Here == name:
			n := newNode(w, name, cfg, *o.Again)
			w.machines[name], w.nodes[name] = n, n
			if o.Here != "" {
				w.ledger = client.NewLedgerOf(uint64(i + o.Again.Boots*len(all))) // unique among processes
			}
		default:
			continue
		}
		w.names = append(w.names, name)
	}
	if len(w.names) == 0 {
		return fmt.Errorf("world: %w: node %q; there are %v", fault.ErrTarget, o.Here, all)
	}
	return nil
}

// check refuses a topology that cannot be built; warnings pass.
func check(t topology.Topology) error {
	problems := t.Validate()
	for _, name := range topology.Names(t.Nodes) {
		n := t.Nodes[name]
		for _, iface := range topology.Names(n.Standby) {
			for _, p := range StandbyProblems(n.Standby[iface], n.NICs[iface].Address.Addr()) {
				p.Path = topology.At([]string{"nodes", name, "standby", iface}, p.Path...)
				problems = append(problems, p)
			}
		}
	}
	var errs []error
	for _, p := range problems {
		if !p.Warning {
			errs = append(errs, errors.New(p.String()))
		}
	}
	if len(errs) > 0 {
		return fmt.Errorf("world: invalid topology: %w", errors.Join(errs...))
	}
	return nil
}

// segmentConfig translates a segment on paper into one of the fabric. A stub,
// behind which the segment is in another process, adds as little as it can.
func segmentConfig(s topology.Segment, stub bool) netfab.SegmentConfig {
	if stub {
		return netfab.SegmentConfig{Latency: 1}
	}
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
	for _, name := range topology.Names(w.topology.Segments) {
		for _, node := range w.topology.Segments[name].Isolated {
			for _, iface := range topology.Names(w.topology.Nodes[node].NICs) {
				if port := w.machines[node].Port(iface); port.Segment().Name() == name {
					port.SetIsolated(true)
				}
			}
		}
	}
}

// lengthen gives distant nodes their cables.
func (w *World) lengthen() error {
	for _, name := range w.names {
		for _, iface := range topology.Names(w.topology.Nodes[name].NICs) {
			latency := w.topology.Nodes[name].NICs[iface].Latency
			if latency == 0 {
				continue
			}
			if _, err := w.install(netfab.Impairment{Delay: latency}.Rule(w.machines[name].Port(iface))); err != nil {
				return fmt.Errorf("world: %w", err)
			}
		}
	}
	return nil
}

// Run lets the world go on until the instant until. A closed one does not.
func (w *World) Run(until time.Duration) error {
	if w.closed {
		return fmt.Errorf("world: run: %w", ErrClosed)
	}
	if err := w.loop.Run(until); err != nil {
		return fmt.Errorf("world: %w", err)
	}
	return nil
}

// Interrupt makes Run return err soon; any goroutine may call it.
func (w *World) Interrupt(err error) { w.loop.Interrupt(err) }

// Now returns the present instant.
func (w *World) Now() time.Duration { return w.loop.Now() }

// Loop returns the loop that runs the world.
func (w *World) Loop() *sim.Loop { return w.loop }

// Log returns the log of the world, for machines that live elsewhere.
func (w *World) Log() *event.Log { return w.log }

// Node returns a machine of this process by name, or nil.
func (w *World) Node(name string) *Node { return w.nodes[name] }

// configured returns what a node is told to be at present, as far as this
// process knows.
func (w *World) configured(name string) topology.Node {
	if n := w.nodes[name]; n != nil {
		return n.running.Node
	}
	return w.topology.Nodes[name]
}

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
		w.machines[name].Destroy()
	}
}
