package proxy

import (
	"fmt"
	"net"
	"net/netip"

	"github.com/cablepull/cablepull/node/certificate"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/location"
	"github.com/cablepull/cablepull/node/upstream"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// listener is an address of the proxy, and the routes of requests that come
// there.
type listener struct {
	proxy  *Proxy
	at     netip.AddrPort
	tls    *certificate.Server // nil: plain HTTP
	table  *location.Table     // nil: all requests take the only route
	routes []route             // one for each location
	server *web.Server
	proc   *sim.Proc // listens and accepts; nil: stopped
	socket *host.Listener
}

// newSimple returns the listener of a proxy that has one upstream.
func newSimple(p *Proxy, settings upstream.Config) (*listener, error) {
	l := &listener{proxy: p, at: p.cfg.Listen, routes: []route{{
		policy: upstream.Policy{Next: settings.Next, Tries: settings.Tries, Timeout: settings.Timeout},
		limits: limits(p.cfg.Connect, p.cfg.Read, p.cfg.Send),
	}}}
	l.serve()
	return l, nil
}

// newListener returns a listener with locations.
func newListener(p *Proxy, cfg topology.ProxyListener) (*listener, error) {
	l := &listener{proxy: p, at: cfg.Listen}
	l.serve()
	var all []location.Location
	for _, o := range cfg.Locations {
		read, r, err := p.route(o)
		if err != nil {
			return nil, err
		}
		all, l.routes = append(all, read), append(l.routes, r)
	}
	var err error
	if l.table, err = location.New(all); err != nil || cfg.Certificate == "" {
		return l, err
	}
	stream := p.host.Loop().Stream(fmt.Sprintf("proxy/%s/%s/tls/boot/%d", p.host.Name(), cfg.Listen, p.host.Boots()))
	var own *certificate.Certificate
	if cfg.Certificate != topology.CertificateNone {
		if own, err = certificate.New(p.host.Loop(), cfg.Certificate); err != nil {
			return nil, err
		}
	}
	l.tls = certificate.NewServer(own, stream, p.now)
	return l, nil
}

// serve makes the listener's server.
func (l *listener) serve() {
	l.server = &web.Server{
		Node: l.proxy.host.Name(), Go: l.proxy.host.Go, Service: l, Transparent: true,
		Patience: web.Patience{First: clientHeaderTimeout, Next: keepAliveTimeout},
	}
}

// scheme is that of requests that come here.
func (l *listener) scheme() string {
	if l.tls != nil {
		return topology.SchemeHTTPS
	}
	return topology.SchemeHTTP
}

func (l *listener) start() {
	if l.proc == nil {
		l.proc = l.proxy.host.Go(topology.ProxyService, l.run)
	}
}

func (l *listener) stop() {
	if l.proc == nil {
		return
	}
	l.proc = nil
	if l.socket != nil {
		l.socket.Close()
		l.socket = nil
	}
	l.proxy.log("stopped", l.at.String())
	l.server.Drain()
}

// run listens until the service is stopped.
func (l *listener) run(proc *sim.Proc) {
	if l.proc != proc {
		return // stopped at once
	}
	socket, err := l.proxy.host.Listen(l.at, backlog)
	if err != nil {
		l.proc = nil
		l.proxy.log("failed", err.Error())
		return
	}
	l.socket = socket
	l.proxy.log("listening", l.at.String())
	var accepts net.Listener = socket
	if l.tls != nil {
		accepts = l.tls.Listener(socket)
	}
	err = l.server.Serve(proc, accepts)
	if l.proc == proc { // nobody stopped it
		l.proc, l.socket = nil, nil
		l.proxy.log("failed", err.Error())
	}
}

// Ready implements web.Service.
func (l *listener) Ready(proc *sim.Proc) { l.proxy.host.CPU().Use(proc, host.Service, 0) }

// Open implements web.Service: the next worker takes the connection.
func (l *listener) Open(proc *sim.Proc, c web.Conn) web.Session {
	l.proxy.host.CPU().Use(proc, host.Service, 0) // the hog may have come while it waited in Accept
	if secure, is := c.(*certificate.Conn); is {
		c = secure.Conn
	}
	conn, own := c.(*host.Conn)
	if l.proc != proc || !own {
		return nil
	}
	return l.proxy.accepted(l, conn)
}
