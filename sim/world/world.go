package world

import (
	"fmt"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/client"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/noise"
	"github.com/cablepull/cablepull/sim/topology"
)

// Machine is one node as the world drives it, in this process or another.
type Machine interface {
	// Port returns the switch port of an interface, or nil.
	Port(iface string) *netfab.Port
	// PowerOn switches the machine on at its start.
	PowerOn()
	// Present returns the machine's state for fault.Now.
	Present() fault.Present
	// Apply applies a fault to the node. It returns undo, or nil if the fault
	// cannot be undone; undo reports whether there was something left to undo.
	Apply(f fault.Fault) (undo func() bool, err error)
	// Destroy ends the machine without a trace in log or digest.
	Destroy()
}

// World is a running topology.
type World struct {
	*Base
	ledger   *client.Ledger
	machines map[string]Machine
	nodes    map[string]*Node // those that live in this process
	names    []string         // of machines, sorted
	frames   *sightings
	sampler  *sampler              // nil: nobody asks, or time is real
	applied  []*application        // in the order in which they were injected
	effects  fault.Effects[*World] // of faults of the network
	noise    []*noise.Model
	programs []Program // in the order in which machines start them
	finished bool
	closed   bool
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

// lengthen adds the extra delay of cables.
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

// Run runs the world until the instant until. A closed world returns ErrClosed.
func (w *World) Run(until time.Duration) error {
	if w.closed {
		return fmt.Errorf("world: run: %w", ErrClosed)
	}
	run := w.loop.Run
	if w.sampler != nil {
		run = w.sampler.run
	}
	if err := run(until); err != nil {
		return fmt.Errorf("world: %w", err)
	}
	return nil
}

// Interrupt makes Run return err soon; any goroutine may call it.
func (w *World) Interrupt(err error) { w.loop.Interrupt(err) }

// Now returns the present instant.
func (w *World) Now() time.Duration { return w.loop.Now() }

// Node returns a machine of this process by name, or nil.
func (w *World) Node(name string) *Node { return w.nodes[name] }

// configured returns the present configuration of a node, as far as this
// process knows.
func (w *World) configured(name string) topology.Node {
	if n := w.nodes[name]; n != nil {
		return n.running.Node
	}
	return w.topology.Nodes[name]
}

// Events returns the events so far. It panics if the world forgets some: see
// Record.
func (w *World) Events() []event.Event { return w.log.Events() }

// Record returns the events so far of the kinds that the world keeps.
func (w *World) Record() event.Record { return w.log.Record() }

// Digest returns the digest over every delivered frame and every event so far.
func (w *World) Digest() string { return w.digest.String() }

// Frames returns how many frames have been sent.
func (w *World) Frames() uint64 { return w.frames.count }

// Steps returns how many events the loop has run.
func (w *World) Steps() uint64 { return w.loop.Count() }

// Close ends the world's goroutines. Events and digest stay readable.
func (w *World) Close() {
	if w.closed {
		return
	}
	w.closed = true
	for _, name := range w.names {
		w.machines[name].Destroy()
	}
}
