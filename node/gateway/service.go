package gateway

import (
	"net/http"
	"net/netip"

	"github.com/cablepull/cablepull/node/b2b/party"
	"github.com/cablepull/cablepull/node/forward"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// service is one service, of any kind.
type service struct {
	gateway *Gateway
	name    string
	cfg     topology.Service
	binding *binding
	server  server
	running bool
	party   *party.Party // of kind b2b
	full    *sim.Proc    // accepts, and waits for a connection to end; nil: there is room
}

func newService(g *Gateway, name string, cfg topology.Service) *service {
	s := &service{gateway: g, name: name, cfg: cfg}
	s.server = newServer(s)
	s.binding = &binding{service: s, addr: cfg.Listen, state: stopped}
	return s
}

func (s *service) start() {
	s.running = true
	s.binding.open()
}

func (s *service) stop() {
	s.running = false
	s.binding.close("")
	s.server.Drain()
}

// Ready implements web.Service: a hogged service, and one that has as many
// connections as it may have, leaves others to the kernel's backlog.
func (s *service) Ready(p *sim.Proc) {
	for limit := s.cfg.Connections; limit > 0 && s.server.Len() >= limit && s.binding.proc == p; {
		s.full = p
		p.Park()
	}
	s.full = nil
	s.gateway.host.CPU().Use(p, host.Service, 0)
}

// Open implements web.Service. Without memory for it, a connection is reset.
func (s *service) Open(p *sim.Proc, c web.Conn) web.Session {
	g := s.gateway
	g.host.CPU().Use(p, host.Service, 0) // the hog may have come while it waited in Accept
	if !s.running || !g.host.Memory().Take(g.memory.Connection) {
		return nil
	}
	client := &session{service: s, client: c.RemoteAddrPort().String()}
	g.log(event.ConnAccepted{Service: s.name, Client: client.client})
	return client
}

// timedOut logs that the client of a connection took too long.
func (s *service) timedOut(client netip.AddrPort, between bool) {
	timeout := event.IdleTimeout
	if between {
		timeout = event.PersistentTimeout
	}
	s.gateway.log(event.ConnTimedOut{Service: s.name, Client: client.String(), Timeout: timeout})
}

// session is one client connection.
type session struct {
	service  *service
	client   string
	upstream *forward.Forwarder // nil: nothing was forwarded yet
	request  web.Request        // as a member of a group gets it
}

// Serve implements web.Session. Without memory for it, a request is answered
// 503.
func (s *session) Serve(p *sim.Proc, x *web.Exchange) {
	cfg, g := s.service.cfg, s.service.gateway
	if !g.host.Memory().Take(g.memory.Request) {
		s.served(x, x.Answer(http.StatusServiceUnavailable, cfg.Size))
		return
	}
	defer g.host.Memory().Give(g.memory.Request)
	g.host.CPU().Use(p, host.Service, cfg.Work)
	if s.service.party != nil {
		_ = s.service.party.Answer(x) // an answer that cannot be sent is lost
		return
	}
	if !cfg.Forward.IsValid() {
		s.served(x, x.Answer(http.StatusOK, cfg.Size))
		return
	}
	switch refusal, err := forward.TakeBody(x); {
	case err != nil:
	case refusal != 0:
		s.served(x, x.Answer(refusal, cfg.Size))
	case cfg.Forward.Group != "":
		s.served(x, g.groups[cfg.Forward.Group].forward(s, x))
	default:
		s.served(x, s.forward(x))
	}
}

// served logs an answer that was sent.
func (s *session) served(x *web.Exchange, err error) {
	if err == nil {
		s.service.gateway.log(event.RequestServed{Service: s.service.name, Request: x.Request.ID, Client: s.client})
	}
}

// Close implements web.Session.
func (s *session) Close() {
	if s.upstream != nil {
		s.upstream.Close()
	}
	s.service.gateway.host.Memory().Give(s.service.gateway.memory.Connection)
	if p := s.service.full; p != nil {
		p.Wake()
	}
}
