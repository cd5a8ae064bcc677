package broker

import (
	"strconv"
	"time"

	"github.com/cablepull/cablepull/node/broker/queue"
	"github.com/cablepull/cablepull/node/session"
	"github.com/cablepull/cablepull/sim"
)

// connection is one connection to a broker.
type connection struct {
	broker *Broker
	number int
	link   *session.Link

	every     time.Duration // between heartbeats; 0: there are none
	heartbeat *sim.Timer
	heard     time.Duration // when something last came

	about string // what it has subscribed to or acquired last, and with which token
	token uint64
}

// silences is how many heartbeats may be missing.
const silences = 2

// Close implements session.Session.
func (c *connection) Close() {
	c.heartbeat.Stop()
	if c.broker.sessions[c.number] == c {
		delete(c.broker.sessions, c.number)
		if c.broker.host.Scope().Alive() {
			c.broker.step(queue.End{Session: c.number})
		}
	}
}

// beat says something, or ends a connection that has long been silent.
func (c *connection) beat() {
	if c.broker.host.Scope().Elapsed()-c.heard >= silences*c.every {
		c.link.Abort()
		return
	}
	c.link.Post(session.New("ping"))
	c.heartbeat.Reset(c.every)
}

// Receive implements session.Session. What makes no sense ends the connection.
func (c *connection) Receive(_ *sim.Proc, m session.Message) bool {
	b := c.broker
	if b.sessions[c.number] != c {
		return false // the process has ended meanwhile
	}
	c.heard = b.host.Scope().Elapsed()
	f := fields{m: m}
	var e queue.Event
	switch m.Verb {
	case "ping":
		return true
	case "open":
		c.every = f.span(1)
		if c.every > 0 && !f.bad {
			c.heartbeat.Reset(c.every)
		}
		return !f.bad
	case "publish":
		e = queue.Publish{Session: c.number, To: f.address(0), Message: queue.Message{
			Number: f.number(1), Publisher: m.Field(2), Persistent: m.Field(3) == "on", Text: m.Field(4),
		}}
	case "subscribe":
		s := queue.Subscribe{Session: c.number, Subscription: f.int(0), From: f.address(1), Prefetch: f.int(2), Token: f.number(3)}
		c.about, c.token = s.From.Name, s.Token
		e = s
	case "ack":
		e = queue.Acknowledge{Session: c.number, Subscription: f.int(0), Delivery: f.number(1)}
	case "return":
		e = queue.Return{Session: c.number, Subscription: f.int(0), Delivery: f.number(1)}
	case "unsubscribe":
		e = queue.Unsubscribe{Session: c.number, Subscription: f.int(0)}
	case "acquire":
		a := queue.Acquire{Session: c.number, Lease: m.Field(0), Holder: m.Field(1), Token: f.number(2), Time: f.span(3), Drift: f.share(4)}
		c.about, c.token = a.Lease, a.Token
		e = a
	case "release":
		e = queue.Release{Session: c.number, Lease: m.Field(0), Holder: m.Field(1), Token: f.number(2)}
	default:
		return false
	}
	if f.bad {
		return false
	}
	b.step(e)
	return true
}

// fields reads the fields of a message.
type fields struct {
	m   session.Message
	bad bool // one cannot be read
}

func (f *fields) number(n int) uint64 {
	v, err := strconv.ParseUint(f.m.Field(n), 10, 64)
	f.bad = f.bad || err != nil
	return v
}

func (f *fields) int(n int) int {
	v, err := strconv.Atoi(f.m.Field(n))
	f.bad = f.bad || err != nil
	return v
}

func (f *fields) share(n int) float64 {
	v, err := strconv.ParseFloat(f.m.Field(n), 64)
	f.bad = f.bad || err != nil
	return v
}

func (f *fields) span(n int) time.Duration {
	v, err := time.ParseDuration(f.m.Field(n))
	f.bad = f.bad || err != nil || v < 0
	return v
}

// address reads "queue NAME" or "topic NAME".
func (f *fields) address(n int) queue.Address {
	a, ok := queue.ParseAddress(f.m.Field(n))
	f.bad = f.bad || !ok
	return a
}

func decimal(n uint64) string { return strconv.FormatUint(n, 10) }
