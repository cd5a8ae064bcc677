package client

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// phaseMax bounds how long after its start a client's first request is due.
const phaseMax = time.Second

// openingGap lies between the connections that a long-lived client opens at its
// start: a thousand at one instant would overflow any backlog.
const openingGap = time.Millisecond

// Client asks at a given rate, open loop: a request is due at its instant
// whether the ones before were answered or not, and its latency counts from
// then. The first is due a little after the start, at a phase that depends on
// seed and name only, so that the clients of a world do not ask in step.
//
// Failed requests are tried again at once, as often as Retries says, on
// whatever connection is next. A request that finds no free connection waits
// for one; after Timeout it is given up. Once sent it has all of Timeout.
type Client struct {
	host    *host.Host
	cfg     topology.Client
	ledger  *Ledger
	target  netip.AddrPort
	ask     web.Request // what all requests have in common
	arrival arrival
}

// New starts the client that cfg, which is completed, describes on a running
// machine, with which it dies. Numbers come from ledger. Requests that were due
// before now are not made up for.
func New(h *host.Host, cfg topology.Client, ledger *Ledger) (*Client, error) {
	target, err := topology.ParseTarget(cfg.Target)
	if err != nil {
		return nil, fmt.Errorf("client: %s: target: %w", h.Name(), err)
	}
	c := &Client{
		host: h, cfg: cfg, ledger: ledger, target: target.Address,
		ask: web.Request{Host: target.Host, Path: target.Path},
	}
	interval := time.Duration(float64(time.Second) / float64(c.cfg.Rate))
	phase := h.Loop().Stream("client/" + h.Name() + "/phase")
	c.arrival = arrival{
		rate:  float64(c.cfg.Rate),
		first: c.cfg.Start + time.Duration(phase.Float64()*float64(min(interval, phaseMax))),
	}
	if c.cfg.Arrival == topology.ArrivalPoisson {
		c.arrival.first = c.cfg.Start
		c.arrival.random = h.Loop().Stream("client/" + h.Name() + "/arrival")
	}
	h.Go("client", c.run)
	return c, nil
}

// run is the proc that asks.
func (c *Client) run(p *sim.Proc) {
	pool := newPool(c)
	wait(p, c.cfg.Start)
	if c.cfg.Mode == topology.ModeLongLived {
		c.host.Go("opening", pool.openAll)
	}
	c.arrival.skip(c.host.Now())
	for {
		due := c.arrival.next()
		if c.cfg.Stop > 0 && due > c.cfg.Stop {
			return
		}
		wait(p, due)
		pool.submit(&request{Request: c.ask, due: due})
	}
}

// wait parks until the instant at. A machine whose clock runs fast wakes early,
// and sleeps again.
func wait(p *sim.Proc, at time.Duration) {
	loop := p.Scope().Loop()
	for d := at - loop.Now(); d > 0; d = at - loop.Now() {
		p.Sleep(d)
	}
}

func (c *Client) log(body event.Body) { c.host.Log(body) }

// request is one request through all its attempts.
type request struct {
	web.Request
	due     time.Duration
	expires time.Duration // when it has waited long enough for a connection
}
