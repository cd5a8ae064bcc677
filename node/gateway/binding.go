package gateway

import (
	"errors"
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// retryInterval lies between the attempts of topology.BindRetry.
const retryInterval = time.Second

// The states of a service, as events name them.
const (
	listening = "listening"
	waiting   = "waiting" // for its address
	failed    = "failed"
	stopped   = "stopped"
)

// door is the address on which a service listens.
type door struct {
	service  *service
	addr     netip.AddrPort
	proc     *sim.Proc // that binds and accepts; nil: none
	listener *host.Listener
	state    string
}

func (d *door) open() {
	if d.proc != nil {
		return
	}
	d.proc = d.service.gateway.host.Go(d.service.name, d.run)
}

func (d *door) close() {
	d.proc = nil
	if d.listener != nil {
		d.listener.Close()
		d.listener = nil
	}
	d.enter(stopped, d.addr.String())
}

func (d *door) run(p *sim.Proc) {
	l := d.bind(p)
	if l == nil {
		return
	}
	d.listener = l
	d.note()
	err := d.service.server.Serve(p, l)
	if d.proc == p { // nobody closed it
		d.proc, d.listener = nil, nil
		d.enter(failed, err.Error())
	}
}

// bind returns a listener as the policy says, or nil if the door has failed or
// was closed meanwhile.
func (d *door) bind(p *sim.Proc) *host.Listener {
	h, cfg := d.service.gateway.host, d.service.cfg
	listen := h.Listen
	if cfg.Bind == topology.BindWait {
		listen = h.ListenEarly
	}
	for d.proc == p {
		l, err := listen(d.addr, cfg.Backlog)
		switch {
		case err == nil:
			return l
		case cfg.Bind == topology.BindRetry:
			d.enter(waiting, err.Error())
			p.Sleep(retryInterval)
		case cfg.Bind == topology.BindWait && errors.Is(err, host.ErrAddressNotLocal):
			// No interface leads there: wait for any address to arrive.
			d.enter(waiting, err.Error())
			p.Park()
		default:
			d.proc = nil
			d.enter(failed, err.Error())
		}
	}
	return nil
}

// note brings the state of a bound door in line with who holds its address.
func (d *door) note() {
	if d.listener == nil {
		return
	}
	if d.addr.Addr().IsUnspecified() || d.service.gateway.host.Holds(d.addr.Addr()) {
		d.enter(listening, d.addr.String())
	} else {
		d.enter(waiting, d.addr.String()+": address is not held")
	}
}

// enter logs a change of state.
func (d *door) enter(state, reason string) {
	if d.state != state {
		d.state = state
		d.service.gateway.log(event.ServiceChanged{Service: d.service.name, State: state, Reason: reason})
	}
}
