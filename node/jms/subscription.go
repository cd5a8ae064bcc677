package jms

import (
	"fmt"
	"strconv"
	"time"

	"github.com/cablepull/cablepull/node/broker/queue"
	"github.com/cablepull/cablepull/node/session"
	"github.com/cablepull/cablepull/sim"
)

// Subscription is what a client gets from a broker. It ends with its
// connection.
type Subscription struct {
	From     queue.Address
	Prefetch int
	Token    uint64 // of a lease; 0: none
	// OnMessage takes a message, and OnEnd the end: of the connection, or because
	// the token is old. Both must not park.
	OnMessage func(Delivery)
	OnEnd     func()

	number int
	conn   *conn
}

// Delivery is a message that a subscription has got.
type Delivery struct {
	Message queue.Message
	Count   int // how often the broker has delivered it; above 1 it is a redelivery
	Sub     *Subscription
	tag     uint64
}

// Subscribe begins a subscription on the connection that there is.
func (c *Client) Subscribe(s *Subscription) error {
	if c.conn == nil {
		return fmt.Errorf("jms: %s: subscribe: %w", c.name, ErrLost)
	}
	c.subs++
	s.number, s.conn = c.subs, c.conn
	c.conn.subs = append(c.conn.subs, s)
	c.conn.link.Post(session.New("subscribe", strconv.Itoa(s.number), s.From.String(), strconv.Itoa(s.Prefetch), decimal(s.Token)))
	return nil
}

// delivered hands a message to its subscription.
func (k *conn) delivered(m session.Message, number func(int) uint64) {
	for _, s := range k.subs {
		if s.number == int(number(0)) {
			s.OnMessage(Delivery{
				Message: queue.Message{Publisher: m.Field(4), Number: number(5), Text: m.Field(6)},
				Count:   int(number(2)), Sub: s, tag: number(1),
			})
			return
		}
	}
}

func (k *conn) endSubscription(number int) {
	for i, s := range k.subs {
		if s.number == number {
			k.subs = append(k.subs[:i:i], k.subs[i+1:]...)
			s.OnEnd()
			return
		}
	}
}

// Acknowledge tells the broker that a message is done, and waits until it says
// that it knows. After ErrLost and ErrTimeout it may know or not.
func (c *Client) Acknowledge(p *sim.Proc, d Delivery, within time.Duration) error {
	k := d.Sub.conn
	if k.over {
		return fmt.Errorf("jms: %s: acknowledge: %w", c.name, ErrLost)
	}
	_, err := k.ask(p, key{'a', d.Sub.number, d.tag}, within, session.New("ack", strconv.Itoa(d.Sub.number), decimal(d.tag)))
	return err
}

// AcknowledgeLater tells the broker that a message is done, and does not wait.
func (c *Client) AcknowledgeLater(d Delivery) {
	if k := d.Sub.conn; !k.over {
		k.link.Post(session.New("ack", strconv.Itoa(d.Sub.number), decimal(d.tag)))
	}
}

// Unsubscribe ends a subscription; the broker gives to others what was not
// acknowledged. OnEnd is not called.
func (c *Client) Unsubscribe(s *Subscription) {
	k := s.conn
	for i, other := range k.subs {
		if other == s {
			k.subs = append(k.subs[:i:i], k.subs[i+1:]...)
			k.link.Post(session.New("unsubscribe", strconv.Itoa(s.number)))
			return
		}
	}
}

// Listen keeps a subscription for as long as the machine runs or the client
// connects: what ends is begun again. Its messages are acknowledged at once.
func (c *Client) Listen(from queue.Address, prefetch int, take func(queue.Message)) {
	c.host.Go(c.name+" subscriber", func(p *sim.Proc) {
		for !c.given {
			if c.Connect(p) != nil {
				p.Sleep(c.cfg.ReconnectDelay)
				continue
			}
			over := false
			s := &Subscription{From: from, Prefetch: prefetch, OnEnd: func() { over = true; p.Wake() }}
			s.OnMessage = func(d Delivery) {
				c.AcknowledgeLater(d)
				take(d.Message)
			}
			if c.Subscribe(s) == nil {
				for !over {
					p.Park()
				}
			}
		}
	})
}

// Lease is what a client asks for of a lease.
type Lease struct {
	Name, Holder string
	Token        uint64        // of the grant that is renewed; 0: a new one
	Time         time.Duration // how long the holder will count on it
	Drift        float64       // how far each of the two clocks may be off
}

// Acquire asks for a lease or renews it. It returns the token. The holder must
// count the time from before the call. Without an answer in time the connection
// is given up: its answer could be taken for that of the next call.
func (c *Client) Acquire(p *sim.Proc, l Lease, within time.Duration) (token uint64, err error) {
	if err := c.Connect(p); err != nil {
		return 0, err
	}
	k := c.conn
	drift := strconv.FormatFloat(l.Drift, 'g', -1, 64)
	m, err := k.ask(p, key{kind: 'l'}, within, session.New("acquire", l.Name, l.Holder, decimal(l.Token), l.Time.String(), drift))
	if err != nil {
		c.dropSilent(k, err)
		return 0, err
	}
	token, err = strconv.ParseUint(m.Field(0), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("jms: %s: acquire: %w", c.name, err)
	}
	return token, nil
}

// Release gives a lease back, if there is a connection.
func (c *Client) Release(l Lease) {
	if c.conn != nil {
		c.conn.link.Post(session.New("release", l.Name, l.Holder, decimal(l.Token)))
	}
}
