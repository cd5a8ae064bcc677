package database

import (
	"time"

	"github.com/cablepull/cablepull/node/database/engine"
	"github.com/cablepull/cablepull/node/session"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// conn is the connection of a client or a replica.
type conn struct {
	database *Database
	link     *session.Link
	number   int
	asked    engine.Verb
	refused  bool

	replica bool
	fed     bool // it has what it lacked
	heardAt time.Duration
	ended   bool
}

// Open implements session.Service.
func (d *Database) Open(_ *sim.Proc, l *session.Link) session.Session {
	if d.engine == nil {
		return nil // killed meanwhile
	}
	d.next++
	c := &conn{database: d, link: l, number: d.next}
	d.conns[c.number] = c
	d.step(engine.Event{Kind: engine.Connected, Session: c.number})
	if !c.refused {
		role := "primary"
		if d.engine.Replica() {
			role = "replica"
		}
		l.Post(session.New(VerbWelcome, role))
	}
	return c
}

// Receive implements session.Session.
func (c *conn) Receive(_ *sim.Proc, m session.Message) bool {
	d := c.database
	if c.refused || d.conns[c.number] != c {
		return false
	}
	switch {
	case m.Verb == verbAttach:
		c.attach(engine.Position{Timeline: m.Field(0), Number: numberOf(m.Field(1))})
		return true
	case m.Verb == verbAck && c.replica:
		c.heardAt = d.now()
		d.step(engine.Event{Kind: engine.Acknowledged, Session: c.number, Position: engine.Position{Timeline: m.Field(0), Number: numberOf(m.Field(1))}})
		return true
	}
	st, ok := statementOf(m)
	if !ok || c.replica {
		return false
	}
	c.asked = st.Verb
	d.step(engine.Event{Kind: engine.Asked, Session: c.number, Statement: st})
	return true
}

// Close implements session.Session.
func (c *conn) Close() {
	d := c.database
	c.ended = true
	if d.conns[c.number] != c {
		return // the server was killed
	}
	delete(d.conns, c.number)
	if d.host.Scope().Alive() {
		d.step(engine.Event{Kind: engine.Disconnected, Session: c.number})
	}
}

// do carries out an action of the engine on the connection.
func (c *conn) do(a engine.Action) {
	switch a.Kind {
	case engine.Reply:
		if a.Answer.Code != engine.OK {
			c.log(codes[a.Answer.Code])
		}
		c.link.Post(answerOf(c.asked, a.Answer))
	case engine.Refuse:
		c.refused = true
		c.log(codes[a.Answer.Code])
		c.link.Post(session.New(VerbRefused, codes[a.Answer.Code]))
		c.link.Close()
	case engine.Send:
		c.link.Post(feedOf(a.Feed, !c.fed)...)
		c.fed = true
	}
}

func (c *conn) log(reason string) {
	c.database.host.Log(event.DatabaseRefused{Client: c.link.Conn().RemoteAddrPort().String(), Reason: reason})
}

// attach makes the connection that of a replica.
func (c *conn) attach(at engine.Position) {
	d := c.database
	c.replica, c.heardAt = true, d.now()
	d.step(engine.Event{Kind: engine.Attached, Session: c.number, Position: at})
	if c.refused {
		return
	}
	d.host.Go("database replica", c.beat)
}

// How a primary and a replica notice that the other one is gone: PostgreSQL's
// wal_sender_timeout and wal_receiver_timeout, with a beat in between.
const (
	beatTime    = 10 * time.Second
	silenceTime = 60 * time.Second
)

// beat says to a replica that nothing is new, and ends with it.
func (c *conn) beat(p *sim.Proc) {
	for {
		p.Sleep(beatTime)
		if c.ended {
			return
		}
		if c.database.now()-c.heardAt >= silenceTime {
			c.link.Abort()
			return
		}
		c.link.Post(session.New(verbBeat))
	}
}
