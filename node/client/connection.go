package client

import (
	"errors"
	"net"
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/ftp"
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
	conn     web.Conn      // TLS, if the target is https
	link     link          // nil: not open
	broken   error         // the request could not be written
	until    time.Duration // the time limit of the request, by the machine's clock
}

// link is how requests are asked on a connection: HTTP's *web.Link, or FTP's
// *ftp.Link.
type link interface {
	// Send asks. It may run in any proc.
	Send(*web.Request) error
	// Await parks until an answer begins or the connection ends.
	Await() error
	// Receive reads the answer.
	Receive(*web.Request) (web.Answer, error)
	// Release ends the use of the link.
	Release()
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
	c.number, c.answered, c.broken = 0, 0, nil
	target, err := client.address()
	if err != nil {
		return err
	}
	number, conn, err := client.connect(target, client.cfg.Connect)
	c.number = number
	if err != nil {
		return err
	}
	c.conn = conn
	if client.target.Scheme == topology.SchemeFTP {
		c.link = ftp.NewLink(conn, c.dialData)
	} else {
		c.link = web.NewLink(conn)
	}
	return nil
}

// address returns the address to connect to: of a name that has several, the
// first.
func (c *Client) address() (netip.AddrPort, error) {
	if c.names == nil {
		return c.target.Address, nil
	}
	all, err := c.names.Resolve(c.target.Name)
	if err != nil {
		return netip.AddrPort{}, err
	}
	return netip.AddrPortFrom(all[0], c.target.Address.Port()), nil
}

// connect opens a connection of the client, and logs its number and what
// becomes of it.
func (c *Client) connect(target netip.AddrPort, limit time.Duration) (number uint64, opened web.Conn, err error) {
	number = c.ledger.connection()
	c.log(event.ConnOpened{Conn: number, Target: target.String()})
	began := c.host.Scope().Elapsed()
	plain, err := c.host.Dial(target, limit)
	if err == nil {
		opened, err = c.secured(plain, limit-(c.host.Scope().Elapsed()-began))
	}
	if err != nil {
		c.log(event.ConnClosed{Conn: number, How: ending(err)})
		return number, nil, err
	}
	c.log(event.ConnEstablished{Conn: number, Local: plain.LocalAddrPort().String()})
	if k := c.cfg.KeepAlive; k != nil {
		plain.SetKeepAlive(host.KeepAlive{Idle: k.Idle, Interval: k.Interval, Count: k.Count})
	}
	if c.cfg.UserTimeout > 0 {
		plain.SetUserTimeout(c.cfg.UserTimeout)
	}
	return number, opened, nil
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
	c.until = client.host.Scope().Elapsed() + client.cfg.Timeout
	delete(client.unsent, c.request.ID)
	if jar := c.request.session.jar; jar != nil {
		c.request.Cookie = jar.Cookie()
	}
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
		how = ending(err)
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
	c.close(ending(err))
	c.pool.failed(r, c.number, failure(err))
}

// succeed records an answer and decides whether to keep the connection.
func (c *connection) succeed(r *request, a web.Answer) {
	client := c.pool.client
	c.answered++
	client.answered(r, a)
	good := client.isGood(a.Status)
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
