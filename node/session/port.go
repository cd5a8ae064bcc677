package session

import (
	"fmt"
	"net/netip"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// Service is what a port serves.
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

// Port is a service of a machine that listens on one address and can be stopped
// and started. Its events are event.ServiceChanged and event.ConnAccepted. A
// hogged service class of the machine's CPU keeps it from accepting and
// receiving.
type Port struct {
	host     *host.Host
	name     string // of the service
	addr     netip.AddrPort
	service  Service
	proc     *sim.Proc // listens and accepts; nil: stopped
	listener *host.Listener
	open     []*serving
}

// backlog is how many connections can wait to be accepted.
const backlog = 128

// Listen opens a port on a running machine; it ends with the machine.
func Listen(h *host.Host, name string, addr netip.AddrPort, s Service) *Port {
	t := &Port{host: h, name: name, addr: addr, service: s}
	t.start()
	return t
}

// StopService closes the port: whoever connects is refused. Connections that
// are open end with a reset, as those of a process that is killed.
func (t *Port) StopService(name string) error {
	if err := t.check(name); err != nil || t.proc == nil {
		return err
	}
	t.proc = nil
	if t.listener != nil {
		t.listener.Close()
		t.listener = nil
	}
	t.log("stopped", t.addr.String())
	for _, v := range t.open {
		v.link.Abort()
	}
	return nil
}

// StartService opens a stopped port again.
func (t *Port) StartService(name string) error {
	if err := t.check(name); err != nil || t.proc != nil {
		return err
	}
	t.start()
	return nil
}

func (t *Port) start() { t.proc = t.host.Go(t.name, t.run) }

func (t *Port) check(name string) error {
	if name != t.name {
		return fmt.Errorf("session: %s: service: got %q, want %s", t.host.Name(), name, t.name)
	}
	return nil
}

// Listening reports whether the port is open.
func (t *Port) Listening() bool { return t.listener != nil }

// Len returns the number of open connections.
func (t *Port) Len() int { return len(t.open) }

func (t *Port) log(state, reason string) {
	t.host.Log(event.ServiceChanged{Service: t.name, State: state, Reason: reason})
}

// run listens until the service is stopped.
func (t *Port) run(p *sim.Proc) {
	if t.proc != p {
		return // stopped before it began
	}
	l, err := t.host.Listen(t.addr, backlog)
	if err != nil {
		t.proc = nil
		t.log("failed", err.Error())
		return
	}
	t.listener = l
	t.log("listening", t.addr.String())
	err = t.serve(p, l)
	if t.proc == p { // nobody stopped it
		t.proc, t.listener = nil, nil
		t.log("failed", err.Error())
	}
}

// serve accepts connections until the listener fails.
func (t *Port) serve(p *sim.Proc, l *host.Listener) error {
	for {
		t.host.CPU().Use(p, host.Service, 0)
		conn, err := l.AcceptConn()
		if err != nil {
			return err
		}
		t.host.CPU().Use(p, host.Service, 0) // the hog may have come while it waited
		if t.proc != p {
			conn.Abort() // stopped meanwhile
			continue
		}
		t.host.Log(event.ConnAccepted{Service: t.name, Client: conn.RemoteAddrPort().String()})
		v := &serving{port: t, link: newLink(t.host, conn), place: len(t.open)}
		t.open = append(t.open, v)
		t.host.Go(t.name+" connection", v.run)
	}
}

// serving is the server's end of one connection.
type serving struct {
	port    *Port
	link    *Link
	session Session
	place   int // in port.open
}

func (v *serving) run(p *sim.Proc) {
	defer v.end()
	if v.session = v.port.service.Open(p, v.link); v.session == nil {
		v.link.Abort()
		return
	}
	for {
		m, err := v.link.Receive(0)
		if err != nil {
			return // its end, or what is no message
		}
		v.port.host.CPU().Use(p, host.Service, 0)
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
	open := v.port.open
	last := len(open) - 1
	open[v.place] = open[last]
	open[v.place].place = v.place
	open[last] = nil
	v.port.open = open[:last]
}
