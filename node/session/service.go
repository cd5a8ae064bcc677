package session

import (
	"net"
	"net/netip"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// Service is what a port serves by messages.
type Service interface {
	// Open is called in the proc of a new connection. It returns who receives its
	// messages, or nil to reset it.
	Open(p *sim.Proc, l *Link) Session
}

// Session is one connection to a service.
type Session interface {
	// Receive handles a message. While it is parked, the connection's next message
	// waits. False closes the connection after what is posted.
	Receive(p *sim.Proc, m Message) bool
	// Close is called once the connection has ended, for whatever reason. When the
	// machine crashes it is also called, and then it must not park.
	Close()
}

// Listen opens a port for messages on a running machine; it ends with the
// machine. When it is stopped, open connections end with a reset, as those of a
// process that is killed. Its events are also event.ConnAccepted, and a hogged
// service class keeps it from receiving as well.
func Listen(h *host.Host, name string, addr netip.AddrPort, s Service) *Port {
	return Open(h, name, addr, &messages{host: h, name: name, service: s})
}

// messages serves the connections of a port that carry messages. It implements
// Server.
type messages struct {
	host    *host.Host
	name    string // of the service
	service Service
	open    []*serving
}

// Serve implements Server.
func (x *messages) Serve(_ *sim.Proc, l net.Listener) error {
	for {
		accepted, err := l.Accept()
		if err != nil {
			return err
		}
		conn := accepted.(*host.Conn) // the port's listener has no others
		x.host.Log(event.ConnAccepted{Service: x.name, Client: conn.RemoteAddrPort().String()})
		v := &serving{all: x, link: newLink(x.host, conn), place: len(x.open)}
		x.open = append(x.open, v)
		x.host.Go(x.name+" connection", v.run)
	}
}

// Drain implements Server.
func (x *messages) Drain() {
	for _, v := range x.open {
		v.link.Abort()
	}
}

// serving is the server's end of one connection.
type serving struct {
	all     *messages
	link    *Link
	session Session
	place   int // in all.open
}

func (v *serving) run(p *sim.Proc) {
	defer v.end()
	if v.session = v.all.service.Open(p, v.link); v.session == nil {
		v.link.Abort()
		return
	}
	for {
		m, err := v.link.Receive(0)
		if err != nil {
			return // its end, or what is no message
		}
		v.all.host.CPU().Use(p, host.Service, 0)
		if !v.session.Receive(p, m) {
			return
		}
	}
}

// end is deferred: it also runs when the machine crashes.
func (v *serving) end() {
	if v.session != nil {
		v.session.Close()
	}
	v.link.Close()
	open := v.all.open
	last := len(open) - 1
	open[v.place] = open[last]
	open[v.place].place = v.place
	open[last] = nil
	v.all.open = open[:last]
}
