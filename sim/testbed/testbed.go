//go:build linux

package testbed

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// Testbed is a world in real time. It offers what a world.World does.
type Testbed struct {
	*world.World
	clock    *wall
	space    *netns.Namespace // the fabric's
	reaper   *netns.Reaper
	topology topology.Topology
	seed     uint64
	version  string
	patience patience

	began   bool
	zero    time.Duration // instant 0 on CLOCK_MONOTONIC
	nodes   []resident
	journal journal
	gauge   *gauge
	noise   noise

	furnished map[string]*furnishing // what nodes hang on, by their names
	leaving   sync.WaitGroup         // the removal of it

	output func(name string) (io.Writer, error) // of real programs; nil: it goes nowhere
	folder string                               // of the workspaces of real hosts; empty: there is none
}

// Options are what a testbed has beside the options of a world.
type Options struct {
	world.Options
	Version string // of the build; a node process of another one is refused
	// Output says where the output of a real program goes, whose file is called
	// NODE.PROGRAM.log; nil: nowhere. It is called once for each, from any goroutine.
	Output func(name string) (io.Writer, error)

	patience patience // zero: usual
}

// patience is how long the coordinator waits for what a node process does.
type patience struct {
	ready   time.Duration // until it is configured
	order   time.Duration // until it takes an order
	ping    time.Duration // between two questions whether it lives
	silence time.Duration // until it has answered one
	finish  time.Duration // until it has said its last words
}

// usual is long enough for a machine that is busy with other things.
var usual = patience{
	ready: 15 * time.Second, order: 5 * time.Second,
	ping: time.Second, silence: 10 * time.Second, finish: 5 * time.Second,
}

// startIn is how far in the future instant 0 lies when a run begins, so that all
// nodes have heard of it before.
const startIn = 20 * time.Millisecond

// New makes namespaces, cables and node processes of the topology. It needs the
// right to make network namespaces: see netns.Reexec. The program must hand its
// hidden verbs, Parts, to PartMain.
func New(t topology.Topology, o Options) (_ *Testbed, err error) {
	if err := Check(t, nil); err != nil {
		return nil, err
	}
	b := &Testbed{topology: brisk(t), seed: o.Seed, version: o.Version, output: o.Output, patience: usual}
	if o.patience != (patience{}) {
		b.patience = o.patience
	}
	defer func() {
		if err != nil {
			b.Close()
		}
	}()
	if b.clock, err = newWall(); err != nil {
		return nil, fmt.Errorf("testbed: %w", err)
	}
	swept := make(chan error, 1)
	go func() { swept <- netns.Sweep() }()
	if b.reaper, err = household.enter(); err != nil {
		return nil, fmt.Errorf("testbed: %w", err)
	}
	if b.space, err = netns.New(); err != nil {
		return nil, fmt.Errorf("testbed: namespace of the fabric: %w", err)
	}
	b.furnishAll(b.topology.WithDefaults())
	o.Driver = b.clock
	o.Elsewhere = b.populate
	if b.World, err = world.New(b.topology, o.Options); err != nil {
		b.World = nil // it has closed itself
		return nil, err
	}
	b.clock.drive(b.Loop())
	for _, r := range b.nodes {
		if err := r.await(b.patience.ready); err != nil {
			return nil, fmt.Errorf("testbed: node %s: %w", r.name(), err)
		}
	}
	if err := <-swept; err != nil {
		return nil, fmt.Errorf("testbed: what an earlier run left: %w", err)
	}
	return b, nil
}

// populate makes a node; its process builds itself while the others are made.
func (b *Testbed) populate(w *world.World, name string, cfg topology.Node) (world.Machine, error) {
	b.World = w
	var r resident
	var err error
	if cfg.Exec != nil {
		r, err = newExecHost(b, w, name, cfg)
	} else {
		r, err = newRemote(b, w, name, cfg)
	}
	if err != nil {
		return nil, err
	}
	b.nodes = append(b.nodes, r)
	return r, nil
}

// resident is the coordinator's side of a node.
type resident interface {
	world.Machine
	name() string
	// await waits until the node can begin.
	await(within time.Duration) error
	// begin is called when the clock has started.
	begin()
	// finish and finished end the node's part of the run: all are asked first,
	// and then waited for.
	finish()
	finished() error
}

// brisk takes away the latency that a segment has when nobody says otherwise:
// the kernel and two processes between a node and the next take as long.
func brisk(t topology.Topology) topology.Topology {
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
	if err := checkFault(b.topology, f); err != nil {
		return fmt.Errorf("testbed: %s: %w: %w", f, ErrImpossible, err)
	}
	return b.World.At(at, f)
}

// Run lets the testbed go on until the instant until. The first call starts the
// clock.
func (b *Testbed) Run(until time.Duration) error {
	if !b.began {
		b.began = true
		b.zero = netns.Monotonic() + startIn
		b.clock.begin(b.zero)
		b.gauge = newGauge(b.Loop())
		for _, r := range b.nodes {
			r.begin()
		}
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer netns.Urgent()()
	b.clock.poller.KeepThread()
	return b.World.Run(until)
}

// Finish lets every node say its last words and brings the journal in order.
func (b *Testbed) Finish() error {
	for _, r := range b.nodes {
		r.finish()
	}
	var errs []error
	for _, r := range b.nodes {
		if err := r.finished(); err != nil {
			errs = append(errs, fmt.Errorf("testbed: node %s: %w", r.name(), err))
		}
	}
	b.noise.hear("", b.gauge.take())
	b.World.Finish()
	b.journal.end(b.Now())
	b.Log().Merge(b.journal.take())
	return errors.Join(errs...)
}

// Events returns what has happened so far.
func (b *Testbed) Events() []event.Event {
	b.Log().Merge(b.journal.take())
	return b.World.Events()
}

// Measure folds what has happened so far into measures.
func (b *Testbed) Measure() (oracle.Measures, []oracle.Violation) {
	b.Log().Merge(b.journal.take())
	return b.World.Measure()
}

// RealTime says that the clock is that of the wall.
func (b *Testbed) RealTime() bool { return true }

// Noise is the longest time so far that a process of the run had to wait for a
// processor: by so much its instants may be off.
func (b *Testbed) Noise() time.Duration { return b.noise.get() }

// Digest returns nothing: two runs in real time are never the same.
func (b *Testbed) Digest() string { return "" }

// Close ends all processes and removes namespaces, cables and groups.
func (b *Testbed) Close() {
	if b.World != nil {
		b.World.Close()
	}
	b.unfurnish()
	b.leaving.Wait()
	if b.clock != nil {
		b.clock.close()
	}
	if b.space != nil {
		_ = b.space.Close() // the kernel removes it with this process otherwise
	}
	if b.folder != "" {
		_ = os.RemoveAll(b.folder) // the reaper comes back to it
	}
	if b.reaper != nil {
		household.leave()
		b.reaper = nil
	}
}

func parseMAC(text string) ([6]byte, error) {
	mac, err := wire.ParseMAC(text)
	return [6]byte(mac), err
}
