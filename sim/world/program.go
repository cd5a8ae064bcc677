package world

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cablepull/cablepull/node/account"
	"github.com/cablepull/cablepull/node/backend"
	"github.com/cablepull/cablepull/node/balancer"
	"github.com/cablepull/cablepull/node/cell"
	"github.com/cablepull/cablepull/node/client"
	"github.com/cablepull/cablepull/node/database"
	"github.com/cablepull/cablepull/node/gateway"
	"github.com/cablepull/cablepull/node/probe"
	"github.com/cablepull/cablepull/node/proxy"
	"github.com/cablepull/cablepull/node/resolver"
	"github.com/cablepull/cablepull/node/teller"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
)

// Program says how to start a program of a node; topology.Program is its
// configuration.
type Program struct {
	key   string
	asks  bool
	start func(*Node, topology.Program) (*Running, error)
}

// ProgramOf is a program that serves: it starts before the members of standby
// groups, which attract requests to it. The key is that of its field in
// topology.Node, or its key in Others. Start is called after each boot of the
// machine.
func ProgramOf[C topology.Program](key string, start func(*Node, C) (*Running, error)) Program {
	return Program{key, false, func(n *Node, c topology.Program) (*Running, error) {
		own, is := c.(C)
		if !is {
			return nil, fmt.Errorf("got a configuration of type %T, want %T", c, own)
		}
		return start(n, own)
	}}
}

// AskerOf is a program that asks others: it starts after all programs that
// serve.
func AskerOf[C topology.Program](key string, start func(*Node, C) (*Running, error)) Program {
	p := ProgramOf(key, start)
	p.asks = true
	return p
}

// programs are the built-in ones, in the order in which a machine starts them.
var programs = []Program{
	ProgramOf("router", startRouter),
	ProgramOf("cell", startCell),
	ProgramOf("database", startDatabase),
	ProgramOf("backend", startBackend),
	ProgramOf("accounts", startAccounts),
	ProgramOf("gateway", startGateway),
	ProgramOf("resolver", startResolver),
	ProgramOf("files", startFiles),
	ProgramOf("apim", startAPIM), // its artifacts may be among the files
	ProgramOf("cluster", startCluster),
	ProgramOf("proxy", startProxy),
	ProgramOf("balancer", startBalancer),
	ProgramOf("broker", startBroker),
	ProgramOf("throttle", startThrottle),
	ProgramOf("exec", refuseExec),
	ProgramOf("partner", startPartner),
	AskerOf("client", startClient),
	AskerOf("developer", startDeveloper),
	AskerOf("probe", startProbe),
	AskerOf("publisher", startPublisher),
	AskerOf("consumer", startConsumer),
	AskerOf("teller", startTeller),
}

// Running is a program between one boot of its machine and the next crash. A
// function that it lacks is nil; its topology.Program must not promise it.
type Running struct {
	// Switch starts or stops one of the program's services.
	Switch func(service string, on bool) error
	// Set sets one of the program's properties, except the switches of
	// services.
	Set func(property, value string) error
	// Apply applies a fault to the program, and returns how to undo it. Nothing
	// undoes it after the machine has crashed.
	Apply func(fault.Fault) (undo func(), err error)
	// Leave begins a graceful leave: the program accepts no more work and
	// finishes what it has.
	Leave func() Leaving
	// Finish logs what is still under way when the run ends.
	Finish func()
}

// Leaving is a program in a graceful leave.
type Leaving interface {
	Connections() int // that are still open
	Drain()           // closes those that are idle
	Return()          // ends the leave
}

