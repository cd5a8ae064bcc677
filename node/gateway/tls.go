package gateway

import (
	"fmt"
	"net"
	"time"

	"github.com/cablepull/cablepull/node/certificate"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// tlsServer is the server of HTTP over TLS. A connection is accepted like any
// other; the handshake is up to the proc that serves it.
type tlsServer struct {
	*web.Server
	service *service
}

// Serve implements server.
func (t *tlsServer) Serve(p *sim.Proc, l net.Listener) error {
	secure, err := t.service.tls()
	if err != nil {
		return err
	}
	return t.Server.Serve(p, secure.Listener(l))
}

// tls returns the TLS of the service, with its certificate.
func (s *service) tls() (*certificate.Server, error) {
	h := s.gateway.host
	stream := h.Loop().Stream(fmt.Sprintf("gateway/%s/%s/tls/boot/%d", h.Name(), s.name, h.Boots()))
	now := func() time.Time { return host.Instant(h.Scope().Local()) }
	if s.cfg.Certificate == topology.CertificateNone {
		return certificate.NewServer(nil, stream, now), nil
	}
	own, err := certificate.New(h.Loop(), s.cfg.Certificate)
	if err != nil {
		return nil, err
	}
	return certificate.NewServer(own, stream, now), nil
}
