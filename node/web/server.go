package web

import (
	"errors"
	"net"
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/sim"
)

// Conn is a connection as a server needs it; *host.Conn is one.
type Conn interface {
	net.Conn
	// AwaitRead parks until Read would not.
	AwaitRead() error
	// SetTimeout makes reads and writes fail once d has passed; 0 means never. The
	// error is a net.Error whose Timeout is true.
	SetTimeout(d time.Duration)
	// Abort ends the connection with a reset.
	Abort()
	RemoteAddrPort() netip.AddrPort
}

// Service is what a server serves.
type Service interface {
	// Ready parks until the service may accept its next connection.
	Ready(p *sim.Proc)
	// Open is called for each connection. It returns the session that answers its
	// requests, or nil to reset it. It runs in the accepting proc: while it is
	// parked, no other connection is accepted.
	Open(p *sim.Proc, c Conn) Session
}

// Session answers the requests of one connection, one after another.
type Session interface {
	// Serve answers one request through x. If it leaves the request unanswered, the
	// connection is closed.
	Serve(p *sim.Proc, x *Exchange)
	// Close is called once the connection has ended. When the machine crashes it is
	// also called, and then it must not park.
	Close()
}

// Server accepts connections and keeps them alive between requests.
type Server struct {
	// Node is the server's name in its answers.
	Node string
	// Go starts a proc on the server's machine.
	Go func(name string, body func(*sim.Proc)) *sim.Proc
	// Service answers the requests.
	Service Service
	// Transparent leaves the name of the server in an answer that is relayed, as a
	// proxy does that knows nothing of the bench.
	Transparent bool
	// Patience is how long clients may take.
	Patience Patience

	open []*serving
	name string // of the procs that serve connections
}

// Patience is how long a server waits for a client before it closes the
// connection. Zero values stand for no limit.
type Patience struct {
	First time.Duration // for the first request, and for the rest of any that has begun
	Next  time.Duration // between two requests
	// Ended is called before a connection is closed for that. Between says that it
	// waited between two requests.
	Ended func(client netip.AddrPort, between bool)
}

// Serve accepts connections from l and serves each in a proc of its own. It
// runs in p until l fails, and returns the error.
func (s *Server) Serve(p *sim.Proc, l net.Listener) error {
	s.name = "http " + s.Node
	for {
		s.Service.Ready(p)
		accepted, err := l.Accept()
		if err != nil {
			return err
		}
		c, ok := accepted.(Conn)
		if !ok {
			accepted.Close()
			return errors.New("web: serve: a connection of the listener has no Abort")
		}
		session := s.Service.Open(p, c)
		if session == nil {
			c.Abort()
			continue
		}
		v := &serving{source: source{conn: c}, server: s, session: session, place: len(s.open)}
		s.open = append(s.open, v)
		s.Go(s.name, v.run)
	}
}

// Len returns the number of open connections.
func (s *Server) Len() int { return len(s.open) }

// Retire lets each connection end with its next answer. Idle ones stay, so that
// no request meets their end; Drain closes those that have stayed idle.
func (s *Server) Retire() {
	for _, v := range s.open {
		v.closing = true
	}
}

// Drain closes the connections: idle ones at once, the others after the current
// answer.
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
	source
	server  *Server
	session Session
	place   int // in server.open
	busy    bool
	closing bool
}

func (v *serving) run(p *sim.Proc) {
	x := &Exchange{serving: v}
	defer v.end()
	for next := false; !v.closing; next = true {
		if !v.request(x, next) {
			return
		}
		v.busy = true
		if x.begin(v.in) != nil {
			return
		}
		v.session.Serve(p, x)
		if !x.answered || x.last {
			return
		}
		if v.in.body.drop() != nil {
			return
		}
		v.busy = false
		v.rest()
	}
}

// request waits for the head of a request and reads it, as long as the server
// has patience. It reports whether there is one.
func (v *serving) request(x *Exchange, next bool) bool {
	patience := v.server.Patience
	wait := patience.First
	if next {
		wait = patience.Next
	}
	v.bound(wait)
	if v.await() != nil {
		v.lose(wait, next)
		return false
	}
	v.bound(patience.First)
	if err := v.readHead(&v.in.request); err != nil {
		if v.err == nil {
			x.refuse(err)
		}
		v.lose(patience.First, false)
		return false
	}
	v.bound(0)
	return true
}

// bound bounds what the server waits for next.
func (v *serving) bound(d time.Duration) {
	if p := v.server.Patience; p.First > 0 || p.Next > 0 {
		v.conn.SetTimeout(d)
	}
}

// lose reports that patience has ended, if that is why reading failed.
func (v *serving) lose(wait time.Duration, between bool) {
	var timeout net.Error
	if wait > 0 && !v.closing && errors.As(v.err, &timeout) && timeout.Timeout() && v.server.Patience.Ended != nil {
		v.server.Patience.Ended(v.conn.RemoteAddrPort(), between)
	}
}

// end is deferred: it also runs when the machine crashes.
func (v *serving) end() {
	v.release()
	v.session.Close()
	v.conn.Close()
	open := v.server.open
	last := len(open) - 1
	open[v.place] = open[last]
	open[v.place].place = v.place
	open[last] = nil
	v.server.open = open[:last]
}
