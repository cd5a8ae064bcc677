package certificate

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/rand/v2"
	"net"
	"time"

	"github.com/cablepull/cablepull/node/web"
)

// Server is the TLS of one service.
type Server struct{ config *tls.Config }

// Client is the TLS of one client.
type Client struct{ config *tls.Config }

// NewServer returns the TLS of a service that presents a certificate. With nil
// it has none, and refuses every client with an alert.
func NewServer(own *Certificate, stream *rand.Rand, now func() time.Time) *Server {
	config := newConfig(stream, now)
	if own != nil {
		config.Certificates = []tls.Certificate{own.own}
	}
	return &Server{config}
}

// NewClient returns the TLS of a client that accepts only the pinned
// certificate; with nil any, as curl -k does.
func NewClient(pinned *Certificate, stream *rand.Rand, now func() time.Time) *Client {
	config := newConfig(stream, now)
	config.InsecureSkipVerify = true // the check below replaces that of names and authorities
	config.VerifyPeerCertificate = func(presented [][]byte, _ [][]*x509.Certificate) error {
		if pinned == nil || bytes.Equal(presented[0], pinned.own.Certificate[0]) {
			return nil
		}
		return fmt.Errorf("got the certificate %s, want %s", nameIn(presented[0]), nameIn(pinned.own.Certificate[0]))
	}
	return &Client{config}
}

// newConfig returns what both ends have in common.
func newConfig(stream *rand.Rand, now func() time.Time) *tls.Config {
	return &tls.Config{
		Rand: random{stream},
		Time: now,
		// The order of the ciphers of TLS 1.3 depends on the processor, and the
		// default curves include one that ignores Rand.
		MinVersion:             tls.VersionTLS12,
		MaxVersion:             tls.VersionTLS12,
		CipherSuites:           []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
		CurvePreferences:       []tls.CurveID{tls.X25519},
		SessionTicketsDisabled: true,
	}
}

// Accept returns the server's end of a connection. Its first read or write does
// the handshake, in the proc that calls it.
func (s *Server) Accept(c web.Conn) *Conn {
	conn := newConn(c)
	conn.tls = tls.Server(&conn.beneath, s.config)
	return conn
}

// Listener returns a listener whose connections are those of l, secured.
func (s *Server) Listener(l net.Listener) net.Listener { return listener{l, s} }

// Connect does the client's part of the handshake and returns its end of the
// connection. The caller closes c if it fails.
func (c *Client) Connect(plain web.Conn) (*Conn, error) {
	conn := newConn(plain)
	conn.tls = tls.Client(&conn.beneath, c.config)
	if err := conn.handshake(); err != nil {
		return nil, err
	}
	return conn, nil
}

type listener struct {
	net.Listener
	server *Server
}

// Accept implements net.Listener.
func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if plain, is := c.(web.Conn); is && err == nil {
		return l.server.Accept(plain), nil
	}
	return c, err
}
