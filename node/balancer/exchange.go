package balancer

import (
	"errors"
	"net/http"

	"github.com/cablepull/cablepull/node/forward"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// requests is the service of mode http: each request goes to a member of its
// own choice.
type requests struct{ *Balancer }

// Ready implements web.Service.
func (b requests) Ready(p *sim.Proc) { b.host.CPU().Use(p, host.Service, 0) }

// Open implements web.Service. Without memory for it, a connection is reset.
func (b requests) Open(p *sim.Proc, c web.Conn) web.Session {
	b.host.CPU().Use(p, host.Service, 0) // the hog may have come while it waited in Accept
	if b.proc != p || !b.host.Memory().Take(b.memory.Connection) {
		return nil
	}
	s := &session{balancer: b.Balancer, client: c.RemoteAddrPort().String()}
	b.log(event.ConnAccepted{Service: topology.BalancerService, Client: s.client})
	return s
}

// session is one connection of a client.
type session struct {
	balancer *Balancer
	client   string
}

// Close implements web.Session.
func (s *session) Close() { s.balancer.host.Memory().Give(s.balancer.memory.Connection) }

// Serve implements web.Session. A request that no member can have is answered
// 503, as is one for which no connection could be opened; one whose member does
// not answer, 504 or 502.
func (s *session) Serve(p *sim.Proc, x *web.Exchange) {
	b := s.balancer
	if !b.host.Memory().Take(b.memory.Request) {
		s.answer(x, http.StatusServiceUnavailable)
		return
	}
	defer b.host.Memory().Give(b.memory.Request)
	b.host.CPU().Use(p, host.Service, 0)
	if refusal, err := forward.TakeBody(x); err != nil || refusal != 0 {
		if err == nil {
			s.answer(x, refusal)
		}
		return
	}
	wish := Wish{Client: x.Client().Addr(), Cookie: s.cookie(x), Not: nobody}
	c, i := connect(b, p, wish, s.client, func(i int) (forward.Connection, error) {
		return b.servers.Open(forward.Attempt{
			To: b.cfg.Members[i].Address, Request: &x.Request,
			Limits: forward.Limits{Connect: b.cfg.Connect, Silence: b.cfg.ServerIdle},
		})
	})
	if i == nobody {
		s.answer(x, http.StatusServiceUnavailable)
		return
	}
	s.exchange(x, c, i, wish.Cookie)
}

// exchange carries a request over a connection to a member.
func (s *session) exchange(x *web.Exchange, c forward.Connection, i int, cookie string) {
	b := s.balancer
	b.carry(i, c.Conn)
	defer b.drop(i, c.Conn)
	answer, err := c.Ask()
	if err == nil {
		if name := b.cfg.Members[i].Name; b.cfg.Stickiness == topology.StickyCookie && cookie != name {
			x.SetCookie(b.cfg.Cookie + "=" + name + "; path=/")
		}
		err = answer.Relay(x)
	}
	var failure *forward.Error
	switch {
	case err == nil:
		s.served(x)
	case x.Answered():
	case errors.As(err, &failure) && failure.Timeout():
		b.failed(i, s.client, event.StageAnswer, 1, err)
		s.answer(x, http.StatusGatewayTimeout)
	default:
		b.failed(i, s.client, event.StageAnswer, 1, err)
		s.answer(x, http.StatusBadGateway)
	}
}

// cookie returns the member that the client's cookie names; empty if it has
// none.
func (s *session) cookie(x *web.Exchange) string {
	if s.balancer.cfg.Stickiness != topology.StickyCookie || x.Request.Cookie == "" {
		return ""
	}
	all, err := http.ParseCookie(x.Request.Cookie)
	if err != nil {
		return ""
	}
	for _, c := range all {
		if c.Name == s.balancer.cfg.Cookie {
			return c.Value
		}
	}
	return ""
}

// answer answers with a status of the balancer's own.
func (s *session) answer(x *web.Exchange, status int) {
	if x.Answer(status, s.balancer.cfg.ErrorLength) == nil {
		s.served(x)
	}
}

// served logs an answer that was sent.
func (s *session) served(x *web.Exchange) {
	s.balancer.log(event.RequestServed{Service: topology.BalancerService, Request: x.Request.ID, Client: s.client})
}
