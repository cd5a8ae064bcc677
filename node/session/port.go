package session

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// Server serves the connections of a port: those that carry messages, or those
// of a web.Server.
type Server interface {
	// Serve accepts connections in a proc until the listener fails, and returns the
	// error. While it does not accept, connections wait.
	Serve(p *sim.Proc, l net.Listener) error
	// Drain ends the connections, because the port is closed.
	Drain()
}

// Port is a service of a machine that listens on one address and can be stopped
// and started. Its events are event.ServiceChanged. A hogged service class of
// the machine's CPU keeps it from accepting.
type Port struct {
	host     *host.Host
	name     string // of the service
	addr     netip.AddrPort
	server   Server
	proc     *sim.Proc // listens and accepts; nil: stopped
	listener *host.Listener
}

// backlog is how many connections can wait to be accepted.
const backlog = 128

// Open opens a port on a running machine; it ends with the machine.
func Open(h *host.Host, name string, addr netip.AddrPort, s Server) *Port {
	t := &Port{host: h, name: name, addr: addr, server: s}
	t.start()
	return t
}

// AnyAddress is a port on every address of a machine.
func AnyAddress(port int) netip.AddrPort {
	return netip.AddrPortFrom(netip.IPv4Unspecified(), uint16(port))
}

// StopService closes the port: whoever connects is refused. What becomes of
// open connections is the server's.
func (t *Port) StopService(name string) error {
	if err := t.check(name); err != nil || t.proc == nil {
		return err
	}
	t.proc = nil
	if t.listener != nil {
		t.listener.Close()
		t.listener = nil
	}
	t.log("stopped", t.place())
	t.server.Drain()
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

// Started reports whether nobody has stopped the port, and nothing has kept it
// from listening.
func (t *Port) Started() bool { return t.proc != nil }

// Listening reports whether the port is open. It is not in the instant in which
// it is started.
func (t *Port) Listening() bool { return t.listener != nil }

func (t *Port) log(state, reason string) {
	t.host.Log(event.ServiceChanged{Service: t.name, State: state, Reason: reason})
}

// place is where the port is, as events say it.
func (t *Port) place() string {
	if t.addr.Addr().IsUnspecified() {
		return "port " + strconv.Itoa(int(t.addr.Port()))
	}
	return t.addr.String()
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
	t.log("listening", t.place())
	err = t.server.Serve(p, accepting{l, t, p})
	if t.proc == p { // nobody stopped it
		t.proc, t.listener = nil, nil
		t.log("failed", err.Error())
	}
}

// accepting is the listener of a port as its server sees it: who accepts waits
// for the CPU first.
type accepting struct {
	*host.Listener
	port *Port
	proc *sim.Proc
}

// Accept implements net.Listener.
func (a accepting) Accept() (net.Conn, error) {
	for {
		a.port.host.CPU().Use(a.proc, host.Service, 0)
		conn, err := a.AcceptConn()
		if err != nil {
			return nil, err
		}
		a.port.host.CPU().Use(a.proc, host.Service, 0) // the hog may have come while it waited
		if a.port.proc == a.proc {
			return conn, nil
		}
		conn.Abort() // stopped meanwhile
	}
}
