package proxy

import (
	"fmt"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/upstream"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// backlog is how many connections can wait to be accepted: nginx's default on
// Linux.
const backlog = 511

// How long a client may take for a request, and between two of them: nginx's
// defaults of client_header_timeout and keepalive_timeout.
const (
	clientHeaderTimeout = 60 * time.Second
	keepAliveTimeout    = 75 * time.Second
)

// Proxy is a proxy during one boot of its machine.
type Proxy struct {
	host     *host.Host
	cfg      topology.Proxy
	server   *web.Server
	workers  []*worker
	next     int       // the worker that has the next connection
	proc     *sim.Proc // listens and accepts; nil: stopped
	listener *host.Listener
}

// New starts a proxy on a running machine; it ends with the machine. cfg must
// be complete. The error is that of package upstream.
func New(h *host.Host, cfg topology.Proxy) (*Proxy, error) {
	p := &Proxy{host: h, cfg: cfg}
	p.server = &web.Server{
		Node: h.Name(), Go: h.Go, Service: p, Transparent: true,
		Patience: web.Patience{First: clientHeaderTimeout, Next: keepAliveTimeout},
	}
	settings, err := settings(cfg)
	if err != nil {
		return nil, err
	}
	for number := range cfg.Workers {
		w, err := newWorker(p, number+1, settings)
		if err != nil {
			return nil, err
		}
		p.workers = append(p.workers, w)
	}
	return p, p.StartService(topology.ProxyService)
}

// settings is the machine's form of a configuration.
func settings(cfg topology.Proxy) (c upstream.Config, err error) {
	c = upstream.Config{Tries: cfg.NextTries, Timeout: cfg.NextTimeout}
	c.Next, err = upstream.ParseConditions(cfg.Next)
	for _, s := range cfg.Upstream.Servers {
		c.Servers = append(c.Servers, upstream.Server{
			Weight: s.Weight, MaxConns: s.MaxConns, MaxFails: *s.MaxFails, FailTimeout: int64(s.FailTimeout / time.Second),
			Backup: s.Backup, Down: s.Down,
		})
	}
	return c, err
}

// StopService makes the proxy stop listening. Idle connections are closed at
// once, others after the current answer; new ones are refused. The name is
// topology.ProxyService.
func (p *Proxy) StopService(name string) error {
	if err := p.check(name); err != nil || p.proc == nil {
		return err
	}
	p.proc = nil
	if p.listener != nil {
		p.listener.Close()
		p.listener = nil
	}
	p.log("stopped", p.cfg.Listen.String())
	p.server.Drain()
	return nil
}

// StartService makes a stopped proxy listen again. Its workers keep what they
// know.
func (p *Proxy) StartService(name string) error {
	if err := p.check(name); err != nil || p.proc != nil {
		return err
	}
	p.proc = p.host.Go(topology.ProxyService, p.run)
	return nil
}

func (p *Proxy) check(name string) error {
	if name != topology.ProxyService {
		return fmt.Errorf("proxy %s: service: got %q, want %s", p.host.Name(), name, topology.ProxyService)
	}
	return nil
}

func (p *Proxy) log(state, reason string) {
	p.host.Log(event.ServiceChanged{Service: topology.ProxyService, State: state, Reason: reason})
}

// run listens until the service is stopped.
func (p *Proxy) run(proc *sim.Proc) {
	if p.proc != proc {
		return // stopped at once
	}
	l, err := p.host.Listen(p.cfg.Listen, backlog)
	if err != nil {
		p.proc = nil
		p.log("failed", err.Error())
		return
	}
	p.listener = l
	p.log("listening", p.cfg.Listen.String())
	err = p.server.Serve(proc, l)
	if p.proc == proc { // nobody stopped it
		p.proc, p.listener = nil, nil
		p.log("failed", err.Error())
	}
}

// Ready implements web.Service.
func (p *Proxy) Ready(proc *sim.Proc) { p.host.CPU().Use(proc, host.Service, 0) }

// Open implements web.Service: the next worker takes the connection.
func (p *Proxy) Open(proc *sim.Proc, c web.Conn) web.Session {
	p.host.CPU().Use(proc, host.Service, 0) // the hog may have come while it waited in Accept
	conn, own := c.(*host.Conn)
	if p.proc != proc || !own {
		return nil
	}
	w := p.workers[p.next]
	p.next = (p.next + 1) % len(p.workers)
	s := &session{worker: w, client: conn}
	p.host.Log(event.ConnAccepted{Service: topology.ProxyService, Client: conn.RemoteAddrPort().String()})
	return s
}
