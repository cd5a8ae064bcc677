package world

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/client"
	"github.com/cablepull/cablepull/node/filesync"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/noise"
	"github.com/cablepull/cablepull/sim/topology"
)

// Options are the settings of a run apart from its topology.
type Options struct {
	Seed uint64
	// Capture sees every frame as it is sent, including lost ones, and as it
	// arrives if it is a netfab.DeliveryObserver. May be nil. Digests do not depend
	// on it.
	Capture netfab.Observer
	// Watch receives each event as it is logged. May be nil.
	Watch func(event.Event)
	// Follow receives each event in the order of instants: in virtual time as it is
	// logged, in real time when the run has finished. May be nil.
	Follow func(event.Event)
	// Sample receives once a second, in virtual time only, what each machine with
	// power uses, in the order of names. May be nil. Digests do not depend on it.
	Sample func(at time.Duration, node string, u Usage)
	// Forget is the kinds of events that the world need not keep: all that nobody
	// asks for once Watch and Follow have had them. A long run needs it.
	Forget event.Set

	// Noise is what disturbs the run besides faults, in virtual time only. Models
	// have different names.
	Noise []*noise.Model

	// Effects are the effects of faults that are not in fault.Standard.
	Effects []Effect
	// Programs are the programs that are not built in: see topology.Node.Others.
	Programs []Program
}

// OnlyNode is the one machine of a topology that BuildOne builds.
type OnlyNode struct {
	Name   string
	Clock  sim.Driver // nil: virtual time
	Reboot *Reboot    // nil: this is its first boot
	Disk   Disk       // nil: what its programs write ends with this process
}

// Disk keeps what programs of a machine write beyond the end of the process, as
// entries of JSON.
type Disk interface {
	// Write adds an entry of a program.
	Write(program string, entry []byte) error
	// Read returns the entries of a program, in their order.
	Read(program string) (entries [][]byte, err error)
}

// Reboot is the state that remains of a machine after its process ended. The
// topology holds its saved configuration, which may be invalid: it may lack the
// address of an interface, say.
type Reboot struct {
	Boots int               `json:"boots"` // before this one; each has random streams of its own
	Set   map[string]string `json:"set"`   // of the saved configuration: see Saved
	Files []filesync.File   `json:"files"` // likewise
}

// NewMachine makes a machine that lives in another process, with its ports on
// the base. An error ends the build.
type NewMachine func(b *Base, name string, cfg topology.Node) (Machine, error)

// Build builds a topology in virtual time. Its machines are switched on at
// their start instants, most of them at 0. An invalid topology is an error that
// names every problem.
func Build(t topology.Topology, o Options) (*World, error) {
	c, err := Check(t)
	if err != nil {
		return nil, err
	}
	return c.Build(o)
}

// Build builds the topology in virtual time, as the function Build does.
func (c Checked) Build(o Options) (*World, error) {
	if execs := c.topology.Execs(); len(execs) > 0 {
		return nil, fmt.Errorf("world: %w: %s", ErrReal, strings.Join(execs, ", "))
	}
	w := newWorld(newBase(c.topology, nil, o, segmentConfig), o)
	if err := w.missingPrograms(); err != nil {
		return nil, err
	}
	for _, name := range topology.Names(w.topology.Nodes) {
		w.addNode(name, Reboot{})
	}
	w.sampler = newSampler(w, o.Sample)
	if _, err := w.complete(o); err != nil {
		return nil, err
	}
	if err := w.disturb(o.Noise); err != nil {
		w.Close()
		return nil, err
	}
	w.noise = o.Noise
	return w, nil
}

// BuildOne builds one machine of a topology, which lives in this process. Its
// segments are stubs, to which uplinks can be attached.
func BuildOne(t topology.Topology, only OnlyNode, o Options) (*World, error) {
	reboot := Reboot{}
	if only.Reboot != nil {
		reboot = *only.Reboot
	} else if err := check(t); err != nil {
		return nil, err
	}
	w := newWorld(newBase(t.WithDefaults(), only.Clock, o, stubConfig), o)
	all := topology.Names(w.topology.Nodes)
	for i, name := range all {
		if name == only.Name {
			w.ledger = client.NewLedgerOf(uint64(i + reboot.Boots*len(all))) // unique among processes
			w.addNode(name, reboot)
			w.nodes[name].disk = only.Disk
		}
	}
	if len(w.names) == 0 {
		return nil, fmt.Errorf("world: %w: node %q; there are %v", fault.ErrTarget, only.Name, all)
	}
	w.frames = watchFrames(w)   // observes nothing: the coordinator has the fabric
	w.fabric.Observe(losses{w}) // but not what is sent into a cable that is out
	w.start(o)
	return w, nil
}

// BuildFabric builds the fabric between machines that each live in a process of
// their own. The clock shows real time.
func BuildFabric(t topology.Topology, clock sim.Driver, newMachine NewMachine, o Options) (*World, error) {
	if len(o.Noise) > 0 {
		return nil, fmt.Errorf("world: %w", ErrNoise)
	}
	c, err := Check(t)
	if err != nil {
		return nil, err
	}
	w := newWorld(newBase(c.topology, clock, o, segmentConfig), o)
	for _, name := range topology.Names(w.topology.Nodes) {
		m, err := newMachine(w.Base, name, w.topology.Nodes[name])
		if err != nil {
			w.Close()
			return nil, fmt.Errorf("world: node %s: %w", name, err)
		}
		w.add(name, m)
	}
	return w.complete(o)
}

// newWorld makes a world without machines.
func newWorld(b *Base, o Options) *World {
	return &World{
		Base: b, effects: slices.Concat(networkEffects, o.Effects), programs: slices.Concat(programs, o.Programs),
		machines: map[string]Machine{}, nodes: map[string]*Node{}, ledger: client.NewLedger(),
	}
}

// add adds a machine, in the order of names.
func (w *World) add(name string, m Machine) {
	w.machines[name] = m
	w.names = append(w.names, name)
}

// addNode adds a machine of this process.
func (w *World) addNode(name string, reboot Reboot) {
	n := newNode(w, name, w.topology.Nodes[name], reboot)
	w.nodes[name] = n
	w.add(name, n)
}

// complete finishes a world once it has all of its machines, and with them all
// ports of the fabric.
func (w *World) complete(o Options) (*World, error) {
	w.frames = watchFrames(w)
	w.isolate()
	if err := w.lengthen(); err != nil {
		w.Close()
		return nil, err
	}
	w.fabric.Observe(w.frames)
	w.fabric.Observe(losses{w})
	w.fabric.ObserveDeliveries(w.frames)
	w.fabric.OnBlocked(w.portBlocked)
	w.start(o)
	return w, nil
}

// portBlocked logs that a switch blocks the port of a machine, which cannot
// tell, after what brought the link up.
func (w *World) portBlocked(p *netfab.Port, until time.Duration) {
	w.loop.Post(sim.Func(func() {
		w.log.Append(w.loop.Now(), p.Node(), event.PortBlocked{Interface: p.Interface(), Until: until})
	}))
}

// start puts the start of each machine on the timetable.
func (w *World) start(o Options) {
	if o.Capture != nil {
		w.fabric.Observe(o.Capture)
		if d, ok := o.Capture.(netfab.DeliveryObserver); ok {
			w.fabric.ObserveDeliveries(d)
		}
	}
	for _, name := range w.names {
		w.loop.At(w.topology.Nodes[name].Start, sim.Func(w.machines[name].PowerOn))
	}
}
