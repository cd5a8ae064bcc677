package throttle

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/session"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// Throttle is the program of a node, during one boot of its machine: the parts
// that it is configured to be.
type Throttle struct {
	control *session.Port // nil: it is no control plane
	manager *Manager
	front   *session.Port // nil: it is no gateway
}

// New starts the program on a running machine; it ends with the machine. cfg
// must be complete.
func New(h *host.Host, cfg topology.Throttle) *Throttle {
	t := &Throttle{}
	if k := cfg.Control; k != nil {
		t.control = session.Listen(h, topology.ThrottleControlService, session.AnyAddress(k.Port), policies(k.Keys))
	}
	if m := cfg.Manager; m != nil {
		t.manager = NewManager(h, *m)
	}
	if g := cfg.Gateway; g != nil {
		server := &web.Server{Node: h.Name(), Go: h.Go, Service: front{h, NewGateway(h, *g)}}
		t.front = session.Open(h, topology.ThrottleGatewayService, session.AnyAddress(g.Port), server)
	}
	return t
}

// StopService stops one of the two services.
func (t *Throttle) StopService(name string) error {
	port, err := t.port(name)
	if err != nil {
		return err
	}
	return port.StopService(name)
}

// StartService starts one of the two services.
func (t *Throttle) StartService(name string) error {
	port, err := t.port(name)
	if err != nil {
		return err
	}
	return port.StartService(name)
}

func (t *Throttle) port(name string) (*session.Port, error) {
	switch {
	case name == topology.ThrottleControlService && t.control != nil:
		return t.control, nil
	case name == topology.ThrottleGatewayService && t.front != nil:
		return t.front, nil
	}
	return nil, fmt.Errorf("throttle: service: got %q, want one of the node's", name)
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
	host    *host.Host
	gateway *Gateway
}

// Ready implements web.Service.
func (front) Ready(*sim.Proc) {}

// Open implements web.Service.
func (f front) Open(*sim.Proc, web.Conn) web.Session { return f }

// Close implements web.Session.
func (front) Close() {}

// Serve implements web.Session.
func (f front) Serve(p *sim.Proc, x *web.Exchange) {
	f.host.CPU().Use(p, host.Service, 0)
	status := http.StatusOK
	if !f.gateway.Allowed(strings.TrimPrefix(x.Request.Path, "/")) {
		status = http.StatusTooManyRequests
	}
	// An answer that cannot be sent is lost.
	_ = x.AnswerWith(web.Content{Status: status, Type: "text/plain", Body: http.StatusText(status) + "\n"})
}
