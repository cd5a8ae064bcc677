package jms

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/cablepull/cablepull/node/broker/queue"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/session"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// What can go wrong.
var (
	// ErrUnreachable: no broker of the list could be connected to.
	ErrUnreachable = errors.New("no broker could be reached")
	// ErrGivenUp: the client does not connect any more.
	ErrGivenUp = errors.New("the client has given up")
	// ErrLost: the connection has ended, and with it the answer, if there was one.
	ErrLost = errors.New("the connection is lost")
	// ErrRefused: the broker has refused it.
	ErrRefused = errors.New("refused")
	// ErrToken: it has refused it because of an old token.
	ErrToken = fmt.Errorf("%w: %s", ErrRefused, queue.ReasonToken)
)

// Client is a connection to one of several brokers.
type Client struct {
	host    *host.Host
	name    string // of the program, for events
	cfg     topology.Brokers
	walk    Walk
	conn    *conn // nil: there is none
	waiting []*sim.Proc
	walking bool // a proc is connecting
	given   bool // up
	subs    int  // number of the last subscription
}

// New returns a client that is not connected. cfg must be complete; name is
// that of the program, in events.
func New(h *host.Host, name string, cfg topology.Brokers) *Client {
	c := &Client{host: h, name: name, cfg: cfg, walk: NewWalk(cfg)}
	if cfg.Return > 0 && len(cfg.List) > 1 {
		h.Go(name+" return", c.comeBack)
	}
	return c
}

// Connected returns the broker that the client is connected to, by its place in
// the list; false: to none.
func (c *Client) Connected() (broker int, ok bool) { return c.walk.At(), c.conn != nil }

// GivenUp reports whether the client will not connect any more.
func (c *Client) GivenUp() bool { return c.given }

// Connect parks until the client is connected, or all attempts have failed. A
// second proc waits for what the first one finds.
func (c *Client) Connect(p *sim.Proc) error {
	for c.walking {
		c.waiting = append(c.waiting, p)
		p.Park()
	}
	if c.conn != nil {
		return nil
	}
	if c.given {
		return fmt.Errorf("jms: %s: connect: %w", c.name, ErrGivenUp)
	}
	c.walking = true
	defer func() {
		c.walking = false
		for _, w := range c.waiting {
			w.Wake()
		}
		c.waiting = nil
	}()
	for {
		broker, delay, ok := c.walk.Next()
		if !ok {
			break
		}
		if delay > 0 {
			p.Sleep(delay)
		}
		address := c.cfg.List[broker].Address
		link, err := session.Dial(c.host, address, c.cfg.ConnectTimeout)
		if err != nil {
			c.log(address.String(), "failed", cmp.Or(host.Failure(err), "failed"))
			continue
		}
		c.walk.Connected()
		c.connected(link)
		c.log(address.String(), "connected", "")
		return nil
	}
	if !*c.cfg.Reconnect || c.cfg.Failover == topology.FailoverNone {
		c.giveUp()
	}
	return fmt.Errorf("jms: %s: connect: %w", c.name, ErrUnreachable)
}

func (c *Client) log(broker, state, why string) {
	c.host.Log(event.BrokerConnection{Program: c.name, Broker: broker, State: state, Reason: why})
}

func (c *Client) giveUp() {
	if !c.given {
		c.given = true
		c.log(c.cfg.List[c.walk.At()].Address.String(), "given-up", "")
	}
}

// connected begins the use of a connection.
func (c *Client) connected(l *session.Link) {
	k := &conn{client: c, link: l, broker: c.cfg.List[c.walk.At()].Address.String()}
	c.conn = k
	k.beats = c.host.Scope().NewTimer(sim.Func(k.beat))
	l.Post(session.New("open", c.host.Name()+"/"+c.name, c.cfg.Heartbeat.String()))
	if c.cfg.Heartbeat > 0 {
		k.beats.Reset(c.cfg.Heartbeat)
	}
	c.host.Go(c.name+" reader", k.read)
}

// ended is called once when a connection has ended.
func (c *Client) ended(k *conn, why string) {
	if c.conn != k {
		return // it was given up by the client itself
	}
	c.conn = nil
	c.log(k.broker, "lost", why)
	if !*c.cfg.Reconnect || c.cfg.Failover == topology.FailoverNone {
		c.giveUp()
	}
}

