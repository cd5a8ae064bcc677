package gateway

import (
	"net/http"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// service is one HTTP service.
type service struct {
	gateway *Gateway
	name    string
	cfg     topology.Service
	door    *door
	server  *web.Server
	running bool
}

func newService(g *Gateway, name string, cfg topology.Service) *service {
	s := &service{gateway: g, name: name, cfg: cfg}
	s.server = &web.Server{Node: g.host.Name(), Go: g.host.Go, Service: s}
	s.door = &door{service: s, addr: cfg.Listen, state: stopped}
	return s
}

func (s *service) start() {
	s.running = true
	s.door.open()
}

func (s *service) stop() {
	s.running = false
	s.door.close()
	s.server.Drain()
}

// Ready implements web.Service: a hogged service leaves connections to the
// kernel's backlog.
func (s *service) Ready(p *sim.Proc) { s.gateway.host.CPU().Use(p, host.Service, 0) }

// Open implements web.Service. A connection for which there is no memory is
// reset.
func (s *service) Open(p *sim.Proc, c web.Conn) web.Session {
	g := s.gateway
	g.host.CPU().Use(p, host.Service, 0) // the hog may have come while it waited in Accept
	if !s.running || !g.host.Memory().Take(g.memory.Connection) {
		return nil
	}
	v := &visit{service: s, client: c.RemoteAddrPort().String()}
	g.log(event.ConnAccepted{Service: s.name, Client: v.client})
	return v
}

// visit is one client connection.
type visit struct {
	service  *service
	client   string
	upstream upstream
}

// Serve implements web.Session. A request for which there is no memory is
// answered 503.
func (v *visit) Serve(p *sim.Proc, x *web.Exchange) {
	s, g := v.service, v.service.gateway
	if !g.host.Memory().Take(g.memory.Request) {
		v.served(x, x.Answer(http.StatusServiceUnavailable, s.cfg.Size))
		return
	}
	defer g.host.Memory().Give(g.memory.Request)
	g.host.CPU().Use(p, host.Service, s.cfg.Work)
	if s.cfg.Forward.IsValid() {
		v.served(x, v.forward(x))
	} else {
		v.served(x, x.Answer(http.StatusOK, s.cfg.Size))
	}
}

// served logs an answer that went out.
func (v *visit) served(x *web.Exchange, err error) {
	if err == nil {
		v.service.gateway.log(event.RequestServed{Service: v.service.name, Request: x.Request.ID, Client: v.client})
	}
}

// Close implements web.Session.
func (v *visit) Close() {
	v.upstream.close()
	v.service.gateway.host.Memory().Give(v.service.gateway.memory.Connection)
}
