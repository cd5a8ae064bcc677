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
	worker   *worker
	listener *listener
	client   *host.Conn

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
	r, request := &s.listener.routes[0], &x.Request
	if s.listener.table != nil {
		if r, request = s.located(x); r == nil {
			return
		}
	}
	s.gone = false
	s.client.OnEnd(s.clientGone)
	defer s.client.OnEnd(nil)
	s.forward(x, s.worker.pools[r.pool], r, request)
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
func (s *session) forward(x *web.Exchange, pool *pool, route *route, request *web.Request) {
	f := forwarding{session: s, pool: pool, route: route, request: request}
	w := s.worker
	f.way = pool.upstream.BeginBy(&route.policy, w.now(), x.Request.Method)
	defer f.way.Done() // also when the machine crashes
	for attempts := 0; ; attempts++ {
		server, ok := f.way.Next(w.now())
		pool.changed()
		if !ok {
			s.refuse(x, upstream.NoLiveUpstreams, attempts, "no live upstreams")
			return
		}
		status, why := f.try(x, server)
		pool.changed()
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

// forwarding is one request on its way through the servers.
type forwarding struct {
	session *session
	pool    *pool
	route   *route
	request *web.Request // as servers get it
	way     upstream.Request
}

// try asks one server. It returns the status with which the proxy has to answer
// instead, if it must, and why another server is to be asked, or none.
func (f *forwarding) try(x *web.Exchange, server int) (status int, why upstream.Condition) {
	s := f.session
	c, err := f.pool.servers.Open(f.pool.attempt(server, f.route, f.request))
	switch {
	case errors.Is(err, host.ErrDown):
		return 0, 0
	case s.gone:
		if err == nil {
			c.Close()
		}
		f.over()
		return 0, 0
	case err != nil:
		return f.failed(server, event.StageConnect, conditionOf(err))
	}
	s.current = &c
	defer func() { s.current = nil }()
	f.way.Sent(c.Reused())
	answer, err := c.Ask()
	switch {
	case s.gone:
		if err == nil {
			answer.Close()
		}
		f.over()
		return 0, 0
	case err != nil:
		return f.failed(server, event.StageAnswer, conditionOf(err))
	}
	if !f.way.Answered(s.worker.now(), answer.Status) {
		answer.Close()
		why := upstream.ForStatus(answer.Status)
		f.pool.failed(server, f.request.ID, event.StageAnswer, why)
		return 0, why
	}
	s.pass(x, answer)
	f.over()
	return 0, 0
}

// failed gives up a server that has failed.
func (f *forwarding) failed(server int, stage string, why upstream.Condition) (int, upstream.Condition) {
	status := f.way.Failed(f.session.worker.now(), why)
	f.pool.failed(server, f.request.ID, stage, why)
	return status, why
}

// over ends the use of a server that has not failed.
func (f *forwarding) over() {
	f.way.Done()
	f.pool.changed()
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
