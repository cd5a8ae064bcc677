package host

import (
	"fmt"
	"net"
	"net/netip"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/waiter"

	"github.com/cablepull/cablepull/sim"
)

// Dial opens a connection and parks the current proc until it is established or
// has failed. The source is the address of the interface that leads to the
// target, never a virtual IP, unless the target is one that the machine reaches
// inside itself. A timeout of 0 leaves it to the stack, which gives up after
// its last SYN retry, 127 s.
func (h *Host) Dial(target netip.AddrPort, timeout time.Duration) (*Conn, error) {
	return h.DialFrom(netip.Addr{}, target, timeout)
}

// DialFrom is Dial with a source address, which may be a virtual IP. It fails
// with ErrAddressNotLocal if the machine does not hold the address.
func (h *Host) DialFrom(source netip.Addr, target netip.AddrPort, timeout time.Duration) (*Conn, error) {
	if h.kernelState == nil {
		return nil, fmt.Errorf("host: dial %v: %w", target, ErrDown)
	}
	if source.IsValid() && !h.Holds(source) {
		return nil, fmt.Errorf("host: dial %v from %v: %w", target, source, ErrAddressNotLocal)
	}
	d := &dialling{host: h, source: source, target: target, timeout: timeout}
	h.loop.Await(d)
	c := d.Conn
	switch {
	case c == nil:
		return nil, failure("dial", target, d.failed)
	case c.gone():
		return nil, fmt.Errorf("host: dial %v: %w", target, ErrDown)
	case d.late:
		c.Abort()
		return nil, fmt.Errorf("host: dial %v: %w", target, ErrTimeout)
	case d.failed != nil:
		c.Close()
		return nil, failure("dial", target, d.failed)
	}
	c.SetTimeout(0)
	return c, nil
}

// dialling is a Dial in progress. All calls of the TCP/IP stack are made in
// Try, on the loop's goroutine stack, so that those of procs need not grow.
type dialling struct {
	*Conn   // nil until there is an endpoint
	host    *Host
	source  netip.Addr // may be invalid: the stack's choice
	target  netip.AddrPort
	timeout time.Duration
	late    bool // its deadline has passed
	failed  tcpip.Error
}

// Try implements sim.Attempt.
func (d *dialling) Try() bool {
	if d.Conn == nil {
		if d.failed = d.start(); d.failed != nil {
			return true
		}
	}
	d.writer.unblock()
	if d.gone() {
		return true
	}
	if tcp.EndpointState(d.ep.State()) == tcp.StateEstablished {
		return d.established()
	}
	if d.failed = d.ep.LastError(); d.failed != nil {
		return true
	}
	switch tcp.EndpointState(d.ep.State()) {
	case tcp.StateError, tcp.StateClose, tcp.StateCloseWait:
		return d.established() // the handshake is over; reading will say how it ended
	}
	d.late = d.writer.block(d.host, "tcp", "dial") != nil
	return d.late
}

// start makes the endpoint and sends the SYN.
func (d *dialling) start() tcpip.Error {
	queue := &waiter.Queue{}
	ep, err := d.host.stack.NewEndpoint(tcp.ProtocolNumber, ipv4.ProtocolNumber, queue)
	if err != nil {
		return err
	}
	if from, chosen := d.from(); chosen {
		if err := ep.Bind(from); err != nil {
			ep.Close()
			return err
		}
	}
	d.Conn = newConn(d.host, ep, queue, d.target)
	d.SetTimeout(d.timeout)
	err = ep.Connect(tcpip.FullAddress{Addr: address(d.target.Addr()), Port: d.target.Port()})
	d.host.settle()
	if _, waits := err.(*tcpip.ErrConnectStarted); waits {
		return nil
	}
	return err
}

// from returns the address to bind to; false: the stack chooses it.
func (d *dialling) from() (tcpip.FullAddress, bool) {
	if n := d.host.diverter(d.source, d.target); n != nil {
		return tcpip.FullAddress{NIC: n.id, Addr: address(n.address.Addr())}, true
	}
	if d.source.IsValid() {
		return tcpip.FullAddress{Addr: address(d.source)}, true
	}
	return tcpip.FullAddress{}, false
}

// established completes the connection.
func (d *dialling) established() bool {
	if local, err := d.ep.GetLocalAddress(); err == nil {
		d.local = addrPort(local)
	}
	d.life.flows.add(d.Conn)
	return true
}

