package oracle

import (
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// matching checks that answers belong to their requests. A connection carries
// one request at a time, so it is enough to remember the latest of each.
type matching struct {
	watch  *watch
	open   map[uint64]*carried
	locals map[string]uint64 // established connections by the client's ip:port
	closed []uint64          // at the present instant
	at     time.Duration
}

// carried is the latest request of a connection.
type carried struct {
	local                  string
	request                uint64
	sent, served, answered int
	told                   bool
}

func newMatching(w *watch) *matching {
	return &matching{watch: w, open: map[uint64]*carried{}, locals: map[string]uint64{}}
}

var matchingReads = event.SetOf(
	event.ConnEstablished{}, event.ConnClosed{}, event.RequestSent{}, event.RequestServed{},
	event.RequestAnswered{}, event.AnswerMismatched{},
)

// reads implements fold.
func (*matching) reads() event.Set { return matchingReads }

// Observe implements fold.
func (m *matching) Observe(e event.Event) {
	if e.At > m.at {
		m.forget()
		m.at = e.At
	}
	switch b := e.What.(type) {
	case event.ConnEstablished:
		m.locals[b.Local] = b.Conn
		m.connection(b.Conn).local = b.Local
	case event.ConnClosed:
		m.closed = append(m.closed, b.Conn) // its last answer may be logged later
	case event.RequestSent:
		if b.Conn == 0 {
			return // a ping, which compares the answers itself
		}
		c := m.connection(b.Conn)
		if c.request != b.Request {
			*c = carried{local: c.local, request: b.Request}
		}
		c.sent++
	case event.RequestServed:
		m.served(e, b)
	case event.RequestAnswered:
		m.answered(e, b)
	case event.AnswerMismatched:
		m.watch.report(e.At, "%s got a wrong answer to request %d: %s", e.Node, b.Request, b.Detail)
	}
}

func (m *matching) connection(conn uint64) *carried {
	c := m.open[conn]
	if c == nil {
		c = &carried{}
		m.open[conn] = c
	}
	return c
}

// forget drops closed connections.
func (m *matching) forget() {
	for _, conn := range m.closed {
		if c := m.open[conn]; c != nil && m.locals[c.local] == conn {
			delete(m.locals, c.local)
		}
		delete(m.open, conn)
	}
	m.closed = m.closed[:0]
}

// served counts what services answered on connections of clients; requests from
// a gateway to a back end do not count.
func (m *matching) served(e event.Event, b event.RequestServed) {
	conn, known := m.locals[b.Client]
	if !known {
		return
	}
	c := m.connection(conn)
	if c.request != b.Request {
		return // late, for a connection before this one
	}
	if c.served++; c.served > c.sent && !c.told {
		c.told = true
		m.watch.report(e.At, "%s answered request %d of %s %d times, it was sent %d times", e.Node, b.Request, b.Client, c.served, c.sent)
	}
}

func (m *matching) answered(e event.Event, b event.RequestAnswered) {
	if b.Conn == 0 {
		return
	}
	c := m.connection(b.Conn)
	if c.request != b.Request {
		m.watch.report(e.At, "%s got an answer to request %d on connection %d, on which it does not wait for one", e.Node, b.Request, b.Conn)
		return
	}
	if c.answered++; c.answered > c.sent && !c.told {
		c.told = true
		m.watch.report(e.At, "%s got %d answers to request %d, which it sent %d times", e.Node, c.answered, b.Request, c.sent)
	}
}

// Finish implements fold.
func (m *matching) Finish(time.Duration) {}
