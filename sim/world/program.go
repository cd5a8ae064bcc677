package world

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cablepull/cablepull/node/backend"
	"github.com/cablepull/cablepull/node/client"
	"github.com/cablepull/cablepull/node/gateway"
	"github.com/cablepull/cablepull/node/probe"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
)

// Program says how a program of a node is started. What it is on paper,
// topology.Program says.
type Program struct {
	key   string
	asks  bool
	start func(*Node, topology.Program) (*Running, error)
}

// ProgramOf is a program that serves: it starts before the members of standby
// groups, which attract requests to it. The key is that of its field in
// topology.Node, or in Others. Start is called each time the machine has booted.
func ProgramOf[C topology.Program](key string, start func(*Node, C) (*Running, error)) Program {
	return Program{key, false, func(n *Node, c topology.Program) (*Running, error) {
		own, is := c.(C)
		if !is {
			return nil, fmt.Errorf("got a configuration of type %T, want %T", c, own)
		}
		return start(n, own)
	}}
}

// AskerOf is a program that asks others: it starts when all that serve have.
func AskerOf[C topology.Program](key string, start func(*Node, C) (*Running, error)) Program {
	p := ProgramOf(key, start)
	p.asks = true
	return p
}

// programs are those that are built in, in the order in which a machine starts
// them.
var programs = []Program{
	ProgramOf("router", startRouter),
	ProgramOf("backend", startBackend),
	ProgramOf("gateway", startGateway),
	ProgramOf("exec", refuseExec),
	AskerOf("client", startClient),
	AskerOf("probe", startProbe),
}

// Running is a program in one life of its machine, with which it dies. What it
// cannot do is nil, and must not be promised on paper.
type Running struct {
	// Switch starts or stops one of the program's services.
	Switch func(service string, on bool) error
	// Set gives one of the program's properties a value, but the switches of
	// services.
	Set func(property, value string) error
	// Apply gives a fault that is about the program effect, and returns how to undo
	// it. It is not undone after the machine has crashed.
	Apply func(fault.Fault) (undo func(), err error)
}

// keeps says which promise of a program on paper the running one cannot keep.
func (r *Running) keeps(paper topology.Program) error {
	others := slices.ContainsFunc(paper.Properties(), func(p topology.Property) bool { return !isService(p.Name) })
	switch {
	case len(paper.ServiceNames()) > 0 && r.Switch == nil:
		return fmt.Errorf("it has the services %v and no Switch", paper.ServiceNames())
	case others && r.Set == nil:
		return fmt.Errorf("it has properties and no Set")
	case len(paper.Faults()) > 0 && r.Apply == nil:
		return fmt.Errorf("faults %v are about it and it has no Apply", paper.Faults())
	}
	return nil
}

func isService(property string) bool {
	return strings.HasPrefix(property, topology.ServiceProperty(""))
}

func startBackend(n *Node, cfg *topology.Backend) (*Running, error) {
	b := backend.New(n.host, *cfg)
	return &Running{
		Switch: switchOf(b),
		Apply: func(f fault.Fault) (undo func(), err error) {
			mode := f.(fault.Backend)
			err = b.Set(backend.Mode{Kind: mode.Mode, Status: mode.Status, Latency: mode.Latency})
			return func() { n.must(b.Set(backend.Mode{Kind: backend.ModeOK})) }, err
		},
	}, nil
}

func startGateway(n *Node, cfg *topology.Gateway) (*Running, error) {
	return &Running{Switch: switchOf(gateway.New(n.host, *cfg, n.running.Memory))}, nil
}

func startClient(n *Node, cfg *topology.Client) (*Running, error) {
	_, err := client.New(n.host, *cfg, n.world.ledger)
	return &Running{}, err
}

func startProbe(n *Node, cfg *topology.Probe) (*Running, error) {
	_, err := probe.New(n.host, *cfg)
	return &Running{}, err
}

// refuseExec is where real programs would start: their machines are never built
// by this package.
func refuseExec(*Node, *topology.Exec) (*Running, error) { return nil, ErrReal }

