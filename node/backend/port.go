package backend

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/cablepull/cablepull/node/certificate"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// port is a port of a back end.
type port struct {
	backend  *Backend
	cfg      topology.BackendPort
	proc     *sim.Proc // listens and accepts; nil: stopped
	listener *host.Listener
}

func (o *port) String() string { return "port " + strconv.Itoa(o.cfg.Port) }

func (o *port) open() bool { return o.proc != nil }

func (o *port) stop() {
	if o.proc == nil {
		return
	}
	o.proc = nil
	if o.listener != nil {
		o.listener.Close()
		o.listener = nil
	}
	o.backend.log("stopped", o.String())
}

// run listens until the service is stopped.
func (o *port) run(p *sim.Proc) {
	if o.proc != p {
		return // stopped before it began
	}
	b := o.backend
	l, err := b.host.Listen(netip.AddrPortFrom(netip.IPv4Unspecified(), uint16(o.cfg.Port)), b.cfg.Backlog)
	if err != nil {
		o.proc = nil
		b.log("failed", err.Error())
		return
	}
	o.listener = l
	b.log("listening", o.String())
	accepts, err := o.secure(l)
	if err == nil {
		err = b.server.Serve(p, accepts)
	}
	if o.proc == p { // nobody stopped it
		o.proc, o.listener = nil, nil
		b.log("failed", err.Error())
	}
}

// secure returns the listener with TLS, if the port has a certificate. The
// handshake is up to the proc that serves the connection.
func (o *port) secure(l net.Listener) (net.Listener, error) {
	if o.cfg.Certificate == "" {
		return l, nil
	}
	h := o.backend.host
	stream := h.Loop().Stream(fmt.Sprintf("backend/%s/%d/tls/boot/%d", h.Name(), o.cfg.Port, h.Boots()))
	now := func() time.Time { return host.Instant(h.Scope().Local()) }
	if o.cfg.Certificate == topology.CertificateNone {
		return certificate.NewServer(nil, stream, now).Listener(l), nil
	}
	own, err := certificate.New(h.Loop(), o.cfg.Certificate)
	if err != nil {
		return nil, err
	}
	return certificate.NewServer(own, stream, now).Listener(l), nil
}
