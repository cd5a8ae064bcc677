package gateway

import (
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim/topology"
)

// How long a gateway waits for a back end: for the connection, and for each
// answer (nginx: proxy_read_timeout is 60 s).
const (
	UpstreamConnect = 5 * time.Second
	UpstreamTimeout = 60 * time.Second
)

// upstream is the connection to the back end that belongs to one client
// connection. It is opened with the first request and kept as long as both
// sides keep theirs, or only for one request if the service says so. A pool
// shared between clients would open fewer, but this way a connection's bytes
// cannot reach another client, and an incident is easier to read.
type upstream struct {
	conn *host.Conn
	link *web.Link
}

// forward forwards a request to the back end and its answer to the client. A
// request without an answer becomes 504 if the back end was too slow, 502
// otherwise. Requests with a body are not forwarded: 501.
func (s *session) forward(x *web.Exchange) error {
	if x.HasBody() {
		return x.Answer(http.StatusNotImplemented, s.service.cfg.Size)
	}
	head, err := s.ask(x)
	if err == nil {
		if err = x.Relay(head); err == nil {
			if head.Close || !*s.service.cfg.Persistent {
				s.upstream.close()
			}
			return nil
		}
	}
	s.upstream.close()
	if x.Answered() {
		return err
	}
	if errors.Is(err, host.ErrTimeout) {
		return x.Answer(http.StatusGatewayTimeout, s.service.cfg.Size)
	}
	return x.Answer(http.StatusBadGateway, s.service.cfg.Size)
}

// ask sends the request and waits for the head of the answer. The back end may
// have closed a used connection at the same time: then the request is repeated
// once on a new one (RFC 9110 §9.2.2 allows that for safe methods).
func (s *session) ask(x *web.Exchange) (*web.Head, error) {
	used := s.upstream.link != nil
	head, err := s.upstream.ask(s.service, x)
	if used && gone(err) && safe(x.Request.Method) {
		s.upstream.close()
		return s.upstream.ask(s.service, x)
	}
	return head, err
}

func (u *upstream) ask(s *service, x *web.Exchange) (*web.Head, error) {
	if u.link == nil {
		if err := u.open(s.gateway.host, s.cfg); err != nil {
			return nil, err
		}
	}
	u.conn.SetTimeout(UpstreamTimeout)
	if err := u.link.Send(&x.Request); err != nil {
		return nil, err
	}
	return u.link.Head(&x.Request)
}

func (u *upstream) open(h *host.Host, cfg topology.Service) error {
	conn, err := h.DialFrom(cfg.SourceVIP, cfg.Forward, UpstreamConnect)
	if err != nil {
		return err
	}
	u.conn, u.link = conn, web.NewLink(conn)
	return nil
}

func (u *upstream) close() {
	if u.link != nil {
		u.link.Release()
		u.conn.Close()
		u.conn, u.link = nil, nil
	}
}

// gone reports whether err means that the back end has ended the connection.
func gone(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, host.ErrReset) || errors.Is(err, host.ErrClosed)
}

func safe(method string) bool { return method == http.MethodGet || method == http.MethodHead }