// Close ends the connection, if there is one. The client can connect again.
func (c *Client) Close() {
	if k := c.conn; k != nil {
		c.conn = nil
		k.end()
		k.link.Close()
	}
}

// drop ends a connection that is of no use.
func (c *Client) drop(k *conn) {
	k.end()
	k.link.Abort()
}

// dropSilent ends a connection whose broker did not answer in time.
func (c *Client) dropSilent(k *conn, err error) {
	if errors.Is(err, host.ErrTimeout) {
		c.ended(k, "no answer")
		c.drop(k)
	}
}

// comeBack looks again and again whether the first broker of the list can be
// connected to, while another one is, and goes back to it then.
func (c *Client) comeBack(p *sim.Proc) {
	for {
		p.Sleep(c.cfg.Return)
		if at, ok := c.Connected(); !ok || at == 0 {
			continue
		}
		first := c.cfg.List[0].Address
		link, err := session.Dial(c.host, first, cmp.Or(c.cfg.ConnectTimeout, c.cfg.Return))
		if err != nil {
			continue
		}
		link.Close()
		if c.conn != nil {
			c.walk.Return()
			k := c.conn
			c.ended(k, "the first broker is back")
			c.drop(k)
		}
	}
}

// Publish sends a message and waits until the broker has it. It connects first,
// if need be, which may block for as long as the list allows. After ErrLost and
// host.ErrTimeout the broker may have it or not. A time of 0 waits as long as
// the connection lives; after any other one without an answer the connection is
// given up.
func (c *Client) Publish(p *sim.Proc, to queue.Address, m queue.Message, within time.Duration) error {
	if err := c.Connect(p); err != nil {
		c.failed(to, m, err)
		return err
	}
	k := c.conn
	_, err := k.ask(p, key{'p', 0, m.Number}, within, publish(to, m))
	if err != nil {
		c.dropSilent(k, err)
		c.failed(to, m, err)
		return err
	}
	c.published(k, to, m, true)
	return nil
}

// Send sends messages, which share segments, and waits only until TCP has taken
// them.
func (c *Client) Send(p *sim.Proc, to queue.Address, messages ...queue.Message) error {
	err := c.Connect(p)
	k := c.conn
	if err == nil {
		for _, m := range messages[:len(messages)-1] {
			k.link.Post(publish(to, m))
		}
		if k.link.Send(p, 0, publish(to, messages[len(messages)-1])) != nil {
			err = fmt.Errorf("jms: %s: send: %w", c.name, ErrLost)
		}
	}
	for _, m := range messages {
		if err != nil {
			c.failed(to, m, err)
		} else {
			c.published(k, to, m, false)
		}
	}
	return err
}

func publish(to queue.Address, m queue.Message) session.Message {
	kept := "off"
	if m.Persistent {
		kept = "on"
	}
	return session.New("publish", to.String(), decimal(m.Number), m.Publisher, kept, m.Text)
}

func (c *Client) published(k *conn, to queue.Address, m queue.Message, confirmed bool) {
	c.host.Log(event.MessagePublished{To: to.String(), Publisher: m.Publisher, Number: m.Number, Broker: k.broker, Confirmed: confirmed})
}

func (c *Client) failed(to queue.Address, m queue.Message, err error) {
	c.host.Log(event.MessageFailed{To: to.String(), Publisher: m.Publisher, Number: m.Number, Reason: Reason(err)})
}

// Reason names an error in a few words.
func Reason(err error) string {
	for _, known := range []error{ErrToken, ErrRefused, ErrGivenUp, ErrUnreachable, ErrLost, host.ErrTimeout} {
		if errors.Is(err, known) {
			return map[error]string{
				ErrToken: "old token", ErrRefused: "refused", ErrGivenUp: "given up", ErrUnreachable: "unreachable", ErrLost: "lost",
				host.ErrTimeout: "timeout",
			}[known]
		}
	}
	return "failed"
}

func decimal(n uint64) string { return strconv.FormatUint(n, 10) }
