package proxy

import (
	"errors"

	"github.com/cablepull/cablepull/node/forward"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/upstream"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// errorPage is the size of an answer of the proxy's own: that of nginx's page
// for 502.
const errorPage = 157

// clientClosedRequest is nginx's status for a client that has gone.
const clientClosedRequest = 499

// session is one client connection.
type session struct {
	worker *worker
	client *host.Conn

	gone    bool                // the client has ended the connection during a request
	current *forward.Connection // to a server; nil: none
}

// Serve implements web.Session.
func (s *session) Serve(p *sim.Proc, x *web.Exchange) {
	s.worker.proxy.host.CPU().Use(p, host.Service, 0)
	if refusal, err := forward.TakeBody(x); err != nil || refusal != 0 {
		if err == nil {
			x.Answer(refusal, errorPage) // the connection's error ends it
		}
		return
	}
	s.gone = false
	s.client.OnEnd(s.clientGone)
	defer s.client.OnEnd(nil)
	s.forward(x)
}

// Close implements web.Session.
func (s *session) Close() {}

// clientGone ends a request whose client does not wait for the answer.
func (s *session) clientGone() {
	s.gone = true
	if c := s.current; c != nil {
		s.worker.proxy.host.Go("client gone", func(*sim.Proc) { c.Abandon() })
	}
}

// forward asks servers until one answers, or no other may be asked.
func (s *session) forward(x *web.Exchange) {
	w := s.worker
	r := w.upstream.Begin(w.now(), x.Request.Method)
	defer r.Done() // also when the machine crashes
	for attempts := 0; ; attempts++ {
		server, ok := r.Next(w.now())
		w.changed()
		if !ok {
			s.refuse(x, upstream.NoLiveUpstreams, attempts, "no live upstreams")
			return
		}
		status, why := s.try(x, &r, server)
		w.changed()
		switch {
		case s.gone:
			s.refuse(x, clientClosedRequest, attempts+1, "the client has gone")
			return
		case status != 0:
			s.refuse(x, status, attempts+1, why.String())
			return
		case why == 0:
			return
		}
	}
}

// try asks one server. It returns the status with which the proxy has to answer
// instead, if it must, and why another server is to be asked, or none.
func (s *session) try(x *web.Exchange, r *upstream.Request, server int) (status int, why upstream.Condition) {
	w := s.worker
	c, err := w.servers.Open(w.attempt(server, x))
	switch {
	case errors.Is(err, host.ErrDown):
		return 0, 0
	case s.gone:
		if err == nil {
			c.Close()
		}
		s.over(r)
		return 0, 0
	case err != nil:
		return s.failed(x, r, server, event.StageConnect, conditionOf(err))
	}
	s.current = &c
	defer func() { s.current = nil }()
	r.Sent(c.Reused())
	answer, err := c.Ask()
	switch {
	case s.gone:
		if err == nil {
			answer.Close()
		}
		s.over(r)
		return 0, 0
	case err != nil:
		return s.failed(x, r, server, event.StageAnswer, conditionOf(err))
	}
	if !r.Answered(w.now(), answer.Status) {
		answer.Close()
		why := upstream.ForStatus(answer.Status)
		w.failed(server, x, event.StageAnswer, why)
		return 0, why
	}
	s.pass(x, answer)
	s.over(r)
	return 0, 0
}

// failed gives up a server that has failed.
func (s *session) failed(x *web.Exchange, r *upstream.Request, server int, stage string, why upstream.Condition) (int, upstream.Condition) {
	status := r.Failed(s.worker.now(), why)
	s.worker.failed(server, x, stage, why)
	return status, why
}

// over ends the use of a server that has not failed.
func (s *session) over(r *upstream.Request) {
	r.Done()
	s.worker.changed()
}

// pass passes an answer on. If the server breaks off in the middle of it, so
// does the proxy.
func (s *session) pass(x *web.Exchange, answer forward.Answer) {
	if answer.Relay(x) == nil {
		s.worker.proxy.host.Log(event.RequestServed{
			Service: topology.ProxyService, Request: x.Request.ID, Client: s.client.RemoteAddrPort().String(),
		})
	}
}

// refuse ends a request with a status of the proxy's own.
func (s *session) refuse(x *web.Exchange, status, attempts int, reason string) {
	w := s.worker
	w.proxy.host.Log(event.ProxyRefused{Worker: w.number, Request: x.Request.ID, Status: status, Attempts: attempts, Reason: reason})
	if status != clientClosedRequest {
		x.Answer(status, errorPage) // the connection's error ends it
	}
}
