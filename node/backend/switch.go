package backend

import (
	"fmt"
	"slices"

	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// StopService makes the back end stop listening. Idle connections are closed at
// once, others after the current answer; new ones are refused. The name is
// topology.BackendService.
func (b *Backend) StopService(name string) error {
	if err := b.check(name); err != nil || !slices.ContainsFunc(b.ports, (*port).open) {
		return err
	}
	for _, p := range b.ports {
		p.stop()
	}
	b.server.Drain()
	b.wakeFull()
	return nil
}

// StartService makes a stopped back end listen again.
func (b *Backend) StartService(name string) error {
	if err := b.check(name); err != nil {
		return err
	}
	b.start()
	return nil
}

func (b *Backend) start() {
	for _, p := range b.ports {
		if p.proc == nil {
			p.proc = b.host.Go(Service, p.run)
		}
	}
}

// accepts reports whether a proc accepts connections, and was not stopped
// meanwhile.
func (b *Backend) accepts(proc *sim.Proc) bool {
	return slices.ContainsFunc(b.ports, func(p *port) bool { return p.proc == proc })
}

func (b *Backend) check(name string) error {
	if name != topology.BackendService {
		return fmt.Errorf("back end %s: service: got %q, want %s", b.host.Name(), name, topology.BackendService)
	}
	return nil
}
