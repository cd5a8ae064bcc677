package ldap

import (
	"bufio"
	"errors"
	"net"

	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
)

// Service is what a server serves.
type Service interface {
	// Ready parks until the service may accept its next connection.
	Ready(p *sim.Proc)
	// Open is called for each connection. It returns the session that decides about
	// its binds, or nil to reset it. It runs in the accepting proc: while it is
	// parked, no other connection is accepted.
	Open(p *sim.Proc, c web.Conn) Session
}

// Session decides about the binds of one connection, one after another.
type Session interface {
	// Bind returns the result of a bind. False resets the connection instead of
	// answering.
	Bind(p *sim.Proc, r BindRequest) (Result, bool)
	// Close is called once the connection has ended. When the machine crashes it is
	// also called, and then it must not park.
	Close()
}

// Server accepts connections and answers binds. It is unwilling to perform
// other operations.
type Server struct {
	// Node is the server's name, for its procs.
	Node string
	// Go starts a proc on the server's machine.
	Go func(name string, body func(*sim.Proc)) *sim.Proc
	// Service decides.
	Service Service

	open []*serving
}

// Serve accepts connections from l and serves each in a proc of its own. It
// runs in p until l fails, and returns the error.
func (s *Server) Serve(p *sim.Proc, l net.Listener) error {
	for {
		s.Service.Ready(p)
		accepted, err := l.Accept()
		if err != nil {
			return err
		}
		c, ok := accepted.(web.Conn)
		if !ok {
			accepted.Close()
			return errors.New("ldap: serve: a connection of the listener has no Abort")
		}
		session := s.Service.Open(p, c)
		if session == nil {
			c.Abort()
			continue
		}
		v := &serving{server: s, conn: c, in: bufio.NewReader(c), session: session, place: len(s.open)}
		s.open = append(s.open, v)
		s.Go("ldap "+s.Node, v.run)
	}
}

// Len returns the number of open connections.
func (s *Server) Len() int { return len(s.open) }

// Drain closes the connections: idle ones at once, the others after the current
// response.
func (s *Server) Drain() {
	for _, v := range s.open {
		v.closing = true
		if !v.busy {
			v.conn.Close()
		}
	}
}

// serving is the server's end of one connection.
type serving struct {
	server  *Server
	conn    web.Conn
	in      *bufio.Reader
	session Session
	place   int // in server.open
	busy    bool
	closing bool
}

func (v *serving) run(p *sim.Proc) {
	defer v.end()
	for !v.closing {
		m, err := read(v.in)
		if err != nil {
			return // a server may close on what it does not understand: RFC 4511 §4.1.1
		}
		v.busy = true
		if !v.answer(p, m) {
			return
		}
		v.busy = false
	}
}

// answer answers a message. It reports whether the connection stays.
func (v *serving) answer(p *sim.Proc, m message) bool {
	var response []byte
	switch tag := m.op.Tag; tag {
	case tagBindRequest:
		r, result, err := m.bindRequest()
		if err != nil {
			return false
		}
		if result == Success {
			var answers bool
			if result, answers = v.session.Bind(p, r); !answers {
				v.conn.Abort()
				return false
			}
		}
		response = BindResponse{ID: m.id, Result: result}.Marshal()
	case tagAbandon:
		return true
	default:
		reply, known := responses[tag]
		if !known { // an unbind has no response
			return false
		}
		response = BindResponse{ID: m.id, Result: UnwillingToPerform}.marshal(reply)
	}
	_, err := v.conn.Write(response)
	return err == nil
}

// end is deferred: it also runs when the machine crashes.
func (v *serving) end() {
	v.session.Close()
	v.conn.Close()
	open := v.server.open
	last := len(open) - 1
	open[v.place] = open[last]
	open[v.place].place = v.place
	open[last] = nil
	v.server.open = open[:last]
}
