package proxy

import (
	"errors"
	"time"

	"github.com/cablepull/cablepull/node/forward"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/upstream"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim/event"
)

// worker is one process: what it knows of the servers, and its idle connections
// to them.
type worker struct {
	proxy    *Proxy
	number   int // from 1
	upstream *upstream.Upstream
	servers  *forward.Forwarder
}

func newWorker(p *Proxy, number int, settings upstream.Config) (*worker, error) {
	u, err := upstream.New(settings)
	if err != nil {
		return nil, err
	}
	w := &worker{proxy: p, number: number, upstream: u}
	if idle := p.cfg.Upstream.KeepAlive; idle > 0 {
		w.servers = forward.NewPool(p.host, idle)
	} else {
		w.servers = forward.New(p.host, 0)
	}
	return w, nil
}

// now is the instant by the machine's clocks. Its wall clock may be wrong, and
// the phase of its seconds decides how long a server is left alone.
func (w *worker) now() upstream.Instant {
	scope := w.proxy.host.Scope()
	return upstream.Instant{Second: host.Instant(scope.Local()).Unix(), Elapsed: scope.Elapsed().Truncate(time.Millisecond)}
}

// name is that of a server in events.
func (w *worker) name(server int) string { return w.proxy.cfg.Upstream.Servers[server].Name }

// attempt is a request as a server gets it.
func (w *worker) attempt(server int, x *web.Exchange) forward.Attempt {
	cfg := &w.proxy.cfg
	return forward.Attempt{
		To: cfg.Upstream.Servers[server].Address, Request: &x.Request,
		Alone: cfg.Upstream.KeepAlive == 0, Once: true,
		Limits: forward.Limits{Connect: cfg.Connect, Silence: cfg.Read, Sending: cfg.Send},
	}
}

// changed logs the servers whose state has changed.
func (w *worker) changed() {
	for _, c := range w.upstream.Changes() {
		changed := event.ProxyPeerChanged{Worker: w.number, Peer: w.name(c.Server), State: c.To.String()}
		if c.To == upstream.Down {
			changed.Reason = c.Cause.String()
		}
		w.proxy.host.Log(changed)
	}
}

// failed logs an attempt that did not end with an answer for the client.
func (w *worker) failed(server int, x *web.Exchange, stage string, why upstream.Condition) {
	w.proxy.host.Log(event.ProxyAttemptFailed{
		Worker: w.number, Peer: w.name(server), Request: x.Request.ID, Stage: stage, Reason: why.String(),
	})
	w.changed()
}

// conditionOf says which of nginx's conditions an error of a server is.
func conditionOf(err error) upstream.Condition {
	var failed *forward.Error
	switch {
	case !errors.As(err, &failed):
	case failed.Timeout():
		return upstream.Timeout
	case failed.Malformed():
		return upstream.InvalidHeader
	}
	return upstream.Error
}
