//go:build linux

package process

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"sync"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/testbed/child"
	"github.com/cablepull/cablepull/sim/testbed/wall"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// Main is the life of a node process: it takes its configuration from the
// control socket, runs, and ends when it is told to finish or the coordinator is
// gone.
func Main(version string) error {
	control := child.Control("control")
	if control == nil {
		return errors.New("testbed: node: no control socket: this verb is for the coordinator of a run")
	}
	n := &machine{out: json.NewEncoder(control), in: json.NewDecoder(control), applied: map[int]func() bool{}}
	if err := n.run(version); err != nil {
		_ = n.tell(notice{Failed: err.Error()}) // the error is also the process's own
		return err
	}
	return nil
}

// machine is this process's machine.
type machine struct {
	in      *json.Decoder
	sending sync.Mutex
	out     *json.Encoder
	cfg     configuration
	clock   *wall.Clock
	world   *world.World
	links   map[string]*wall.Uplink
	gauge   *wall.Gauge
	applied map[int]func() bool // faults by number, with how to undo them
}

// What ends the loop of a node.
var (
	errFinished = errors.New("told to finish")
	errOrphaned = errors.New("the coordinator is gone")
)

func (n *machine) run(version string) error {
	if err := n.tell(notice{Hello: &hello{Version: version, PID: os.Getpid()}}); err != nil {
		return err
	}
	first, err := n.next()
	if err != nil || first.Configure == nil {
		return fmt.Errorf("testbed: node: no configuration: %w", cmp.Or(err, errProtocol))
	}
	n.cfg = *first.Configure
	if err := n.build(); err != nil {
		return err
	}
	if err := n.tell(notice{Ready: true}); err != nil {
		return err
	}
	n.tellSaved()
	second, err := n.next()
	if err != nil || second.Begin == nil {
		return fmt.Errorf("testbed: node: no beginning: %w", cmp.Or(err, errProtocol))
	}
	n.clock.Begin(second.Begin.Zero)
	n.gauge = wall.NewGauge(n.world.Loop())
	go n.obey()
	if err := n.world.Run(math.MaxInt64); !errors.Is(err, errFinished) {
		return err
	}
	n.world.Finish()
	worst := n.gauge.Take()
	return n.tell(notice{Finished: true, Stall: &worst})
}

var errProtocol = errors.New("the coordinator said something else")

// next takes an order.
func (n *machine) next() (o order, err error) {
	err = n.in.Decode(&o)
	return o, err
}

// build makes the machine and joins its interfaces to the namespace's.
func (n *machine) build() error {
	clock, err := wall.NewClock()
	if err != nil {
		return err
	}
	n.clock = clock
	w, err := world.New(n.cfg.Topology, world.Options{
		Seed: n.cfg.Seed, Driver: n.clock, Here: n.cfg.Name, Again: n.cfg.Again, Watch: n.report,
	})
	if err != nil {
		return err
	}
	clock.Drive(w.Loop())
	n.world, n.links = w, map[string]*wall.Uplink{}
	here, err := netns.Current()
	if err != nil {
		return err
	}
	nics := n.cfg.Topology.Nodes[n.cfg.Name].NICs
	for _, iface := range topology.Names(nics) {
		port, err := netns.Open(here, iface)
		if err != nil {
			return fmt.Errorf("testbed: node %s: interface %s: %w", n.cfg.Name, iface, err)
		}
		nic := n.world.Node(n.cfg.Name).Port(iface)
		u := wall.NewUplink(w.Loop(), clock, nic.Segment(), "uplink", iface)
		u.Plug(port)
		n.links[iface] = u
	}
	_, err = netns.WatchCarrier(here, n.carrier)
	return err
}

// carrier follows the carrier of the namespace's interface on the machine's own.
func (n *machine) carrier(iface string, up bool) {
	port := n.world.Node(n.cfg.Name).Port(iface)
	if port == nil {
		return
	}
	change := port.Pull
	if up {
		change = port.Plug
	}
	n.world.Loop().Post(sim.Func(change))
}

// obey takes orders until the control socket ends, and the run with it: nobody
// is left to report to.
func (n *machine) obey() {
	for {
		o, err := n.next()
		if err != nil {
			n.world.Interrupt(fmt.Errorf("%w: %w", errOrphaned, err))
			return
		}
		n.world.Loop().Post(sim.Func(func() { n.do(o) }))
	}
}

// do carries out an order on the loop.
func (n *machine) do(o order) {
	switch {
	case o.Apply != nil:
		if err := n.apply(*o.Apply); err != nil {
			n.world.Loop().Fail(err)
		}
	case o.Undo != nil:
		if undo := n.applied[*o.Undo]; undo != nil {
			undo()
			delete(n.applied, *o.Undo)
		}
		n.tellSaved()
	case o.Ping:
		worst := n.gauge.Take()
		n.inform(notice{Pong: true, Stall: &worst})
	case o.Finish:
		n.world.Interrupt(errFinished)
	}
}

func (n *machine) apply(a application) error {
	f, err := fault.Parse(a.Fault)
	if err != nil {
		return err
	}
	machine := n.world.Node(n.cfg.Name)
	if err := fault.Now(f, machine.Present()); err != nil {
		return fmt.Errorf("testbed: %s: %w", f, err)
	}
	undo, err := machine.Apply(f)
	if err != nil {
		return fmt.Errorf("testbed: %s: %w", f, err)
	}
	n.applied[a.Number] = undo
	n.tellSaved()
	return nil
}

// report sends an event as it happens.
func (n *machine) report(e event.Event) { n.inform(notice{Event: event.AppendJSON(nil, e)}) }

// tellSaved says what a reboot would find.
func (n *machine) tellSaved() {
	saved := n.world.Node(n.cfg.Name).Saved()
	n.inform(notice{Saved: &saved})
}

// inform sends a notice in the middle of the run, which ends if nobody hears it.
func (n *machine) inform(x notice) {
	if err := n.tell(x); err != nil && n.world != nil {
		n.world.Interrupt(fmt.Errorf("%w: %w", errOrphaned, err))
	}
}

// tell sends a notice.
func (n *machine) tell(x notice) error {
	n.sending.Lock()
	defer n.sending.Unlock()
	return n.out.Encode(x)
}
