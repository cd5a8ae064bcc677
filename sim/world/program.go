package world

import (
	"fmt"

	"github.com/cablepull/cablepull/node/backend"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
)

// switchable is a program whose services can be stopped and started.
type switchable interface {
	StopService(name string) error
	StartService(name string) error
}

// programOf returns the program of the machine's present life that has a
// service.
func (n *Node) programOf(service string) switchable {
	if n.backend != nil && service == topology.BackendService {
		return n.backend
	}
	return n.gateway
}

func (n *Node) stopService(f fault.StopService) (undo func() bool, err error) {
	p := n.programOf(f.Name)
	return n.switchService(f.Name, p.StopService, p.StartService)
}

func (n *Node) startService(f fault.StartService) (undo func() bool, err error) {
	p := n.programOf(f.Name)
	return n.switchService(f.Name, p.StartService, p.StopService)
}

// switchService stops or starts a service. With the machine the service's state
// dies, and there is nothing to undo.
func (n *Node) switchService(name string, apply, revert func(string) error) (undo func() bool, err error) {
	p := n.programOf(name)
	if err := apply(name); err != nil {
		return nil, err
	}
	return func() bool {
		return changed(func() bool { return n.programOf(name) == p }, func() { n.must(revert(name)) })
	}, nil
}

// switchBackend changes how the machine's back end answers.
func (n *Node) switchBackend(f fault.Backend) (undo func() bool, err error) {
	b := n.backend
	if err := b.Set(backend.Mode{Kind: f.Mode, Status: f.Status, Latency: f.Latency}); err != nil {
		return nil, err
	}
	return func() bool {
		return changed(func() bool { return n.backend == b }, func() { n.must(b.Set(backend.Mode{Kind: backend.ModeOK})) })
	}, nil
}

// must fails the run over what cannot go wrong.
func (n *Node) must(err error) {
	if err != nil {
		n.world.loop.Fail(fmt.Errorf("world: %s: %w", n.name, err))
	}
}
