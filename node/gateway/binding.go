package gateway

import (
	"cmp"
	"errors"
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// retryInterval is the time between the attempts of topology.BindRetry.
const retryInterval = time.Second

// The states of a service, as events name them.
const (
	listening = "listening"
	waiting   = "waiting" // for its address
	failed    = "failed"
	stopped   = "stopped"
)

// binding is the address on which a service listens.
type binding struct {
	service  *service
	addr     netip.AddrPort
	proc     *sim.Proc // binds and accepts; nil: none
	listener *host.Listener
	state    string
}

func (b *binding) open() {
	if b.proc != nil {
		return
	}
	b.proc = b.service.gateway.host.Go(b.service.name, b.run)
}

// close stops listening. Without a reason, the address is that.
func (b *binding) close(reason string) {
	b.proc = nil
	if b.listener != nil {
		b.listener.Close()
		b.listener = nil
	}
	b.enter(stopped, cmp.Or(reason, b.addr.String()))
}

func (b *binding) run(p *sim.Proc) {
	l := b.bind(p)
	if l == nil {
		return
	}
	b.listener = l
	b.note()
	err := b.service.server.Serve(p, l)
	if b.proc == p { // nobody closed it
		b.proc, b.listener = nil, nil
		b.enter(failed, err.Error())
	}
}

// bind returns a listener according to the policy, or nil if binding has failed
// or was stopped meanwhile.
func (b *binding) bind(p *sim.Proc) *host.Listener {
	h, cfg := b.service.gateway.host, b.service.cfg
	listen := h.Listen
	if cfg.Bind == topology.BindWait {
		listen = h.ListenEarly
	}
	for b.proc == p {
		l, err := listen(b.addr, cfg.Backlog)
		switch {
		case err == nil:
			return l
		case cfg.Bind == topology.BindRetry:
			b.enter(waiting, err.Error())
			p.Sleep(retryInterval)
		case cfg.Bind == topology.BindWait && errors.Is(err, host.ErrAddressNotLocal):
			// No interface has a route there: wait for any address to arrive.
			b.enter(waiting, err.Error())
			p.Park()
		default:
			b.proc = nil
			b.enter(failed, err.Error())
		}
	}
	return nil
}

// note updates the state after the address was gained or given up.
func (b *binding) note() {
	if b.listener == nil {
		return
	}
	if b.addr.Addr().IsUnspecified() || b.service.gateway.host.Holds(b.addr.Addr()) {
		b.enter(listening, b.addr.String())
	} else {
		b.enter(waiting, b.addr.String()+": address is not held")
	}
}

// enter logs a change of state.
func (b *binding) enter(state, reason string) {
	if b.state != state {
		b.state = state
		b.service.gateway.log(event.ServiceChanged{Service: b.service.name, State: state, Reason: reason})
		if change := b.service.gateway.onChange; change != nil {
			change()
		}
	}
}
