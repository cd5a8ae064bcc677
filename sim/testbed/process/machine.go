//go:build linux

package process

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/testbed/child"
	"github.com/cablepull/cablepull/sim/testbed/wall"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// Main runs a node process: it takes its configuration from the control socket,
// runs, and ends when the coordinator asks it to finish or is gone.
func Main(version string) error {
	control := child.Control("control")
	if control == nil {
		return errors.New("testbed: node: no control socket: this verb is for the coordinator of a run")
	}
	c := &coordinator{in: json.NewDecoder(control), out: json.NewEncoder(control)}
	if err := run(c, version); err != nil {
		_ = c.tell(noticeOf(err)) // the error is also the process's own
		return err
	}
	return nil
}

// machine is this process's machine. It is complete when build returns it.
type machine struct {
	coordinator *coordinator
	name        string
	clock       *wall.Clock
	world       *world.World
	gauge       *wall.Gauge
	events      recorder
	applied     map[int]func() bool // faults by number, with how to undo them
}

// What ends the loop of a node.
var (
	errFinished = errors.New("told to finish")
	errOrphaned = errors.New("the coordinator is gone")
)

// run takes the configuration, builds the machine and runs it until the end.
func run(c *coordinator, version string) error {
	if err := c.tell(notice{Hello: &hello{Version: version, PID: os.Getpid()}}); err != nil {
		return err
	}
	first, err := c.next()
	if err != nil || first.Configure == nil {
		return fmt.Errorf("testbed: node: no configuration: %w", cmp.Or(err, errProtocol))
	}
	n, err := build(c, *first.Configure)
	if err != nil {
		return err
	}
	if err := c.tell(notice{Ready: true}); err != nil {
		return err
	}
	n.tellSaved()
	second, err := c.next()
	if err != nil || second.Begin == nil {
		return fmt.Errorf("testbed: node: no beginning: %w", cmp.Or(err, errProtocol))
	}
	n.clock.Begin(second.Begin.Zero)
	go n.takeOrders()
	if err := n.world.Run(math.MaxInt64); !errors.Is(err, errFinished) {
		return err
	}
	n.world.Finish()
	worst := n.gauge.Take()
	return c.tell(notice{Finished: true, Stall: &worst})
}

// build makes the machine and joins its interfaces to the namespace's.
func build(c *coordinator, cfg configuration) (*machine, error) {
	clock, err := wall.NewClock()
	if err != nil {
		return nil, err
	}
	w, err := world.BuildOne(cfg.Topology, world.OnlyNode{Name: cfg.Name, Clock: clock, Reboot: cfg.Reboot, Disk: ownDisk()}, world.Options{Seed: cfg.Seed, Forget: event.All()})
	if err != nil {
		return nil, err
	}
	clock.Drive(w.Loop())
	n := &machine{
		coordinator: c, name: cfg.Name, clock: clock, world: w, gauge: wall.NewGauge(w.Loop(), clock), events: recorder{fd: tapeFD}, applied: map[int]func() bool{},
	}
	w.Log().Watch(n.report)
	w.Node(cfg.Name).OnFiles(n.tellSaved)
	here, err := netns.Current()
	if err != nil {
		return nil, err
	}
	for _, iface := range topology.Names(cfg.Topology.Nodes[cfg.Name].NICs) {
		port, err := netns.Open(here, iface)
		if err != nil {
			return nil, fmt.Errorf("testbed: node %s: interface %s: %w", cfg.Name, iface, err)
		}
		nic := w.Node(cfg.Name).Port(iface)
		wall.NewUplink(w.Loop(), clock, nic.Segment(), "uplink", iface).Plug(port)
		nic.Filter().OnChange(func() { n.tellFilter(iface, nic.Filter()) })
		n.tellFilter(iface, nic.Filter())
	}
	_, err = netns.WatchCarrier(here, n.carrier)
	return n, err
}

// carrier copies the carrier of the namespace's interface to the machine's own.
func (n *machine) carrier(iface string, up bool) {
	port := n.world.Node(n.name).Port(iface)
	if port == nil {
		return
	}
	change := port.Pull
	if up {
		change = port.Plug
	}
	n.world.Loop().Post(sim.Func(change))
}

// takeOrders takes orders until the control socket ends. That ends the run:
// nobody is left to report to.
func (n *machine) takeOrders() {
	for {
		o, err := n.coordinator.next()
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
	machine := n.world.Node(n.name)
	if err := fault.Now(f, machine.Present()); err != nil {
		return &world.FaultError{At: n.world.Now(), Fault: f, Err: err}
	}
	undo, err := machine.Apply(f)
	if err != nil {
		return &world.FaultError{At: n.world.Now(), Fault: f, Err: err}
	}
	n.applied[a.Number] = undo
	n.tellSaved()
	return nil
}

// report writes an event as it happens.
func (n *machine) report(e event.Event) {
	if err := n.events.write(e); err != nil {
		n.world.Loop().Fail(err)
	}
}

// tellSaved reports the configuration that a reboot would find.
func (n *machine) tellSaved() {
	saved := n.world.Node(n.name).Saved()
	n.inform(notice{Saved: &saved})
}

// tellFilter reports what an interface accepts.
func (n *machine) tellFilter(iface string, f *netfab.Filter) {
	unicast := slices.DeleteFunc(f.Addresses(), netfab.MAC.IsMulticast)
	n.inform(notice{Accepts: &filter{Interface: iface, Addresses: unicast}})
}

// inform sends a notice during the run. If that fails, the run ends.
func (n *machine) inform(x notice) {
	if err := n.coordinator.tell(x); err != nil {
		n.world.Interrupt(fmt.Errorf("%w: %w", errOrphaned, err))
	}
}
