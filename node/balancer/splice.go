package balancer

import (
	"errors"
	"io"
	"sync"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// bufferSize is how much a balancer reads at once (HAProxy's tune.bufsize).
const bufferSize = 16 << 10

// buffers are shared by all balancers of the process. Their contents do not
// affect what is read or written.
var buffers = sync.Pool{New: func() any { return new([bufferSize]byte) }}

// accept accepts the connections of mode tcp until the listener fails. A hogged
// balancer leaves them to the kernel's backlog.
func (b *Balancer) accept(p *sim.Proc, l *host.Listener) error {
	for {
		b.host.CPU().Use(p, host.Service, 0)
		client, err := l.AcceptConn()
		if err != nil {
			return err
		}
		b.host.CPU().Use(p, host.Service, 0) // the hog may have come while it waited
		if b.proc != p || !b.host.Memory().Take(b.memory.Connection) {
			client.Abort()
			continue
		}
		b.log(event.ConnAccepted{Service: topology.BalancerService, Client: client.RemoteAddrPort().String()})
		b.host.Go("balancer connection", func(p *sim.Proc) { b.serve(p, client) })
	}
}

// serve leads one client to a member. Without one the connection is closed: the
// client was accepted, and gets no answer.
func (b *Balancer) serve(p *sim.Proc, client *host.Conn) {
	defer b.host.Memory().Give(b.memory.Connection)
	defer client.Close()
	from := client.RemoteAddrPort()
	wish := Wish{Client: from.Addr(), Not: nobody}
	server, i := connect(b, p, wish, from.String(), func(i int) (*host.Conn, error) {
		return b.host.Dial(b.cfg.Members[i].Address, b.cfg.Connect)
	})
	if i == nobody {
		swallow(client)
		return
	}
	defer server.Close()
	s := &splice{
		balancer: b, back: p,
		client: side{client, b.cfg.ClientIdle}, server: side{server, b.cfg.ServerIdle},
	}
	b.carry(i, s)
	defer b.drop(i, s)
	s.client.touch()
	s.server.touch()
	b.host.Go("balancer splice", func(*sim.Proc) {
		s.pump(&s.client, &s.server)
		s.sent = true
		s.back.Wake()
	})
	s.pump(&s.server, &s.client)
	for !s.sent {
		p.Park()
	}
}

// swallow reads what the client has sent meanwhile, so that closing does not
// reset the connection. HAProxy has it in its buffer; what comes later is reset
// there as well.
func swallow(client *host.Conn) {
	buffer := buffers.Get().(*[bufferSize]byte)
	defer buffers.Put(buffer)
	if !client.Quiet() {
		client.Read(buffer[:]) // whatever it was, the connection ends
	}
}

// splice is a client's connection and that to its member. What one side sends,
// the other gets; so it does the end of a stream, and a reset.
type splice struct {
	balancer       *Balancer
	client, server side
	back           *sim.Proc // pumps what the member sends
	sent           bool      // the client has sent everything
}

// side is one of the two connections.
type side struct {
	*host.Conn
	idle time.Duration // limit; 0: none
}

// touch restarts the idle time of the side.
func (s *side) touch() {
	if s.idle > 0 {
		s.SetTimeout(s.idle)
	}
}

// pump passes on what comes from one side until that is all.
func (s *splice) pump(from, to *side) {
	buffer := buffers.Get().(*[bufferSize]byte)
	defer buffers.Put(buffer)
	for {
		n, err := from.Read(buffer[:])
		if n > 0 {
			from.touch()
			to.touch()
			if _, err := to.Write(buffer[:n]); err != nil {
				s.end(err)
				return
			}
			to.touch()
		}
		switch {
		case errors.Is(err, io.EOF):
			to.CloseWrite() // fails if that side has ended: its own pump sees why
			return
		case err != nil:
			s.end(err)
			return
		}
	}
}

// end ends both sides, for the reason that one of them has: a reset passes
// through, an idle connection is closed.
func (s *splice) end(err error) {
	switch {
	case errors.Is(err, host.ErrClosed): // the other pump has ended it
		return
	case errors.Is(err, host.ErrTimeout):
		if s.client.idle > 0 || s.server.idle > 0 {
			s.balancer.timedOut(s.client.RemoteAddrPort().String())
		}
		s.client.Close()
		s.server.Close()
		return
	}
	s.Abort()
}

// Abort resets both sides.
func (s *splice) Abort() {
	s.client.Abort()
	s.server.Abort()
}
