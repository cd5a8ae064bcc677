//go:build linux

package testbed

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"sync"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// controlFD is where a node process finds its control socket.
const controlFD = 3

// NodeMain is the life of a node process: it takes its configuration from the
// control socket, runs, and ends when it is told to finish or the coordinator is
// gone.
func NodeMain(version string) error {
	control := os.NewFile(controlFD, "control")
	if control == nil {
		return errors.New("testbed: node: no control socket: this verb is for the coordinator")
	}
	n := &node{out: json.NewEncoder(control), in: json.NewDecoder(control), applied: map[int]func() bool{}}
	if err := n.run(version); err != nil {
		n.tell(notice{Failed: err.Error()})
		return err
	}
	return nil
}

// node is this process's machine.
type node struct {
	in      *json.Decoder
	sending sync.Mutex
	out     *json.Encoder
	cfg     configuration
	clock   *wall
	world   *world.World
	links   map[string]*uplink
	applied map[int]func() bool // faults by number, with how to undo them
}

// errFinished ends the loop of a node that was told to finish.
var errFinished = errors.New("finished")

func (n *node) run(version string) error {
	n.tell(notice{Hello: &hello{Version: version, PID: os.Getpid()}})
	var first order
	if err := n.in.Decode(&first); err != nil || first.Configure == nil {
		return fmt.Errorf("testbed: node: configuration: %w", errors.Join(err, errProtocol(first.Configure == nil)))
	}
	n.cfg = *first.Configure
	if err := n.build(); err != nil {
		return err
	}
	n.tell(notice{Ready: true})
	n.tellSaved()
	var second order
	if err := n.in.Decode(&second); err != nil || second.Begin == nil {
		return fmt.Errorf("testbed: node: beginning: %w", errors.Join(err, errProtocol(second.Begin == nil)))
	}
	n.clock.begin(second.Begin.Zero)
	go n.obey()
	err := n.world.Run(math.MaxInt64)
	if !errors.Is(err, errFinished) {
		return err
	}
	n.world.Finish()
	n.tell(notice{Finished: true})
	return nil
}

func errProtocol(broken bool) error {
	if broken {
		return errors.New("the coordinator said something else")
	}
	return nil
}

// build makes the machine and joins its interfaces to the namespace's.
func (n *node) build() error {
	n.clock = newWall()
	w, err := world.New(n.cfg.Topology, world.Options{
		Seed: n.cfg.Seed + uint64(n.cfg.Boot) - 1, Driver: n.clock, Here: n.cfg.Name, Watch: n.report,
	})
	if err != nil {
		return err
	}
	n.world, n.links = w, map[string]*uplink{}
	here, err := netns.Current()
	if err != nil {
		return err
	}
	nics := n.cfg.Topology.Nodes[n.cfg.Name].NICs
	for _, iface := range topology.Names(nics) {
		wire, err := netns.Open(here, iface)
		if err != nil {
			return fmt.Errorf("testbed: node %s: interface %s: %w", n.cfg.Name, iface, err)
		}
		nic := n.world.Node(n.cfg.Name).Port(iface)
		u := newUplink(w.Loop(), nic.Segment(), "uplink", iface, wire)
		u.listen(w.Loop().Fail)
		n.links[iface] = u
	}
	_, err = netns.WatchCarrier(here, n.carrier)
	return err
}

// carrier follows the carrier of the namespace's interface on the machine's own.
func (n *node) carrier(iface string, up bool) {
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

// obey takes orders until the control socket ends, and the process with it:
// nobody is left to report to.
func (n *node) obey() {
	for {
		var o order
		if err := n.in.Decode(&o); err != nil {
			if !errors.Is(err, io.EOF) {
				fmt.Fprintln(os.Stderr, "testbed: node: control socket:", err)
			}
			os.Exit(1)
		}
		n.world.Loop().Post(sim.Func(func() { n.do(o) }))
	}
}

// do carries out an order on the loop.
func (n *node) do(o order) {
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
	case o.Finish:
		n.world.Interrupt(errFinished)
	}
}

func (n *node) apply(a application) error {
	f, err := fault.Parse(a.Fault)
	if err != nil {
		return err
	}
	machine := n.world.Node(n.cfg.Name)
	if err := machine.Possible(f); err != nil {
		return fmt.Errorf("testbed: %s: %s: %w", n.cfg.Name, f, err)
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
func (n *node) report(e event.Event) { n.tell(notice{Event: event.AppendJSON(nil, e)}) }

// tellSaved says what a reboot would find.
func (n *node) tellSaved() {
	saved := n.world.Node(n.cfg.Name).Saved()
	n.tell(notice{Saved: &saved})
}

// tell sends a notice. A coordinator that is gone needs none.
func (n *node) tell(x notice) {
	n.sending.Lock()
	defer n.sending.Unlock()
	if err := n.out.Encode(x); err != nil {
		os.Exit(1)
	}
}
