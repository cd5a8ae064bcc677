package client

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// user is one user of a closed-loop client: it asks, waits until the request
// has been answered or has failed for good, thinks, and asks again. Latency
// counts from the instant at which it asks. First questions are spread evenly
// at random over one think time, so that users are not synchronized.
type user struct {
	client  *Client
	pool    *pool
	proc    *sim.Proc
	random  *rand.Rand
	waits   bool
	session *session
}

// runUsers is the proc that starts the users.
func (c *Client) runUsers(p *sim.Proc) {
	pool := c.open(p)
	start := c.host.Now()
	for i := range c.cfg.Users {
		u := &user{
			client: c, pool: pool, session: c.next(),
			random: c.host.Loop().Stream(fmt.Sprintf("client/%s/user/%d", c.host.Name(), i+1)),
		}
		u.proc = c.host.Go("user", func(p *sim.Proc) {
			wait(p, start+time.Duration(u.random.Float64()*float64(c.cfg.Think)))
			u.run(p)
		})
	}
}

func (u *user) run(p *sim.Proc) {
	c := u.client
	for c.cfg.Stop == 0 || c.host.Now() <= c.cfg.Stop {
		u.waits = true
		r := newRequest(u.session, c.host.Now())
		r.user = u
		u.pool.submit(r)
		for u.waits {
			p.Park()
		}
		p.Sleep(u.think())
	}
}

// think returns the next think time.
func (u *user) think() time.Duration {
	mean := u.client.cfg.Think
	if u.client.cfg.Arrival == topology.ArrivalPoisson {
		return time.Duration(u.random.ExpFloat64() * float64(mean))
	}
	return mean
}
