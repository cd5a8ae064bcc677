package partner

import (
	"fmt"

	"github.com/cablepull/cablepull/node/b2b"
	"github.com/cablepull/cablepull/node/b2b/party"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// backlog is how many connections wait to be accepted.
const backlog = 128

// Partner is a business partner during one boot of its machine.
type Partner struct {
	host     *host.Host
	cfg      topology.Partner
	party    *party.Party
	server   *web.Server
	proc     *sim.Proc // listens and accepts; nil: stopped
	listener *host.Listener
}

// New starts a partner on a running machine; it ends with the machine. cfg must
// be complete. The store is that of the machine.
func New(h *host.Host, cfg topology.Partner, store *b2b.Store) *Partner {
	y := &Partner{host: h, cfg: cfg}
	y.server = &web.Server{Node: h.Name(), Go: h.Go, Service: y}
	y.proc = h.Go(topology.PartnerService, y.run)
	y.party = party.New(h, party.Config{
		Service: topology.PartnerService, Listen: cfg.Listen, Exchange: cfg.Exchange, Serves: func() bool { return y.proc != nil },
	}, store)
	return y
}

// Finish logs what the store holds when the run ends.
func (y *Partner) Finish() { y.party.Finish() }

// StopService takes the partner out of service: whoever asks is refused, and it
// sends nothing. The name is topology.PartnerService.
func (y *Partner) StopService(name string) error {
	if err := y.serves(name); err != nil || y.proc == nil {
		return err
	}
	y.proc = nil
	if y.listener != nil {
		y.listener.Close()
		y.listener = nil
	}
	y.log("stopped", y.cfg.Listen.String())
	y.server.Drain()
	return nil
}

// StartService puts it into service again.
func (y *Partner) StartService(name string) error {
	if err := y.serves(name); err != nil || y.proc != nil {
		return err
	}
	y.proc = y.host.Go(topology.PartnerService, y.run)
	return nil
}

func (y *Partner) serves(name string) error {
	if name != topology.PartnerService {
		return fmt.Errorf("partner: %s: service: got %q, want %s", y.host.Name(), name, topology.PartnerService)
	}
	return nil
}

func (y *Partner) log(state, reason string) {
	y.host.Log(event.ServiceChanged{Service: topology.PartnerService, State: state, Reason: reason})
}

// run listens until the service is stopped.
func (y *Partner) run(p *sim.Proc) {
	if y.proc != p {
		return // stopped before it began
	}
	l, err := y.host.Listen(y.cfg.Listen, backlog)
	if err != nil {
		y.proc = nil
		y.log("failed", err.Error())
		return
	}
	y.listener = l
	y.log("listening", y.cfg.Listen.String())
	err = y.server.Serve(p, l)
	if y.proc == p { // nobody stopped it
		y.proc, y.listener = nil, nil
		y.log("failed", err.Error())
	}
}

// Ready implements web.Service.
func (y *Partner) Ready(p *sim.Proc) { y.host.CPU().Use(p, host.Service, 0) }

// Open implements web.Service.
func (y *Partner) Open(p *sim.Proc, _ web.Conn) web.Session {
	y.host.CPU().Use(p, host.Service, 0) // a hog may have come while it waited in Accept
	if y.proc != p {
		return nil // stopped meanwhile
	}
	return visit{y}
}

// visit is one connection to a partner.
type visit struct{ partner *Partner }

// Close implements web.Session.
func (visit) Close() {}

// Serve implements web.Session.
func (v visit) Serve(p *sim.Proc, x *web.Exchange) {
	v.partner.host.CPU().Use(p, host.Service, topology.DefaultWork)
	_ = v.partner.party.Answer(x) // an answer that cannot be sent is lost
}
