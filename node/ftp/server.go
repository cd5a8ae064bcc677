package ftp

import (
	"errors"
	"net"
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
)

// How long a server waits, as vsftpd does by default: for a data connection,
// and for the client to take the next part of a file.
const (
	AcceptTimeout = 60 * time.Second
	DataTimeout   = 300 * time.Second
)

// Conn is a connection as this package needs it; *host.Conn is one.
type Conn interface {
	web.Conn
	LocalAddrPort() netip.AddrPort
}

// Service is what a server serves.
type Service interface {
	// Ready parks until the service may accept its next control connection, or
	// send the next part of a file.
	Ready(p *sim.Proc)
	// Open is called for each control connection. It returns the session that
	// decides about what is asked on it, or nil to reset it. It runs in the
	// accepting proc: while it is parked, no other connection is accepted.
	Open(p *sim.Proc, c Conn) Session
}

// Session decides about one control connection.
type Session interface {
	// Begin is called for each data connection and parks until a file may be
	// sent over it. False resets it.
	Begin(p *sim.Proc, data Conn) bool
	// End follows each Begin that returned true. When the machine crashes it is
	// also called, and then it must not park.
	End()
	// Sent is called once a whole file and the reply after it have been
	// written.
	Sent(file uint64)
	// Close is called once the control connection has ended. When the machine
	// crashes it is also called, and then it must not park.
	Close()
}

// Server accepts control connections and serves them.
type Server struct {
	// Node is the server's name in its greeting.
	Node string
	// Go starts a proc on the server's machine.
	Go func(name string, body func(*sim.Proc)) *sim.Proc
	// Listen listens on a port for a data connection.
	Listen func(addr netip.AddrPort) (net.Listener, error)
	// Service decides.
	Service Service
	// Patience is how long clients may take: First for their first command,
	// Next for each later one.
	Patience web.Patience
	// First and Last are the ports for data connections.
	First, Last uint16
	// Size is the size of each file in bytes.
	Size int
	// Rate bounds the speed of each transfer, in bytes per second; 0: no bound.
	Rate int64

	open []*session
	next uint16 // how many ports after First the next search begins
}

// Serve accepts control connections from l and serves each in a proc of its
// own. It runs in p until l fails, and returns the error.
func (s *Server) Serve(p *sim.Proc, l net.Listener) error {
	for {
		s.Service.Ready(p)
		accepted, err := l.Accept()
		if err != nil {
			return err
		}
		c, ok := accepted.(Conn)
		if !ok {
			accepted.Close()
			return errors.New("ftp: serve: a connection of the listener has no Abort")
		}
		what := s.Service.Open(p, c)
		if what == nil {
			c.Abort()
			continue
		}
		v := &session{server: s, what: what, conn: c, in: newReader(c), place: len(s.open)}
		s.open = append(s.open, v)
		s.Go("ftp "+s.Node, v.run)
	}
}

// Len returns the number of open control connections.
func (s *Server) Len() int { return len(s.open) }

// Drain closes the connections: idle ones at once, the others after the current
// file.
func (s *Server) Drain() {
	for _, v := range s.open {
		v.closing = true
		if !v.busy {
			v.conn.Close()
		}
	}
}

// listenAny listens on a free port of the range, the one after the last one
// first: a client that is late for a port must not meet another's file there.
func (s *Server) listenAny(addr netip.Addr) (net.Listener, netip.AddrPort, error) {
	count := s.Last - s.First + 1
	var err error
	for range count {
		at := netip.AddrPortFrom(addr, s.First+s.next)
		s.next = (s.next + 1) % count
		var l net.Listener
		if l, err = s.Listen(at); err == nil {
			return l, at, nil
		}
	}
	return nil, netip.AddrPort{}, err
}
