package client

import (
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// pool holds the connections of a client during one boot of its machine, and
// the requests that wait for one. A connection that is in no list is busy.
type pool struct {
	client  *Client
	idle    turns // open and free; if the client is long-lived, all that are free
	shut    turns // not open; to be opened when no idle one is left
	size    int
	limit   int // maximum size; 0: none
	waiting queue
	expiry  *sim.Timer
}

func newPool(c *Client) *pool {
	p := &pool{client: c, limit: c.cfg.Connections}
	if c.cfg.Mode == topology.ModeNew {
		p.limit = 0
	}
	p.expiry = c.host.Scope().NewTimer(sim.Func(p.expire))
	return p
}

// submit gives a request to the connection whose turn it is, or lets it wait.
func (p *pool) submit(r *request) {
	if r.Attempt == 0 {
		r.ID = p.client.ledger.request()
	}
	r.Attempt++
	p.client.unsent[r.ID] = r.due
	if c := p.pick(); c != nil {
		c.take(r)
		return
	}
	r.expires = p.client.host.Now() + p.client.cfg.Timeout
	if p.waiting.len() == 0 {
		p.expiry.Reset(p.client.cfg.Timeout)
	}
	p.waiting.push(r)
}

// pick returns a connection that is free to carry a request, or nil.
func (p *pool) pick() *connection {
	if c := p.idle.pop(); c != nil {
		return c
	}
	if c := p.shut.pop(); c != nil {
		return c
	}
	if p.client.cfg.Mode == topology.ModeLongLived || p.limit > 0 && p.size >= p.limit {
		return nil
	}
	return p.add()
}

// add adds a connection, which is not open yet.
func (p *pool) add() *connection {
	p.size++
	c := &connection{pool: p}
	c.proc = p.client.host.Go("connection", c.run)
	return c
}

// openAll opens all connections of a long-lived client. They are in turn order
// from the start: a request that is due before its connection is open waits for
// that connection.
func (p *pool) openAll(proc *sim.Proc) {
	all := make([]*connection, p.limit)
	for i := range all {
		all[i] = p.add()
		p.idle.push(all[i])
	}
	for _, c := range all {
		c.open()
		proc.Sleep(openingGap)
	}
}

// release takes back a connection that has become free, or gives it the next
// waiting request at once.
func (p *pool) release(c *connection) {
	if p.waiting.len() > 0 {
		c.request = p.waiting.pop()
		return
	}
	if c.link == nil && p.client.cfg.Mode != topology.ModeLongLived {
		p.shut.push(c)
		return
	}
	p.idle.push(c)
}

// lost is called for an idle connection that has ended. A long-lived one keeps
// its place: it is reopened at its next turn.
func (p *pool) lost(c *connection) {
	if p.client.cfg.Mode != topology.ModeLongLived {
		p.idle.remove(c)
		p.shut.push(c)
	}
}

// failed ends an attempt, and starts the next if there is one.
func (p *pool) failed(r *request, conn uint64, failure string) {
	again := r.Attempt <= p.client.cfg.Retries
	delete(p.client.unsent, r.ID)
	p.client.log(event.RequestFailed{
		Request: r.ID, Conn: conn, Failure: failure, Retried: again,
		After: p.client.host.Now() - r.due,
	})
	if again {
		p.submit(r)
	} else {
		r.end()
	}
}

// expire fails the requests that have waited too long. They wait in the order
// in which they expire.
func (p *pool) expire() {
	now := p.client.host.Now()
	for p.waiting.len() > 0 {
		r := p.waiting.first()
		if r.expires > now {
			p.expiry.Reset(r.expires - now)
			return
		}
		p.waiting.pop()
		delete(p.client.unsent, r.ID)
		p.client.log(event.RequestFailed{Request: r.ID, Failure: host.Timeout, After: now - r.due})
		r.end()
	}
}

// turns is a list of connections in the order of their turns. It is linked
// through the connections themselves, so that each operation takes constant
// time.
type turns struct{ first, last *connection }

func (t *turns) push(c *connection) {
	c.before, c.after = t.last, nil
	if t.last == nil {
		t.first = c
	} else {
		t.last.after = c
	}
	t.last = c
}

func (t *turns) pop() *connection {
	c := t.first
	if c != nil {
		t.remove(c)
	}
	return c
}

func (t *turns) remove(c *connection) {
	if c.before == nil {
		t.first = c.after
	} else {
		c.before.after = c.after
	}
	if c.after == nil {
		t.last = c.before
	} else {
		c.after.before = c.before
	}
	c.before, c.after = nil, nil
}

// queue holds the waiting requests, first come, first served.
type queue struct {
	requests []*request
	head     int
}

func (q *queue) len() int { return len(q.requests) - q.head }

func (q *queue) first() *request { return q.requests[q.head] }

func (q *queue) push(r *request) {
	if q.head > 0 && len(q.requests) == cap(q.requests) {
		n := copy(q.requests, q.requests[q.head:])
		clear(q.requests[n:])
		q.requests, q.head = q.requests[:n], 0
	}
	q.requests = append(q.requests, r)
}

func (q *queue) pop() *request {
	r := q.requests[q.head]
	q.requests[q.head] = nil
	if q.head++; q.head == len(q.requests) {
		q.requests, q.head = q.requests[:0], 0
	}
	return r
}
