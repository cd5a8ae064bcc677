package gateway

import (
	"errors"
	"net/http"
	"time"

	"github.com/cablepull/cablepull/node/forward"
	"github.com/cablepull/cablepull/node/web"
)

// How long a gateway waits for a back end: for the connection, and for each
// answer (nginx: proxy_read_timeout is 60 s).
const (
	UpstreamConnect = 5 * time.Second
	UpstreamTimeout = 60 * time.Second
)

// forward forwards a request to the back end and its answer to the client. A
// request without an answer becomes 504 if the back end was too slow, 502
// otherwise.
//
// The connection to the back end belongs to one client connection. It is opened
// with the first request and kept as long as both sides keep theirs, or only
// for one request if the service says so. A pool shared between clients would
// open fewer, but this way a connection's bytes cannot reach another client,
// and an incident is easier to read.
func (s *session) forward(x *web.Exchange) error {
	cfg := s.service.cfg
	if s.upstream == nil {
		s.upstream = forward.New(s.service.gateway.host, 1)
	}
	to, err := s.service.gateway.resolve(cfg.Forward.Name, cfg.Forward.Address)
	if err != nil {
		return x.Answer(http.StatusBadGateway, cfg.Size)
	}
	answer, err := s.upstream.Ask(forward.Attempt{
		To: to, From: cfg.SourceVIP, Request: &x.Request, Alone: !*cfg.Persistent,
		Limits: forward.Limits{Connect: UpstreamConnect, Answer: UpstreamTimeout},
	})
	if err == nil {
		err = answer.Relay(x)
	}
	var failed *forward.Error
	switch {
	case err == nil || x.Answered():
		return err
	case errors.As(err, &failed) && failed.Timeout():
		return x.Answer(http.StatusGatewayTimeout, cfg.Size)
	}
	return x.Answer(http.StatusBadGateway, cfg.Size)
}
