package backend

import (
	"net"
	"slices"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/ldap"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Service is the name of a back end's service in events.
const Service = "backend"

// Backend is a server of HTTP or LDAP whose behaviour can be changed while it
// runs. A hogged service class of its machine's CPU keeps it from accepting and
// answering.
type Backend struct {
	host     *host.Host
	cfg      topology.Backend
	mode     behaviour
	server   server
	ports    []*port
	sessions int         // that have begun
	hung     []*sim.Proc // requests that wait for the hang to end
	workers  workers
	full     []*sim.Proc // wait for a connection to end before they accept another
}

// server is what accepts connections and serves them.
type server interface {
	Serve(p *sim.Proc, l net.Listener) error
	Len() int
	Drain()
}

// New starts a back end on a running machine; it ends with the machine. cfg
// must be complete.
func New(h *host.Host, cfg topology.Backend) *Backend {
	b := &Backend{host: h, cfg: cfg, workers: workers{max: cfg.Workers}}
	b.mode = b.configured()
	if cfg.Protocol == topology.ProtocolLDAP {
		b.server = &ldap.Server{Node: h.Name(), Go: h.Go, Service: directory{b}}
	} else {
		b.server = &web.Server{Node: h.Name(), Go: h.Go, Service: website{b}}
	}
	for _, p := range cfg.AllPorts() {
		b.ports = append(b.ports, &port{backend: b, cfg: p})
	}
	b.start()
	return b
}

func (b *Backend) log(state, reason string) {
	b.host.Log(event.ServiceChanged{Service: Service, State: state, Reason: reason})
}

// Ready parks until the back end may accept its next connection: web.Service
// and ldap.Service.
func (b *Backend) Ready(p *sim.Proc) {
	b.host.CPU().Use(p, host.Service, 0)
	for b.accepts(p) && b.cfg.Connections > 0 && b.server.Len() >= b.cfg.Connections {
		b.full = append(b.full, p)
		p.Park()
	}
}

// admit reports whether a connection is served. Those from sources that are not
// allowed are not. If it is, the log says so.
func (b *Backend) admit(p *sim.Proc, c web.Conn) (client string, served bool) {
	b.host.CPU().Use(p, host.Service, 0) // the hog may have come while it waited in Accept
	if !b.accepts(p) || b.mode.kind == ModeResetOnAccept {
		return "", false // in the first case, stopped meanwhile
	}
	from := c.RemoteAddrPort()
	if len(b.cfg.Allow) > 0 && !slices.Contains(b.cfg.Allow, from.Addr()) {
		return "", false
	}
	client = from.String()
	b.host.Log(event.ConnAccepted{Service: Service, Client: client})
	return client, true
}

// session is one connection to a back end.
type session struct {
	backend *Backend
	client  string
}

// Close implements web.Session and ldap.Session.
func (s *session) Close() { s.backend.wakeFull() }

// wakeFull lets those that wait for a connection to end look again.
func (b *Backend) wakeFull() {
	full := b.full
	b.full = nil
	for _, p := range full {
		p.Wake()
	}
}

// hold parks for the current latency, and as long as the back end hangs.
func (b *Backend) hold(p *sim.Proc) {
	if b.mode.latency > 0 {
		p.Sleep(b.mode.latency)
	}
	for b.mode.kind == ModeHang {
		b.hung = append(b.hung, p)
		p.Park()
	}
}

// served logs an answer.
func (s *session) served(request uint64) {
	s.backend.host.Log(event.RequestServed{Service: Service, Request: request, Client: s.client})
}
