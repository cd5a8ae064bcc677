package backend

import (
	"fmt"
	"net/netip"
	"strconv"

	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// StopService makes the back end stop listening. Idle connections are closed at
// once, others after the current answer; new ones are refused. The name is
// topology.BackendService.
func (b *Backend) StopService(name string) error {
	if err := b.check(name); err != nil || b.proc == nil {
		return err
	}
	b.proc = nil
	if b.listener != nil {
		b.listener.Close()
		b.listener = nil
	}
	b.log("stopped", b.port())
	b.server.Drain()
	b.wakeFull()
	return nil
}

// StartService makes a stopped back end listen again.
func (b *Backend) StartService(name string) error {
	if err := b.check(name); err != nil || b.proc != nil {
		return err
	}
	b.proc = b.host.Go(Service, b.run)
	return nil
}

func (b *Backend) check(name string) error {
	if name != topology.BackendService {
		return fmt.Errorf("back end %s: service: got %q, want %s", b.host.Name(), name, topology.BackendService)
	}
	return nil
}

func (b *Backend) port() string { return "port " + strconv.Itoa(b.cfg.Port) }

// run listens until the service is stopped.
func (b *Backend) run(p *sim.Proc) {
	l, err := b.host.Listen(netip.AddrPortFrom(netip.IPv4Unspecified(), uint16(b.cfg.Port)), b.cfg.Backlog)
	if err != nil {
		b.proc = nil
		b.log("failed", err.Error())
		return
	}
	b.listener = l
	b.log("listening", b.port())
	err = b.server.Serve(p, l)
	if b.proc == p { // nobody stopped it
		b.proc, b.listener = nil, nil
		b.log("failed", err.Error())
	}
}
