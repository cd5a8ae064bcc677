package certificate

import (
	"net/netip"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
)

const second = time.Second

var address = netip.MustParseAddrPort("192.0.2.50:443")

// lab is a client, c1, and a server, web, on one segment.
type lab struct {
	*hosttest.Lab
	server, client *host.Host
}

func newLab(t testing.TB) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{})}
	l.server, l.client = l.Add("web", "192.0.2.50/24"), l.Add("c1", "192.0.2.201/24")
	return l
}

// certificate returns a certificate, or nil if the name is empty.
func (l *lab) certificate(name string) *Certificate {
	if name == "" {
		return nil
	}
	c, err := New(l.Loop, name)
	if err != nil {
		l.TB.Fatal(err)
	}
	return c
}

func (l *lab) clock() time.Time { return host.Instant(l.Loop.Now()) }

// plain calls serve with each connection that the server accepts.
func (l *lab) plain(serve func(p *sim.Proc, c *host.Conn)) {
	l.Program(l.server, "listener", func(*sim.Proc) error {
		listener, err := l.server.Listen(address, 16)
		for err == nil {
			var c *host.Conn
			if c, err = listener.AcceptConn(); err == nil {
				l.server.Go("server", func(p *sim.Proc) { serve(p, c) })
			}
		}
		return err
	})
}

// serve calls serve with the server's end of each secure connection. An empty
// name is no certificate.
func (l *lab) serve(name string, serve func(p *sim.Proc, c web.Conn)) {
	s := NewServer(l.certificate(name), l.Loop.Stream("server"), l.clock)
	l.plain(func(p *sim.Proc, c *host.Conn) {
		end := s.Accept(c)
		defer end.Close()
		serve(p, end)
	})
}

// dial returns the client's end of a connection, secure if the handshake
// succeeds. An empty name pins no certificate. It runs in a proc of the client.
func (l *lab) dial(pin string, timeout time.Duration) (*host.Conn, *Conn, error) {
	plain, err := l.client.Dial(address, second)
	if err != nil {
		return nil, nil, err
	}
	plain.SetTimeout(timeout)
	secure, err := NewClient(l.certificate(pin), l.Loop.Stream("client"), l.clock).Connect(plain)
	return plain, secure, err
}
