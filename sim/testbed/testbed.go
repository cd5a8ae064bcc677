//go:build linux

package testbed

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/testbed/attachment"
	"github.com/cablepull/cablepull/sim/testbed/process"
	"github.com/cablepull/cablepull/sim/testbed/realhost"
	"github.com/cablepull/cablepull/sim/testbed/wall"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// Testbed is a world in real time. It has the methods of a world.World.
type Testbed struct {
	*world.World
	clock      *wall.Clock
	space      *netns.Namespace // the fabric's
	reaper     *netns.Reaper
	namespaces *attachment.Namespaces // of the nodes
	workspaces *realhost.Workspaces
	topology   topology.Topology
	journal    attachment.Journal
	noise      attachment.Noise
	follow     func(event.Event) // gets all events in order when the run has finished

	began bool
	nodes []node
	gauge *wall.Gauge
}

// Options are the options of a testbed apart from those of a world.
type Options struct {
	world.Options
	Version string // of the build; node processes of another build are refused
	// Output says where the output of a real program goes, whose file is called
	// NODE.PROGRAM.log; nil: nowhere. It is called once for each, from any
	// goroutine.
	Output func(name string) (io.Writer, error)

	patience process.Patience // zero: usual
}

// startIn is how far in the future instant 0 lies when a run begins: enough for
// all nodes to be told of it before.
const startIn = 20 * time.Millisecond

// New makes namespaces, cables and node processes of the topology. It needs the
// right to make network namespaces: see netns.Reexec. The program must hand its
// hidden verbs, Parts, to PartMain.
func New(t topology.Topology, o Options) (_ *Testbed, err error) {
	if err := Check(t, nil); err != nil {
		return nil, err
	}
	b := &Testbed{topology: withoutDefaultLatency(t), follow: o.Follow}
	o.Follow, o.Forget = nil, event.Set{} // events of processes come late, so all are kept
	defer func() {
		if err != nil {
			b.Close()
		}
	}()
	if b.clock, err = wall.NewClock(); err != nil {
		return nil, fmt.Errorf("testbed: %w", err)
	}
	swept := make(chan error, 1)
	go func() { swept <- netns.Sweep() }()
	if b.reaper, err = sharedReaper.acquire(); err != nil {
		return nil, fmt.Errorf("testbed: %w", err)
	}
	if b.space, err = netns.New(); err != nil {
		return nil, fmt.Errorf("testbed: namespace of the fabric: %w", err)
	}
	b.namespaces = attachment.PrepareAll(b.space, b.topology.WithDefaults())
	b.workspaces = realhost.NewWorkspaces(b.reaper)
	if b.World, err = world.BuildFabric(b.topology, b.clock, b.newMachine(o), o.Options); err != nil {
		return nil, err
	}
	b.clock.Drive(b.Loop())
	for _, n := range b.nodes {
		if err := n.Await(); err != nil {
			return nil, fmt.Errorf("testbed: node %s: %w", n.Name(), err)
		}
	}
	if err := <-swept; err != nil {
		return nil, fmt.Errorf("testbed: what an earlier run left: %w", err)
	}
	return b, nil
}

// newMachine returns what makes the nodes. The process of each starts while the
// next are made.
func (b *Testbed) newMachine(o Options) world.NewMachine {
	patience := cmp.Or(o.patience, process.UsualPatience)
	return func(base *world.Base, name string, cfg topology.Node) (_ world.Machine, err error) {
		bed := &attachment.Bed{
			Loop: base.Loop(), Log: base.Log(), Fabric: base.Fabric(), Clock: b.clock, Reaper: b.reaper,
			Namespaces: b.namespaces, Journal: &b.journal, Noise: &b.noise,
		}
		var n node
		if cfg.Exec != nil {
			n, err = realhost.New(realhost.Run{Bed: bed, Output: o.Output, Workspaces: b.workspaces}, name, cfg)
		} else {
			n, err = process.NewNode(process.Run{Bed: bed, Topology: base.Topology(), Seed: o.Seed, Version: o.Version, Patience: patience}, name, cfg)
		}
		if err != nil {
			return nil, err
		}
		b.nodes = append(b.nodes, n)
		return n, nil
	}
}