// switchOf joins the two calls of a program that has services.
func switchOf(p interface {
	StartService(name string) error
	StopService(name string) error
}) func(string, bool) error {
	return func(service string, on bool) error {
		if on {
			return p.StartService(service)
		}
		return p.StopService(service)
	}
}

// missingPrograms says which programs of a topology nobody knows to start.
func (w *World) missingPrograms() error {
	for _, name := range topology.Names(w.topology.Nodes) {
		n := w.topology.Nodes[name]
		for key := range n.Programs() {
			if !slices.ContainsFunc(w.programs, func(p Program) bool { return p.key == key }) {
				return fmt.Errorf("world: node %s: nobody knows how to start its program %s: say it in Options.Programs", name, key)
			}
		}
	}
	return nil
}

// startPrograms starts those that serve, or those that ask, as the configuration
// says.
func (n *Node) startPrograms(asks bool) {
	for _, p := range n.world.programs {
		if cfg := n.running.Program(p.key); cfg != nil && p.asks == asks {
			if err := n.startProgram(p, cfg); err != nil { // validated before
				n.must(fmt.Errorf("program %s: %w", p.key, err))
			}
		}
	}
}

func (n *Node) startProgram(p Program, cfg topology.Program) error {
	running, err := p.start(n, cfg)
	if err == nil {
		err = running.keeps(cfg)
	}
	if err != nil {
		return err
	}
	n.programs[p.key] = running
	for _, property := range cfg.Properties() {
		if value, changed := n.running.set[property.Name]; changed {
			if err := running.put(property.Name, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// put gives a property a value.
func (r *Running) put(property, value string) error {
	if isService(property) {
		return r.Switch(strings.TrimPrefix(property, topology.ServiceProperty("")), value == "on")
	}
	return r.Set(property, value)
}

// programWhose returns the running program of the machine of whose configuration
// something holds.
func (n *Node) programWhose(holds func(topology.Program) bool) (key string, p *Running) {
	for key, cfg := range n.running.Programs() {
		if running := n.programs[key]; running != nil && holds(cfg) {
			return key, running
		}
	}
	return "", nil
}

func (n *Node) stopService(f fault.StopService) (undo func() bool, err error) {
	return n.switchService(f.Name, false)
}

func (n *Node) startService(f fault.StartService) (undo func() bool, err error) {
	return n.switchService(f.Name, true)
}

// switchService starts or stops a service.
func (n *Node) switchService(name string, on bool) (undo func() bool, err error) {
	key, p := n.programWhose(func(cfg topology.Program) bool { return slices.Contains(cfg.ServiceNames(), name) })
	if p == nil {
		return nil, fmt.Errorf("no program runs that has the service %s", name)
	}
	if err := p.Switch(name, on); err != nil {
		return nil, err
	}
	return n.inThisLife(key, p, func() { n.must(p.Switch(name, !on)) }), nil
}

// applyToProgram gives a fault effect that is about a program of the machine.
func (n *Node) applyToProgram(f fault.Fault) (undo func() bool, err error) {
	verb := f.Row().Verb()
	key, p := n.programWhose(func(cfg topology.Program) bool { return slices.Contains(cfg.Faults(), verb) })
	if p == nil {
		return nil, fmt.Errorf("no effect is known for %T", f)
	}
	mend, err := p.Apply(f)
	if err != nil {
		return nil, err
	}
	return n.inThisLife(key, p, mend), nil
}

func (n *Node) switchBackend(f fault.Backend) (undo func() bool, err error) {
	return n.applyToProgram(f)
}

// inThisLife undoes what was done to a running program. With the machine its
// state dies, and there is nothing to undo.
func (n *Node) inThisLife(key string, p *Running, undo func()) func() bool {
	return func() bool { return changed(func() bool { return n.programs[key] == p }, undo) }
}

// must fails the run over what cannot go wrong.
func (n *Node) must(err error) {
	if err != nil {
		n.world.loop.Fail(fmt.Errorf("world: %s: %w", n.name, err))
	}
}
