//go:build linux

package testbed

import (
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim/topology"
)

// quarters are what a node lives in: a network namespace, for each interface a
// cable to the fabric with a port at its end, and a group for all its processes.
// A node process has the same ones for the whole run. The kernel of a real host
// remembers much, so with each crash it moves to new ones.
type quarters struct {
	space  *netns.Namespace
	group  *netns.Group
	cables map[string]*netns.Cable // by interface

	opening sync.WaitGroup // of the rest
	lock    sync.Mutex
	wires   map[string]*netns.Port // the fabric's ends of the cables
	failed  error                  // why one could not be opened
}

// whoAnswers says whose addresses those of the interfaces are.
type whoAnswers bool

const (
	ownStack    whoAnswers = false // the node's process has a stack: the kernel stays mute
	kernelStack whoAnswers = true  // real programs: the kernel of the namespace has the addresses
)

// furnish makes quarters with cables to the fabric's namespace; the group is
// empty. The kernel takes its time to open a port, so that goes on when it
// returns: opened waits for it. It may be called on any goroutine.
func furnish(fabric *netns.Namespace, node string, cfg topology.Node, who whoAnswers) (*quarters, error) {
	space, err := netns.New()
	if err != nil {
		return nil, err
	}
	q := &quarters{space: space, cables: map[string]*netns.Cable{}, wires: map[string]*netns.Port{}}
	for _, iface := range topology.Names(cfg.NICs) {
		if err := q.connect(fabric, iface, cfg.NICs[iface], who); err != nil {
			q.close()
			return nil, fmt.Errorf("interface %s: %w", iface, err)
		}
	}
	if q.group, err = netns.NewGroup(node); err == nil {
		q.group.Prefer()
		err = q.limit(cfg, who)
	}
	if err != nil {
		q.close()
		return nil, err
	}
	for _, iface := range topology.Names(q.cables) {
		q.opening.Go(func() { q.open(fabric, iface) })
	}
	return q, nil
}

// open opens the port at the fabric's end of a cable.
func (q *quarters) open(fabric *netns.Namespace, iface string) {
	wire, err := netns.Open(fabric, q.cables[iface].Interface())
	q.lock.Lock()
	defer q.lock.Unlock()
	if err != nil {
		q.failed = fmt.Errorf("interface %s: %w", iface, err)
		return
	}
	q.wires[iface] = wire
}

// opened waits until all ports are open.
func (q *quarters) opened() error {
	q.opening.Wait()
	return q.failed
}

// connect lays the cable of an interface.
func (q *quarters) connect(fabric *netns.Namespace, iface string, nic topology.NIC, who whoAnswers) error {
	mac, err := parseMAC(nic.MAC)
	if err != nil {
		return err
	}
	spec := netns.CableSpec{Name: iface, MAC: mac}
	if who == kernelStack {
		spec.Address = nic.Address
	}
	if q.cables[iface], err = netns.Connect(fabric, q.space, spec); err != nil {
		delete(q.cables, iface)
	}
	return err
}

// stackMemory is what a node process needs beside the memory that it plays: Go's
// runtime, gVisor's buffers, and room for a garbage collector that is late.
const stackMemory = 512 << 20

// limit gives the group the processors and the memory of the topology. What a
// group cannot do here Limits has said. A process with its own stack plays its
// memory and the hogs itself, so its limits only keep it from harming others.
func (q *quarters) limit(cfg topology.Node, who whoAnswers) error {
	memory := cfg.Memory.Limit
	if memory > 0 && who == ownStack {
		memory += stackMemory
	}
	var errs []error
	if memory > 0 {
		errs = append(errs, q.group.SetMemory(memory))
	}
	if cfg.CPU.Cores < runtime.NumCPU() {
		errs = append(errs, q.group.SetCPU(float64(cfg.CPU.Cores)))
	}
	for _, err := range errs {
		if err != nil && !errors.Is(err, netns.ErrGroup) {
			return err
		}
	}
	return nil
}

// close kills what is left in the group and removes group, cables and namespace.
// What it cannot remove goes with this process.
func (q *quarters) close() {
	if q.group != nil {
		_ = q.group.Delete() // the reaper comes back to it
	}
	q.opening.Wait()
	var closing sync.WaitGroup
	for _, wire := range q.wires { // order: side by side
		closing.Go(func() { _ = wire.Close() }) // there is nothing to lose
	}
	closing.Wait()
	for _, iface := range topology.Names(q.cables) {
		_ = q.cables[iface].Close() // the namespace takes it along otherwise
	}
	_ = q.space.Close() // the kernel removes it with this process otherwise
}
