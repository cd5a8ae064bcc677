//go:build linux

package testbed

import (
	"fmt"
	"sync"
	"time"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// Testbed is a world in real time. It offers what a world.World does.
type Testbed struct {
	*world.World
	clock    *wall
	space    *netns.Namespace // the fabric's
	topology topology.Topology
	seed     uint64
	version  string
	verb     string

	began bool
	zero  time.Duration // instant 0 on CLOCK_MONOTONIC
	nodes []*remote

	mu   sync.Mutex // guards heard
	late []event.Event
}

// Options are what a testbed has beside the options of a world.
type Options struct {
	world.Options
	Version string // of the build; a node process of another one is refused
	Verb    string // of the binary that calls NodeMain
}

// startIn is how far in the future instant 0 lies when a run begins, so that all
// nodes have heard of it before.
const startIn = 20 * time.Millisecond

// New makes namespaces, cables and node processes of the topology. It needs the
// right to make network namespaces.
func New(t topology.Topology, o Options) (*Testbed, error) {
	space, err := netns.New()
	if err != nil {
		return nil, fmt.Errorf("testbed: namespace of the fabric: %w", err)
	}
	b := &Testbed{
		clock: newWall(), space: space, topology: t, seed: o.Seed, version: o.Version, verb: o.Verb,
	}
	o.Driver = b.clock
	o.Elsewhere = func(w *world.World, name string, cfg topology.Node) (world.Machine, error) {
		b.World = w
		r, err := newRemote(b, w, name, cfg)
		if err == nil {
			b.nodes = append(b.nodes, r)
		}
		return r, err
	}
	w, err := world.New(t, o.Options)
	if err != nil {
		_ = space.Close() // nothing is in it
		return nil, err
	}
	b.World = w
	return b, nil
}

// Run lets the testbed go on until the instant until. The first call starts the
// clock.
func (b *Testbed) Run(until time.Duration) error {
	if !b.began {
		b.began = true
		b.zero = netns.Monotonic() + startIn
		b.clock.begin(b.zero)
		for _, r := range b.nodes {
			r.begin()
		}
	}
	return b.World.Run(until)
}

// journal enters an event of a node. It may come from any goroutine; the log is
// the loop's, so it waits there for its turn.
func (b *Testbed) journal(r *remote, e event.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r.note(e)
	b.late = append(b.late, e)
}

// Finish lets every node say its last words and brings the journal in order.
func (b *Testbed) Finish() {
	for _, r := range b.nodes {
		r.finish()
	}
	b.World.Finish()
	b.merge()
}

// merge moves the nodes' events into the log, by instant.
func (b *Testbed) merge() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Log().Merge(b.late)
	b.late = nil
}

// Events returns what has happened so far.
func (b *Testbed) Events() []event.Event {
	b.merge()
	return b.World.Events()
}

// Measure folds what has happened so far into measures.
func (b *Testbed) Measure() (oracle.Measures, []oracle.Violation) {
	b.merge()
	return b.World.Measure()
}

// Digest returns nothing: two runs in real time are never the same.
func (b *Testbed) Digest() string { return "" }

// Close ends all processes and removes namespaces and cables.
func (b *Testbed) Close() {
	b.World.Close()
	_ = b.space.Close() // the kernel removes it with this process otherwise
}

func parseMAC(text string) ([6]byte, error) {
	mac, err := wire.ParseMAC(text)
	return [6]byte(mac), err
}
