package client

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/cablepull/cablepull/node/certificate"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/name"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// openingGap is the time between the connections that a long-lived client opens
// at its start: a thousand at one instant would overflow any backlog.
const openingGap = time.Millisecond

// Client sends requests at a given rate, open loop: a request is due at its
// instant whether earlier ones were answered or not, and its latency counts
// from then. The first is due a little after the start, at a phase that depends
// on seed and name only unless it is configured, so that the clients of a world
// are not synchronized.
// Or it is a number of users: see user.go.
//
// A failed request is retried at once on the next connection, up to Retries
// times. A request that finds no free connection waits for one, for up to
// Timeout. Once sent, it has the full Timeout again.
type Client struct {
	host     *host.Host
	cfg      topology.Client
	ledger   *Ledger
	target   topology.Target
	tls      *certificate.Client // nil: plain HTTP
	names    *name.Stub          // nil: the target is an address
	sessions []*session
	turn     int // of the next session
	arrival  arrival
	unsent   map[uint64]time.Duration // requests that wait for a connection, new or free, and when they came due
}

// New starts a client on a running machine; it ends with the machine. cfg must
// be complete. Numbers come from ledger. Requests that were due before now are
// skipped.
func New(h *host.Host, cfg topology.Client, ledger *Ledger) (*Client, error) {
	target, err := topology.ParseTarget(cfg.Target)
	if err != nil {
		return nil, fmt.Errorf("client: %s: target: %w", h.Name(), err)
	}
	c := &Client{
		host: h, cfg: cfg, ledger: ledger, target: target,
		unsent: map[uint64]time.Duration{},
	}
	if c.sessions, err = newSessions(cfg, web.Request{Method: cfg.Method, Host: target.Host, Path: target.Path}); err != nil {
		return nil, fmt.Errorf("client: %s: %w", h.Name(), err)
	}
	if target.Name != "" {
		c.names = name.New(h, cfg.Nameservers, cfg.Resolve, "client")
	}
	if target.Scheme == topology.SchemeHTTPS {
		if c.tls, err = newTLS(h, cfg.Certificate); err != nil {
			return nil, fmt.Errorf("client: %s: %w", h.Name(), err)
		}
	}
	if cfg.Users > 0 {
		h.Go("users", c.runUsers)
		return c, nil
	}
	c.arrival = newArrival(h, cfg)
	h.Go("client", c.run)
	return c, nil
}

// run is the proc that submits requests.
func (c *Client) run(p *sim.Proc) {
	pool := c.open(p)
	c.arrival.skip(c.host.Now())
	for {
		due := c.arrival.next()
		if c.cfg.Stop > 0 && due > c.cfg.Stop {
			return
		}
		wait(p, due)
		pool.submit(newRequest(c.next(), due))
	}
}

// Finish logs the requests that are due and have not been sent when the run
// ends. Without them one that is due in the last moment would be missing from
// the count.
func (c *Client) Finish() {
	for _, id := range slices.Sorted(maps.Keys(c.unsent)) {
		c.log(event.RequestWaiting{Request: id, Waited: c.host.Now() - c.unsent[id]})
	}
}

// open waits for the start and returns the connections of this boot.
func (c *Client) open(p *sim.Proc) *pool {
	pool := newPool(c)
	wait(p, c.cfg.Start)
	if c.cfg.Mode == topology.ModeLongLived {
		c.host.Go("opening", pool.openAll)
	}
	return pool
}

// wait parks until the instant at. A machine whose clock runs fast wakes early
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
	expires time.Duration // when it gives up waiting for a connection
	user    *user         // who waits for its end; nil: nobody
	session *session
}

func newRequest(s *session, due time.Duration) *request {
	return &request{Request: s.ask, due: due, session: s}
}

// end is called when the request has been answered or has failed for good.
func (r *request) end() {
	if r.user != nil {
		r.user.waits = false
		r.user.proc.Wake()
	}
}