// Listener accepts TCP connections.
type Listener struct {
	host   *Host
	life   *kernelState
	ep     tcpip.Endpoint
	queue  *waiter.Queue
	entry  waiter.Entry
	addr   netip.AddrPort
	waiter *sim.Proc
	closed bool
}

// Listen binds to an address that the machine holds, or to all of them if the
// address is unspecified. Up to backlog connections wait for Accept; later ones
// get no answer.
func (h *Host) Listen(addr netip.AddrPort, backlog int) (*Listener, error) {
	if !addr.Addr().IsUnspecified() && !h.Holds(addr.Addr()) {
		return nil, fmt.Errorf("host: listen %v: %w", addr, ErrAddressNotLocal)
	}
	return h.listen(addr, 0, backlog)
}

// ListenEarly binds to an address whether the machine holds it or not, and
// serves it once it does, as Linux does with ip_nonlocal_bind.
func (h *Host) ListenEarly(addr netip.AddrPort, backlog int) (*Listener, error) {
	for _, n := range h.nics {
		if n.address.IsValid() && n.address.Masked().Contains(addr.Addr()) {
			return h.listen(addr, n.id, backlog)
		}
	}
	return h.Listen(addr, backlog)
}

// listen binds. The stack does not check that an address is local if the
// interface is given (spec/failover.md §9.5).
func (h *Host) listen(addr netip.AddrPort, nic tcpip.NICID, backlog int) (*Listener, error) {
	if h.kernelState == nil {
		return nil, fmt.Errorf("host: listen %v: %w", addr, ErrDown)
	}
	queue := &waiter.Queue{}
	ep, err := h.stack.NewEndpoint(tcp.ProtocolNumber, ipv4.ProtocolNumber, queue)
	if err != nil {
		return nil, failure("listen", addr, err)
	}
	local := tcpip.FullAddress{NIC: nic, Port: addr.Port()}
	if !addr.Addr().IsUnspecified() {
		local.Addr = address(addr.Addr())
	}
	// Connections of a listener that was closed must not keep its port from the
	// next one: servers set SO_REUSEADDR.
	ep.SocketOptions().SetReuseAddress(true)
	if err := ep.Bind(local); err != nil {
		ep.Close()
		return nil, failure("listen", addr, err)
	}
	if err := ep.Listen(max(backlog, 1)); err != nil {
		ep.Close()
		return nil, failure("listen", addr, err)
	}
	l := &Listener{host: h, life: h.kernelState, ep: ep, queue: queue, addr: addr}
	l.entry = waiter.NewFunctionEntry(waiter.ReadableEvents|waiter.EventHUp|waiter.EventErr, func(waiter.EventMask) {
		if l.waiter != nil {
			l.waiter.Wake()
		}
	})
	queue.EventRegister(&l.entry)
	return l, nil
}

// AcceptConn parks the current proc until there is a connection.
func (l *Listener) AcceptConn() (*Conn, error) {
	for {
		if l.closed || l.host.kernelState != l.life {
			return nil, fmt.Errorf("host: accept %v: %w", l.addr, ErrClosed)
		}
		var peer tcpip.FullAddress
		ep, queue, err := l.ep.Accept(&peer)
		l.host.settle()
		switch err.(type) {
		case nil:
			c := newConn(l.host, ep, queue, addrPort(peer))
			l.life.flows.add(c)
			return c, nil
		case *tcpip.ErrWouldBlock:
			l.waiter = l.host.loop.Current()
			l.waiter.Park()
			l.waiter = nil
		default:
			return nil, failure("accept", l.addr, err)
		}
	}
}

// Accept implements net.Listener.
func (l *Listener) Accept() (net.Conn, error) {
	c, err := l.AcceptConn()
	if err != nil {
		return nil, err
	}
	return c, nil
}

// Close implements net.Listener. Connections that wait for Accept are reset.
func (l *Listener) Close() error {
	if l.closed {
		return nil
	}
	l.closed = true
	if l.host.kernelState != l.life {
		return nil
	}
	l.queue.EventUnregister(&l.entry)
	l.ep.Close()
	l.host.settle()
	if l.waiter != nil {
		l.waiter.Wake()
	}
	return nil
}

// Addr implements net.Listener.
func (l *Listener) Addr() net.Addr { return net.TCPAddrFromAddrPort(l.addr) }

var _ net.Listener = (*Listener)(nil)
