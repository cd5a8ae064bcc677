package gateway

import (
	"net"

	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// server accepts the connections of a service and serves them. Each kind of
// service has one; that of HTTP is a web.Server.
type server interface {
	// Serve accepts connections from l, which it does in p, until l fails. It
	// returns the error.
	Serve(p *sim.Proc, l net.Listener) error
	// Len returns the number of open connections.
	Len() int
	// Drain closes the connections: idle ones at once, the others after the current
	// answer.
	Drain()
}

// newServer returns the server of a service, by its kind.
func newServer(s *service) server {
	g := s.gateway
	server := &web.Server{Node: g.host.Name(), Go: g.host.Go, Service: s, Patience: web.Patience{
		First: s.cfg.IdleTimeout, Next: s.cfg.PersistentTimeout, Ended: s.timedOut,
	}}
	switch s.cfg.Kind {
	case topology.KindTLS:
		return &tlsServer{server, s}
	case topology.KindFTP:
		return newFileServer(s, server.Patience)
	}
	return server
}
