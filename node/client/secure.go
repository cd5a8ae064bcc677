package client

import (
	"fmt"
	"time"

	"github.com/cablepull/cablepull/node/certificate"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim/topology"
)

// newTLS returns the TLS of a client with an https target.
func newTLS(h *host.Host, pin string) (*certificate.Client, error) {
	loop := h.Loop()
	stream := loop.Stream(fmt.Sprintf("client/%s/tls/boot/%d", h.Name(), h.Boots()))
	now := func() time.Time { return host.Instant(h.Scope().Local()) }
	if pin == topology.CertificateAny {
		return certificate.NewClient(nil, stream, now), nil
	}
	pinned, err := certificate.New(loop, pin)
	if err != nil {
		return nil, err
	}
	return certificate.NewClient(pinned, stream, now), nil
}

// secured returns a connection as requests use it. With an https target it does
// the handshake first, within the time that is left to connect; a connection on
// which that fails is closed.
func (c *Client) secured(plain *host.Conn, left time.Duration) (web.Conn, error) {
	if c.tls == nil {
		return plain, nil
	}
	if left <= 0 {
		plain.Close()
		return nil, host.ErrTimeout // to a connection, 0 means no deadline
	}
	plain.SetTimeout(left)
	secure, err := c.tls.Connect(plain)
	if err != nil {
		plain.Close()
		return nil, err
	}
	plain.SetTimeout(0)
	return secure, nil
}
