package proxy

import (
	"errors"
	"time"

	"github.com/cablepull/cablepull/node/forward"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/upstream"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// worker is one process: what it knows of the servers, and its idle connections
// to them.
type worker struct {
	proxy  *Proxy
	number int // from 1
	pools  []*pool
}

// pool is the servers of one upstream as a worker knows them.
type pool struct {
	worker   *worker
	name     string // empty: the only upstream
	cfg      topology.Upstream
	upstream *upstream.Upstream
	servers  *forward.Forwarder
}

// group is the settings of one upstream.
type group struct {
	upstream.Config
	name string
	cfg  topology.Upstream
}

// settings lists the upstreams of a configuration, by their names.
func settings(cfg topology.Proxy) (all []group, err error) {
	next, err := upstream.ParseConditions(cfg.Next)
	if err != nil {
		return nil, err
	}
	add := func(name string, u topology.Upstream) {
		g := group{upstream.Config{Next: next, Tries: cfg.NextTries, Timeout: cfg.NextTimeout}, name, u}
		for _, s := range u.Servers {
			g.Servers = append(g.Servers, upstream.Server{
				Weight: s.Weight, MaxConns: s.MaxConns, MaxFails: *s.MaxFails, FailTimeout: int64(s.FailTimeout / time.Second),
				Backup: s.Backup, Down: s.Down,
			})
		}
		all = append(all, g)
	}
	if len(cfg.Listeners) == 0 {
		add("", cfg.Upstream)
		return all, nil
	}
	for _, name := range topology.Names(cfg.Upstreams) {
		add(name, cfg.Upstreams[name])
	}
	return all, nil
}

func newWorker(p *Proxy, number int, groups []group) (*worker, error) {
	w := &worker{proxy: p, number: number}
	for _, g := range groups {
		u, err := upstream.New(g.Config)
		if err != nil {
			return nil, err
		}
		o := &pool{worker: w, name: g.name, cfg: g.cfg, upstream: u}
		if idle := g.cfg.KeepAlive; idle > 0 {
			o.servers = forward.NewPool(p.host, idle)
		} else {
			o.servers = forward.New(p.host, 0)
		}
		w.pools = append(w.pools, o)
	}
	return w, nil
}

// now is the instant by the machine's clocks. Its wall clock may be wrong, and
// the phase of its seconds decides how long a server is left alone.
func (w *worker) now() upstream.Instant {
	scope := w.proxy.host.Scope()
	return upstream.Instant{Second: host.Instant(scope.Local()).Unix(), Elapsed: scope.Elapsed().Truncate(time.Millisecond)}
}

// peer is the name of a server in events: with that of its upstream, if there
// are several.
func (o *pool) peer(server int) string {
	name := o.cfg.Servers[server].Name
	if o.name != "" {
		return o.name + "/" + name
	}
	return name
}

// attempt is a request as a server gets it.
func (o *pool) attempt(server int, r *route, request *web.Request) forward.Attempt {
	a := forward.Attempt{
		To: o.cfg.Servers[server].Address, Request: request,
		Alone: o.cfg.KeepAlive == 0, Once: true, Limits: r.limits,
	}
	if r.secure {
		a.Secure = func(c web.Conn) (web.Conn, error) {
			secure, err := o.worker.proxy.secure().Connect(c)
			if err != nil {
				return nil, err
			}
			return secure, nil
		}
	}
	return a
}

// changed logs the servers whose state has changed.
func (o *pool) changed() {
	for _, c := range o.upstream.Changes() {
		changed := event.ProxyPeerChanged{Worker: o.worker.number, Peer: o.peer(c.Server), State: c.To.String()}
		if c.To == upstream.Down {
			changed.Reason = c.Cause.String()
		}
		o.worker.proxy.host.Log(changed)
	}
}

// failed logs an attempt that did not end with an answer for the client.
func (o *pool) failed(server int, request uint64, stage string, why upstream.Condition) {
	o.worker.proxy.host.Log(event.ProxyAttemptFailed{
		Worker: o.worker.number, Peer: o.peer(server), Request: request, Stage: stage, Reason: why.String(),
	})
	o.changed()
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