// node is the coordinator's side of a node.
type node interface {
	world.Machine
	Name() string
	// Await waits until the node can begin.
	Await() error
	// Begin is called when the clock has started.
	Begin()
	// Finish asks the node to end its part of the run, and Finished waits until it
	// has. All nodes are asked before the first is waited for.
	Finish()
	Finished() error
	// CatchUp enters in the journal what the node has reported so far.
	CatchUp()
}

// withoutDefaultLatency removes the default latency from the segments: the
// kernel and the two processes between one node and the next take about as
// long.
func withoutDefaultLatency(t topology.Topology) topology.Topology {
	segments := map[string]topology.Segment{}
	for name, s := range t.Segments { // order: copies a map
		if s.Latency == 0 || s.Latency == topology.DefaultLatency {
			s.Latency = 1
		}
		segments[name] = s
	}
	t.Segments = segments
	return t
}

// At injects a fault at an instant. One that cannot be done in real time is an
// error at once.
func (b *Testbed) At(at time.Duration, f fault.Fault) error {
	if err := errors.Join(problems(b.Topology(), f)...); err != nil {
		return fmt.Errorf("testbed: %s: %w: %w", f, ErrImpossible, err)
	}
	return b.World.At(at, f)
}

// Run lets the testbed go on until the instant until. The first call starts the
// clock.
func (b *Testbed) Run(until time.Duration) error {
	if !b.began {
		b.began = true
		b.clock.Begin(netns.Monotonic() + startIn)
		b.gauge = wall.NewGauge(b.Loop(), b.clock)
		for _, n := range b.nodes {
			n.Begin()
		}
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer netns.Urgent()()
	b.clock.KeepThread()
	return b.World.Run(until)
}

// Finish asks every node for its last events and puts the journal in order.
func (b *Testbed) Finish() error {
	for _, n := range b.nodes {
		n.Finish()
	}
	var errs []error
	for _, n := range b.nodes {
		if err := n.Finished(); err != nil {
			errs = append(errs, fmt.Errorf("testbed: node %s: %w", n.Name(), err))
		}
	}
	b.noise.Add("", b.gauge.Take())
	b.World.Finish()
	b.hear()
	b.journal.End(b.Now())
	events := b.Events()
	if b.follow != nil {
		for _, e := range events {
			b.follow(e)
		}
	}
	return errors.Join(errs...)
}

// Events returns what has happened so far.
func (b *Testbed) Events() []event.Event {
	b.merge()
	return b.World.Events()
}

// hear enters in the journal what the nodes have reported so far.
func (b *Testbed) hear() {
	for _, n := range b.nodes {
		n.CatchUp()
	}
}

// merge enters it in the log.
func (b *Testbed) merge() {
	b.hear()
	b.Log().Merge(b.journal.Take())
}

// Record returns what has happened so far: all of it.
func (b *Testbed) Record() event.Record { return event.RecordOf(b.Events()) }

// Measure folds what has happened so far into measures.
func (b *Testbed) Measure() (oracle.Measures, []oracle.Violation) {
	b.merge()
	return b.World.Measure()
}

// RealTime says that the clock is the wall clock.
func (b *Testbed) RealTime() bool { return true }

// Noise is the longest time so far that a process of the run had to wait for a
// processor: by so much its instants may be off.
func (b *Testbed) Noise() time.Duration { return b.noise.Get() }

// Digest returns nothing: two runs in real time are never the same.
func (b *Testbed) Digest() string { return "" }

// Close ends all processes and removes namespaces, cables and groups.
func (b *Testbed) Close() {
	if b.World != nil {
		b.World.Close()
	}
	if b.namespaces != nil {
		b.namespaces.Close()
	}
	if b.clock != nil {
		b.clock.Close()
	}
	if b.space != nil {
		_ = b.space.Close() // the kernel removes it with this process otherwise
	}
	if b.workspaces != nil {
		b.workspaces.Remove()
	}
	if b.reaper != nil {
		sharedReaper.release()
		b.reaper = nil
	}
}
