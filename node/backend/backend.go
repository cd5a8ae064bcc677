package backend

import (
	"fmt"
	"slices"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Service is the name of a back end's service in events.
const Service = "backend"

// backlog is how many connections can wait to be accepted: enough never to be a
// bottleneck unless the back end hangs.
const backlog = 1024

// The modes that Backend.Set knows.
const (
	ModeOK      = "ok"      // as configured
	ModeStatus  = "status"  // answer with another status
	ModeLatency = "latency" // answer later
	ModeHang    = "hang"    // accept and read, answer nothing until the mode changes
	ModeReset   = "reset"   // reset the connection after the request
)

// Backend is an HTTP server whose behaviour can be changed while it runs. A
// hogged service class of its machine's CPU keeps it from accepting and
// answering.
type Backend struct {
	host     *host.Host
	cfg      topology.Backend
	mode     behaviour
	server   *web.Server
	proc     *sim.Proc // listens and accepts; nil: stopped
	listener *host.Listener
	sessions int         // that have begun
	hung     []*sim.Proc // requests that wait for the hang to end
}

// behaviour is how requests are currently answered.
type behaviour struct {
	status  int
	latency time.Duration
	hang    bool
	reset   bool
	cause   string // for the log
}

// Mode is a way to answer. Status is used by ModeStatus only, Latency by
// ModeLatency; each leaves the other unchanged.
type Mode struct {
	Kind    string
	Status  int
	Latency time.Duration
}

// New starts a back end on a running machine; it ends with the machine. cfg
// must be complete.
func New(h *host.Host, cfg topology.Backend) *Backend {
	b := &Backend{host: h, cfg: cfg}
	b.mode = b.configured()
	b.server = &web.Server{Node: h.Name(), Go: h.Go, Service: b}
	b.proc = h.Go(Service, b.run)
	return b
}

func (b *Backend) configured() behaviour {
	return behaviour{status: b.cfg.Status, latency: b.cfg.Latency, cause: ModeOK}
}

// Set changes how the back end answers from now on. Requests held by a hang are
// answered when it ends.
func (b *Backend) Set(m Mode) error {
	next := b.mode
	next.hang, next.reset, next.cause = false, false, m.Kind
	switch m.Kind {
	case ModeOK:
		next = b.configured()
	case ModeStatus:
		if m.Status < 200 || m.Status > 599 {
			return fmt.Errorf("back end %s: status: got %d, want 200-599", b.host.Name(), m.Status)
		}
		next.status, next.cause = m.Status, fmt.Sprintf("status %d", m.Status)
	case ModeLatency:
		if m.Latency < 0 {
			return fmt.Errorf("back end %s: latency: got %v, want 0 or more", b.host.Name(), m.Latency)
		}
		next.latency, next.cause = m.Latency, fmt.Sprintf("latency %v", m.Latency)
	case ModeHang:
		next.hang = true
	case ModeReset:
		next.reset = true
	default:
		return fmt.Errorf("back end %s: mode: got %q, want ok, status, latency, hang or reset", b.host.Name(), m.Kind)
	}
	b.change(next)
	return nil
}

func (b *Backend) change(next behaviour) {
	b.mode = next
	b.log("listening", next.cause)
	hung := b.hung
	b.hung = nil
	for _, p := range hung {
		p.Wake()
	}
}

func (b *Backend) log(state, reason string) {
	b.host.Log(event.ServiceChanged{Service: Service, State: state, Reason: reason})
}

// Ready implements web.Service.
func (b *Backend) Ready(p *sim.Proc) { b.host.CPU().Use(p, host.Service, 0) }

// Open implements web.Service: it resets connections from sources that are not
// allowed.
func (b *Backend) Open(p *sim.Proc, c web.Conn) web.Session {
	b.host.CPU().Use(p, host.Service, 0) // the hog may have come while it waited in Accept
	if b.proc != p {
		return nil // stopped meanwhile
	}
	from := c.RemoteAddrPort()
	if len(b.cfg.Allow) > 0 && !slices.Contains(b.cfg.Allow, from.Addr()) {
		return nil
	}
	s := &session{backend: b, client: from.String()}
	b.host.Log(event.ConnAccepted{Service: Service, Client: s.client})
	return s
}

// session is one connection to a back end.
type session struct {
	backend *Backend
	client  string
}

// Serve implements web.Session.
func (s *session) Serve(p *sim.Proc, x *web.Exchange) {
	b := s.backend
	b.host.CPU().Use(p, host.Service, 0)
	if b.mode.latency > 0 {
		p.Sleep(b.mode.latency)
	}
	for b.mode.hang {
		b.hung = append(b.hung, p)
		p.Park()
	}
	if b.mode.reset {
		x.Abort()
		return
	}
	if b.cfg.Session != "" {
		b.begin(x)
	}
	if x.Answer(b.mode.status, b.cfg.Size) == nil {
		b.host.Log(event.RequestServed{Service: Service, Request: x.Request.ID, Client: s.client})
	}
}

// Close implements web.Session.
func (s *session) Close() {}