// keeps returns an error if the running program lacks a function that its
// topology.Program promises.
func (r *Running) keeps(paper topology.Program) error {
	others := slices.ContainsFunc(paper.Properties(), func(p topology.Property) bool { return !isService(p.Name) })
	switch {
	case len(paper.ServiceNames()) > 0 && r.Switch == nil:
		return fmt.Errorf("it has the services %v but no Switch", paper.ServiceNames())
	case others && r.Set == nil:
		return fmt.Errorf("it has properties but no Set")
	case len(paper.Faults()) > 0 && r.Apply == nil:
		return fmt.Errorf("faults %v act on it but it has no Apply", paper.Faults())
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

func startCell(n *Node, cfg *topology.Cell) (*Running, error) {
	k := cell.New(n.host, *cfg)
	return &Running{Switch: switchOf(k), Set: k.Set}, nil
}

func startDatabase(n *Node, cfg *topology.Database) (*Running, error) {
	if err := n.openDatabase(*cfg); err != nil {
		return nil, err
	}
	d := database.New(n.host, *cfg, n.database)
	disk := func(state string) error { return d.Set(topology.DatabaseDisk, state) }
	return &Running{
		Switch: switchOf(d), Set: d.Set,
		Apply: func(f fault.Fault) (undo func(), err error) {
			state := topology.DiskOK
			if f.(fault.Fill).Share >= 1 {
				state = topology.DiskFull
			}
			return func() { n.must(disk(topology.DiskOK)) }, disk(state)
		},
	}, nil
}

func startAccounts(n *Node, cfg *topology.Accounts) (*Running, error) {
	return &Running{Switch: switchOf(account.New(n.host, *cfg))}, nil
}

func startTeller(n *Node, cfg *topology.Teller) (*Running, error) {
	t, err := teller.New(n.host, *cfg)
	if err != nil {
		return nil, err
	}
	return &Running{Finish: t.Finish}, nil
}

func startGateway(n *Node, cfg *topology.Gateway) (*Running, error) {
	g := gateway.New(n.host, *cfg, n.running.Memory, n.store)
	g.OnChange(n.servicesChanged)
	g.OnGroupChange(n.tracksChanged)
	n.gateway = g
	set := func(property, value string) error {
		group, member, _ := strings.Cut(strings.TrimPrefix(property, "group."), ".")
		return g.SetMember(group, member, value == topology.LBServerEnabled)
	}
	return &Running{Switch: switchOf(g), Set: set, Finish: g.Finish, Leave: func() Leaving { return g.Leave() }}, nil
}

func startProxy(n *Node, cfg *topology.Proxy) (*Running, error) {
	p, err := proxy.New(n.host, *cfg)
	if err != nil {
		return nil, err
	}
	return &Running{Switch: switchOf(p)}, nil
}

func startBalancer(n *Node, cfg *topology.Balancer) (*Running, error) {
	b, err := balancer.New(n.host, *cfg, n.running.Memory)
	if err != nil {
		return nil, err
	}
	set := func(property, value string) error {
		return b.SetMember(strings.TrimPrefix(property, topology.BalancerProperty("")), value)
	}
	return &Running{Switch: switchOf(b), Set: set, Finish: b.Finish}, nil
}

func startClient(n *Node, cfg *topology.Client) (*Running, error) {
	if cfg.Mode == topology.ModePing {
		_, err := client.NewPing(n.host, *cfg, n.world.ledger)
		return &Running{}, err
	}
	c, err := client.New(n.host, *cfg, n.world.ledger)
	if err != nil {
		return nil, err
	}
	return &Running{Finish: c.Finish}, nil
}

func startProbe(n *Node, cfg *topology.Probe) (*Running, error) {
	_, err := probe.New(n.host, *cfg)
	return &Running{}, err
}

func startResolver(n *Node, cfg *topology.Resolver) (*Running, error) {
	r, err := resolver.New(n.host, *cfg, func(check topology.Probe, name string, changed func(bool, string)) (func(), error) {
		p, err := probe.Watch(n.host, check, name, changed)
		if err != nil {
			return nil, err
		}
		return p.Stop, nil
	})
	if err != nil {
		return nil, err
	}
	return &Running{Switch: switchOf(r), Set: r.Set}, nil
}

// refuseExec fails: this package never builds the machines of real programs.
func refuseExec(*Node, *topology.Exec) (*Running, error) { return nil, ErrReal }

// switchOf joins the start and stop calls of a program that has services.
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

// missingPrograms returns an error for a program of the topology that has no
// Program to start it.
func (w *World) missingPrograms() error {
	for _, name := range topology.Names(w.topology.Nodes) {
		n := w.topology.Nodes[name]
		for key := range n.Programs() {
			if !slices.ContainsFunc(w.programs, func(p Program) bool { return p.key == key }) {
				return fmt.Errorf("world: node %s: unknown program %s, want it in Options.Programs", name, key)
			}
		}
	}
	return nil
}

// startPrograms starts the programs that serve, or those that ask, as
// configured.
func (n *Node) startPrograms(asks bool) {
	for _, p := range n.world.programs {
		if cfg := n.running.Program(p.key); cfg != nil && p.asks == asks {
			if err := n.startProgram(p, cfg); err != nil { // already validated
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

// put sets a property.
func (r *Running) put(property, value string) error {
	if isService(property) {
		return r.Switch(strings.TrimPrefix(property, topology.ServiceProperty("")), value == "on")
	}
	return r.Set(property, value)
}

// programWhose returns the running program whose configuration satisfies a
// condition.
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
		return nil, fmt.Errorf("no running program has the service %s", name)
	}
	if err := p.Switch(name, on); err != nil {
		return nil, err
	}
	return n.inThisLife(key, p, func() { n.must(p.Switch(name, !on)) }), nil
}

// applyToProgram applies a fault to a program of the machine.
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

// inThisLife undoes a change to a running program. If the machine has crashed,
// the program's state is gone and there is nothing to undo.
func (n *Node) inThisLife(key string, p *Running, undo func()) func() bool {
	return func() bool { return changed(func() bool { return n.programs[key] == p }, undo) }
}

// must fails the run on an error that should be impossible.
func (n *Node) must(err error) {
	if err != nil {
		n.world.loop.Fail(fmt.Errorf("world: %s: %w", n.name, err))
	}
}
