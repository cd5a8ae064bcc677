package throttle

import (
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/session"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Throttle is the program of a node, during one boot of its machine: the parts
// that it is configured to be.
type Throttle struct {
	control *session.Port // nil: it is no control plane
	manager *Manager
	front   *front // nil: it is no gateway
}

// New starts the program on a running machine; it ends with the machine. cfg
// must be complete.
func New(h *host.Host, cfg topology.Throttle) *Throttle {
	t := &Throttle{}
	if k := cfg.Control; k != nil {
		t.control = session.Listen(h, topology.ThrottleControlService, anyAddress(k.Port), policies(k.Keys))
	}
	if m := cfg.Manager; m != nil {
		t.manager = NewManager(h, *m)
	}
	if g := cfg.Gateway; g != nil {
		t.front = newFront(h, g.Port, NewGateway(h, *g))
	}
	return t
}

func anyAddress(port int) netip.AddrPort {
	return netip.AddrPortFrom(netip.IPv4Unspecified(), uint16(port))
}

// StopService stops one of the two services.
func (t *Throttle) StopService(name string) error { return t.switched(name, false) }

// StartService starts one of the two services.
func (t *Throttle) StartService(name string) error { return t.switched(name, true) }

func (t *Throttle) switched(name string, on bool) error {
	switch {
	case name == topology.ThrottleControlService && t.control != nil && on:
		return t.control.StartService(name)
	case name == topology.ThrottleControlService && t.control != nil:
		return t.control.StopService(name)
	case name == topology.ThrottleGatewayService && t.front != nil:
		t.front.set(on)
		return nil
	}
	return fmt.Errorf("throttle: service: got %q, want one of the node's", name)
}

// policies is the control plane: it says for which keys there is a policy.
type policies []string

// Open implements session.Service.
func (k policies) Open(_ *sim.Proc, l *session.Link) session.Session { return asking{k, l} }

// asking is one connection to the control plane.
type asking struct {
	policies
	link *session.Link
}

// Close implements session.Session.
func (asking) Close() {}

// Receive implements session.Session.
func (a asking) Receive(_ *sim.Proc, m session.Message) bool {
	a.link.Post(session.New("policies", a.policies...))
	return m.Verb == "policies"
}

// front is a gateway as a server of HTTP.
type front struct {
	host     *host.Host
	port     int
	gateway  *Gateway
	server   *web.Server
	proc     *sim.Proc // listens and accepts; nil: stopped
	listener *host.Listener
}

func newFront(h *host.Host, port int, g *Gateway) *front {
	f := &front{host: h, port: port, gateway: g}
	f.server = &web.Server{Node: h.Name(), Go: h.Go, Service: f}
	f.set(true)
	return f
}

// set opens or closes the port.
func (f *front) set(on bool) {
	switch {
	case on && f.proc == nil:
		f.proc = f.host.Go(topology.ThrottleGatewayService, f.run)
	case !on && f.proc != nil:
		f.proc = nil
		if f.listener != nil {
			f.listener.Close()
			f.listener = nil
		}
		f.log("stopped", "port "+strconv.Itoa(f.port))
		f.server.Drain()
	}
}

func (f *front) log(state, reason string) {
	f.host.Log(event.ServiceChanged{Service: topology.ThrottleGatewayService, State: state, Reason: reason})
}

// backlog is how many connections wait to be accepted.
const backlog = 128

// run listens until the service is stopped.
func (f *front) run(p *sim.Proc) {
	if f.proc != p {
		return // stopped before it began
	}
	l, err := f.host.Listen(anyAddress(f.port), backlog)
	if err != nil {
		f.proc = nil
		f.log("failed", err.Error())
		return
	}
	f.listener = l
	f.log("listening", "port "+strconv.Itoa(f.port))
	err = f.server.Serve(p, l)
	if f.proc == p { // nobody stopped it
		f.proc, f.listener = nil, nil
		f.log("failed", err.Error())
	}
}

// Ready implements web.Service.
func (f *front) Ready(p *sim.Proc) { f.host.CPU().Use(p, host.Service, 0) }

// Open implements web.Service.
func (f *front) Open(p *sim.Proc, _ web.Conn) web.Session {
	f.host.CPU().Use(p, host.Service, 0)
	if f.proc != p {
		return nil // stopped meanwhile
	}
	return f
}

// Close implements web.Session.
func (f *front) Close() {}

// Serve implements web.Session.
func (f *front) Serve(p *sim.Proc, x *web.Exchange) {
	f.host.CPU().Use(p, host.Service, 0)
	status := http.StatusOK
	if !f.gateway.Allowed(strings.TrimPrefix(x.Request.Path, "/")) {
		status = http.StatusTooManyRequests
	}
	// An answer that cannot be sent is lost.
	_ = x.AnswerWith(web.Content{Status: status, Type: "text/plain", Body: http.StatusText(status) + "\n"})
}
