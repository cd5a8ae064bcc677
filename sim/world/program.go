package world

import (
	"fmt"

	"github.com/cablepull/cablepull/node/backend"
	"github.com/cablepull/cablepull/sim/fault"
)

// switchService stops or starts a service of the machine's gateway. With the
// machine the service's state dies, and there is nothing to undo.
func (n *Node) switchService(f fault.Service) (undo func() bool, err error) {
	g := n.gateway
	apply, revert := g.StopService, g.StartService
	if f.Start {
		apply, revert = revert, apply
	}
	if err := apply(f.Name); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTarget, err)
	}
	return func() bool {
		return changed(func() bool { return n.gateway == g }, func() { n.must(revert(f.Name)) })
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
