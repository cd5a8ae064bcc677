package client

import (
	"errors"
	"net"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// connection is a slot in a client's pool: a proc that opens a connection when
// a request needs it, carries requests one after another, and reopens it after
// it has ended. While the connection is idle the proc waits for its end, so
// that a reset or a close is noticed when it happens, not at the next request.
type connection struct {
	pool          *pool
	proc          *sim.Proc
	before, after *connection // in its list of turns

	wanted   bool // to be opened without a request
	request  *request
	number   uint64 // of what is open now, or was last
	answered int
	conn     web.Conn  // TLS, if the target is https
	link     *web.Link // nil: not open
	broken   error     // the request could not be written
}

// take gives the connection a request. It runs in the caller's proc: on an open
// connection the request is written at once.
func (c *connection) take(r *request) {
	c.request = r
	if c.link == nil {
		c.proc.Wake()
		return
	}
	c.send()
}

// open opens the connection for later requests, unless it is already open.
func (c *connection) open() {
	if c.link == nil && c.request == nil {
		c.wanted = true
		c.proc.Wake()
	}
}

func (c *connection) run(p *sim.Proc) {
	defer c.unwind()
	for {
		for c.request == nil && !c.wanted {
			p.Park()
		}
		c.wanted = false
		err := c.dial()
		r := c.request
		switch {
		case r == nil: // its turn is still to come
		case err == nil:
			c.send()
		default:
			c.request = nil
			c.pool.failed(r, c.number, failure(err))
			c.pool.release(c)
		}
		for c.link != nil {
			c.next()
		}
	}
}

// unwind is deferred: the machine has crashed.
func (c *connection) unwind() {
	if c.link != nil {
		c.link.Release()
	}
}

func (c *connection) dial() error {
	client := c.pool.client
	c.number, c.answered, c.broken = client.ledger.connection(), 0, nil
	client.log(event.ConnOpened{Conn: c.number, Target: client.target.String()})
	began := client.host.Scope().Elapsed()
	conn, err := client.host.Dial(client.target, client.cfg.Connect)
	if err == nil {
		c.conn, err = client.secured(conn, client.cfg.Connect-(client.host.Scope().Elapsed()-began))
	}
	if err != nil {
		client.log(event.ConnClosed{Conn: c.number, How: ending(failure(err))})
		return err
	}
	client.log(event.ConnEstablished{Conn: c.number, Local: conn.LocalAddrPort().String()})
	if k := client.cfg.KeepAlive; k != nil {
		conn.SetKeepAlive(host.KeepAlive{Idle: k.Idle, Interval: k.Interval, Count: k.Count})
	}
	if client.cfg.UserTimeout > 0 {
		conn.SetUserTimeout(client.cfg.UserTimeout)
	}
	c.link = web.NewLink(c.conn)
	return nil
}

// close ends the connection and records how it ended.
func (c *connection) close(how string) {
	c.link.Release()
	c.conn.Close()
	c.conn, c.link = nil, nil
	c.pool.client.log(event.ConnClosed{Conn: c.number, How: how, Answered: c.answered})
}

// send writes the request.
func (c *connection) send() {
	client := c.pool.client
	c.conn.SetTimeout(client.cfg.Timeout)
	delete(client.unsent, c.request.ID)
	client.log(event.RequestSent{Request: c.request.ID, Conn: c.number, Attempt: c.request.Attempt})
	if err := c.link.Send(&c.request.Request); err != nil {
		c.broken = err
		c.conn.Abort() // wakes the proc, which reports the failure
	}
}

// next waits for the next event on the open connection: an answer, or its end.
func (c *connection) next() {
	err := c.link.Await()
	if c.request == nil {
		c.ended(err)
		return
	}
	r := c.request
	var answer web.Answer
	if c.broken != nil {
		err = c.broken
	} else if err == nil {
		answer, err = c.link.Receive(&r.Request)
	}
	c.request = nil
	if err != nil {
		c.fail(r, err)
	} else {
		c.succeed(r, answer)
	}
	if c.pool.release(c); c.request != nil && c.link != nil {
		c.send()
	}
}

// ended handles an idle connection that ended or received unsolicited bytes.
func (c *connection) ended(err error) {
	how := byClient // idle for too long
	var deadline *net.OpError
	if err == nil {
		c.pool.client.log(event.AnswerMismatched{Conn: c.number, Detail: "an answer that nobody asked for"})
	} else if !errors.As(err, &deadline) || !errors.Is(err, host.ErrTimeout) { // such as TCP's own timeout
		how = ending(failure(err))
	}
	c.close(how)
	c.pool.lost(c)
}

// fail ends the attempt and the connection.
func (c *connection) fail(r *request, err error) {
	var mismatch *web.MismatchError
	if errors.As(err, &mismatch) {
		c.pool.client.log(event.AnswerMismatched{Request: r.ID, Conn: c.number, Detail: mismatch.Detail})
	}
	c.close(ending(failure(err)))
	c.pool.failed(r, c.number, failure(err))
}

// succeed records an answer and decides whether to keep the connection.
func (c *connection) succeed(r *request, a web.Answer) {
	client := c.pool.client
	c.answered++
	good := a.Status < 500
	if good {
		client.log(event.RequestAnswered{
			Request: r.ID, Conn: c.number, By: a.Node, Status: a.Status,
			Latency: client.host.Now() - r.due,
		})
	}
	switch {
	case a.Close:
		c.close(byServer)
	case client.cfg.Mode == topology.ModeNew:
		c.close(byClient)
	default:
		c.conn.SetTimeout(client.cfg.Idle)
	}
	if good {
		r.end()
	} else {
		c.pool.failed(r, c.number, StatusFailure(a.Status))
	}
}
