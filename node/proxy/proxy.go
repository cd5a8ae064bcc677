package proxy

import (
	"fmt"
	"time"

	"github.com/cablepull/cablepull/node/certificate"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
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
	host      *host.Host
	cfg       topology.Proxy
	listeners []*listener
	workers   []*worker
	next      int                 // the worker that has the next connection
	tls       *certificate.Client // towards servers; nil: no route needs it
}

// New starts a proxy on a running machine; it ends with the machine. cfg must
// be complete. The error is that of package upstream, location or certificate.
func New(h *host.Host, cfg topology.Proxy) (*Proxy, error) {
	p := &Proxy{host: h, cfg: cfg}
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
	listeners := cfg.Listeners
	if len(listeners) == 0 {
		l, err := newSimple(p, settings[0].Config)
		if err != nil {
			return nil, err
		}
		p.listeners = []*listener{l}
	}
	for _, cfg := range listeners {
		l, err := newListener(p, cfg)
		if err != nil {
			return nil, err
		}
		p.listeners = append(p.listeners, l)
	}
	return p, p.StartService(topology.ProxyService)
}

// secure returns the TLS towards servers, which nginx does not verify unless it
// is told to.
func (p *Proxy) secure() *certificate.Client {
	if p.tls == nil {
		stream := p.host.Loop().Stream(fmt.Sprintf("proxy/%s/upstream/tls/boot/%d", p.host.Name(), p.host.Boots()))
		p.tls = certificate.NewClient(nil, stream, p.now)
	}
	return p.tls
}

// now is the machine's wall clock.
func (p *Proxy) now() time.Time { return host.Instant(p.host.Scope().Local()) }

// StopService makes the proxy stop listening. Idle connections are closed at
// once, others after the current answer; new ones are refused. The name is
// topology.ProxyService.
func (p *Proxy) StopService(name string) error {
	if err := p.check(name); err != nil {
		return err
	}
	for _, l := range p.listeners {
		l.stop()
	}
	return nil
}

// StartService makes a stopped proxy listen again. Its workers keep what they
// know.
func (p *Proxy) StartService(name string) error {
	if err := p.check(name); err != nil {
		return err
	}
	for _, l := range p.listeners {
		l.start()
	}
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

// accepted gives a connection to the next worker.
func (p *Proxy) accepted(l *listener, conn *host.Conn) web.Session {
	w := p.workers[p.next]
	p.next = (p.next + 1) % len(p.workers)
	p.host.Log(event.ConnAccepted{Service: topology.ProxyService, Client: conn.RemoteAddrPort().String()})
	return &session{worker: w, listener: l, client: conn}
}
