package gateway

import (
	"errors"
	"io"
	"net/http"
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
)

// How long a gateway waits for a back end: for its connection, and for each
// answer (nginx: proxy_read_timeout is 60 s).
const (
	UpstreamConnect = 5 * time.Second
	UpstreamTimeout = 60 * time.Second
)

// upstream is the connection to the back end that belongs to one client
// connection. It is opened with the first request and kept as long as both
// sides keep theirs. A pool shared between clients would open fewer, but here a
// connection's bytes can reach no other client, and an incident is easier to
// read.
type upstream struct {
	conn *host.Conn
	link *web.Link
}

// forward passes a request on and its answer back. What the back end does not
// answer becomes 504 if it was too slow, 502 otherwise. Requests with a body
// are not forwarded: 501.
func (v *visit) forward(x *web.Exchange) error {
	if x.HTTP.Body != http.NoBody {
		return x.Answer(http.StatusNotImplemented, v.service.cfg.Size)
	}
	resp, err := v.ask(x)
	if err == nil {
		if err = x.Relay(resp); err == nil {
			if resp.Close {
				v.upstream.close()
			}
			return nil
		}
	}
	v.upstream.close()
	if x.Answered() {
		return err
	}
	if errors.Is(err, host.ErrTimeout) {
		return x.Answer(http.StatusGatewayTimeout, v.service.cfg.Size)
	}
	return x.Answer(http.StatusBadGateway, v.service.cfg.Size)
}

// ask sends the request and waits for the head of the answer. On a connection
// that was used before, the back end may have closed it at the same time: then
// it asks once more on a new one (RFC 9110 §9.2.2 lets it for safe methods).
func (v *visit) ask(x *web.Exchange) (*http.Response, error) {
	used := v.upstream.link != nil
	resp, err := v.upstream.ask(v.service, x)
	if used && gone(err) && safe(x.Request.Method) {
		v.upstream.close()
		return v.upstream.ask(v.service, x)
	}
	return resp, err
}

func (u *upstream) ask(s *service, x *web.Exchange) (*http.Response, error) {
	if u.link == nil {
		if err := u.open(s.gateway.host, s.cfg.Forward); err != nil {
			return nil, err
		}
	}
	u.conn.SetTimeout(UpstreamTimeout)
	if err := u.link.Send(&x.Request); err != nil {
		return nil, err
	}
	return u.link.Head(&x.Request)
}

func (u *upstream) open(h *host.Host, target netip.AddrPort) error {
	conn, err := h.Dial(target, UpstreamConnect)
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

// gone reports whether err says that the back end's end of the connection is no
// more.
func gone(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, host.ErrReset) || errors.Is(err, host.ErrClosed)
}

func safe(method string) bool { return method == http.MethodGet || method == http.MethodHead }
