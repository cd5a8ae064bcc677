package partner

import (
	"github.com/cablepull/cablepull/node/b2b"
	"github.com/cablepull/cablepull/node/b2b/party"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/session"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// Partner is a business partner during one boot of its machine.
type Partner struct {
	host  *host.Host
	party *party.Party
	port  *session.Port
}

// New starts a partner on a running machine; it ends with the machine. cfg must
// be complete. The store is that of the machine.
func New(h *host.Host, cfg topology.Partner, store *b2b.Store) *Partner {
	y := &Partner{host: h}
	y.port = session.Open(h, topology.PartnerService, cfg.Listen, &web.Server{Node: h.Name(), Go: h.Go, Service: y})
	y.party = party.New(h, party.Config{
		Service: topology.PartnerService, Listen: cfg.Listen, Exchange: cfg.Exchange, Serves: y.port.Started,
	}, store)
	return y
}

// Finish logs what the store holds when the run ends.
func (y *Partner) Finish() { y.party.Finish() }

// StopService takes the partner out of service: whoever asks is refused, and it
// sends nothing. The name is topology.PartnerService.
func (y *Partner) StopService(name string) error { return y.port.StopService(name) }

// StartService puts it into service again.
func (y *Partner) StartService(name string) error { return y.port.StartService(name) }

// Ready implements web.Service.
func (*Partner) Ready(*sim.Proc) {}

// Open implements web.Service.
func (y *Partner) Open(*sim.Proc, web.Conn) web.Session { return visit{y} }

// visit is one connection to a partner.
type visit struct{ partner *Partner }

// Close implements web.Session.
func (visit) Close() {}

// Serve implements web.Session.
func (v visit) Serve(p *sim.Proc, x *web.Exchange) {
	v.partner.host.CPU().Use(p, host.Service, topology.DefaultWork)
	_ = v.partner.party.Answer(x) // an answer that cannot be sent is lost
}
