//go:build linux

package attachment

import (
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/topology"
)

// NodeNamespace is the network namespace of a node, with a cable to the fabric
// for each interface, a port at the end of each cable, and a group for all
// processes of the node. A node process has the same one for the whole run. The
// kernel of a real host remembers much, so with each crash it moves to a new
// one.
type NodeNamespace struct {
	*netns.Namespace
	Group  *netns.Group
	cables map[string]*netns.Cable // by interface

	opening sync.WaitGroup // of the rest
	lock    sync.Mutex
	ports   map[string]*netns.Port // the fabric's ends of the cables
	failed  error                  // why one could not be opened
}

// Stack says whose addresses those of the interfaces are.
type Stack bool

const (
	OwnStack    Stack = false // the node's process has a stack: the kernel stays mute
	KernelStack Stack = true  // real programs: the kernel of the namespace has the addresses
)

// prepare makes a namespace with cables to the fabric's namespace; the group is
// empty. The kernel takes its time to open a port, so that goes on when it
// returns: Opened waits for it. It may be called on any goroutine.
func prepare(fabric *netns.Namespace, node string, cfg topology.Node, who Stack) (*NodeNamespace, error) {
	space, err := netns.New()
	if err != nil {
		return nil, err
	}
	n := &NodeNamespace{Namespace: space, cables: map[string]*netns.Cable{}, ports: map[string]*netns.Port{}}
	for _, iface := range topology.Names(cfg.NICs) {
		if err := n.connect(fabric, iface, cfg.NICs[iface], who); err != nil {
			n.Close()
			return nil, fmt.Errorf("interface %s: %w", iface, err)
		}
	}
	if n.Group, err = netns.NewGroup(node); err == nil {
		n.Group.Prefer()
		err = n.Limit(cfg, who)
	}
	if err != nil {
		n.Close()
		return nil, err
	}
	for _, iface := range topology.Names(n.cables) {
		n.opening.Go(func() { n.open(fabric, iface) })
	}
	return n, nil
}

// open opens the port at the fabric's end of a cable.
func (n *NodeNamespace) open(fabric *netns.Namespace, iface string) {
	port, err := netns.Open(fabric, n.cables[iface].Interface())
	n.lock.Lock()
	defer n.lock.Unlock()
	if err != nil {
		n.failed = fmt.Errorf("interface %s: %w", iface, err)
		return
	}
	n.ports[iface] = port
}

// Opened waits until all ports are open.
func (n *NodeNamespace) Opened() error {
	n.opening.Wait()
	return n.failed
}

// connect lays the cable of an interface.
func (n *NodeNamespace) connect(fabric *netns.Namespace, iface string, nic topology.NIC, who Stack) error {
	mac, err := wire.ParseMAC(nic.MAC)
	if err != nil {
		return err
	}
	spec := netns.CableSpec{Name: iface, MAC: [6]byte(mac)}
	if who == KernelStack {
		spec.Address = nic.Address
	}
	if n.cables[iface], err = netns.Connect(fabric, n.Namespace, spec); err != nil {
		delete(n.cables, iface)
	}
	return err
}

// stackMemory is what a node process needs in addition to the memory that it
// simulates: Go's runtime, gVisor's buffers, and room for a garbage collector
// that is late.
const stackMemory = 512 << 20

// Limit gives the group the processors and the memory of the topology. What a
// group cannot do here Limits has said. A process with its own stack plays its
// memory and the hogs itself, so its limits only keep it from harming others.
func (n *NodeNamespace) Limit(cfg topology.Node, who Stack) error {
	memory := cfg.Memory.Limit
	if memory > 0 && who == OwnStack {
		memory += stackMemory
	}
	var errs []error
	if memory > 0 {
		errs = append(errs, n.Group.SetMemory(memory))
	}
	if cfg.CPU.Cores < runtime.NumCPU() {
		errs = append(errs, n.Group.SetCPU(float64(cfg.CPU.Cores)))
	}
	for _, err := range errs {
		if err != nil && !errors.Is(err, netns.ErrGroup) {
			return err
		}
	}
	return nil
}

// Close kills the remaining processes of the group and removes group, cables
// and namespace. What it cannot remove goes with this process.
func (n *NodeNamespace) Close() {
	if n.Group != nil {
		_ = n.Group.Delete() // the reaper comes back to it
	}
	n.opening.Wait()
	var closing sync.WaitGroup
	for _, port := range n.ports { // order: side by side
		closing.Go(func() { _ = port.Close() }) // there is nothing to lose
	}
	closing.Wait()
	for _, iface := range topology.Names(n.cables) {
		_ = n.cables[iface].Close() // the namespace takes it along otherwise
	}
	_ = n.Namespace.Close() // the kernel removes it with this process otherwise
}
