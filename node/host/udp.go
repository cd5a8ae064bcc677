package host

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"
	"gvisor.dev/gvisor/pkg/waiter"
)

// ErrNotMulticast reports a group that is not an IPv4 multicast address.
var ErrNotMulticast = errors.New("not a multicast address")

// UDPSocket sends and receives datagrams for procs, to and from one machine or
// a multicast group. One proc receives at a time; Receive parks it. A crash
// closes the socket.
type UDPSocket struct {
	host   *Host
	life   *kernelState
	ep     tcpip.Endpoint
	queue  *waiter.Queue
	entry  waiter.Entry
	local  netip.AddrPort
	groups []membership // in the order in which they were joined
	closed bool

	reader wait
	target tcpip.SliceWriter // of the current Receive
	from   netip.AddrPort    // sender of what Receive got

	source bytes.Reader // of the current Send
	to     tcpip.FullAddress
	sent   tcpip.Error // how it ended
}

// membership is a group that a socket has joined on an interface.
type membership struct {
	nic   *NIC
	group netip.Addr
}

// OpenUDP binds a socket to an address that the machine holds, or to all of
// them and every joined group if the address is 0.0.0.0. Port 0 takes a free
// one. By default, datagrams to a group leave by the first interface with a TTL
// of 1.
func (h *Host) OpenUDP(local netip.AddrPort) (*UDPSocket, error) {
	if h.kernelState == nil {
		return nil, fmt.Errorf("host: open %v: %w", local, ErrDown)
	}
	u := &UDPSocket{host: h, life: h.kernelState, queue: &waiter.Queue{}}
	ep, err := h.stack.NewEndpoint(udp.ProtocolNumber, ipv4.ProtocolNumber, u.queue)
	if err != nil {
		return nil, failure("open", local, err)
	}
	u.ep = ep
	bind := tcpip.FullAddress{Port: local.Port()}
	if !local.Addr().IsUnspecified() {
		bind.Addr = address(local.Addr())
	}
	if err := ep.Bind(bind); err != nil {
		ep.Close()
		return nil, failure("bind", local, err)
	}
	bound, err := ep.GetLocalAddress()
	must(err)
	u.local = addrPort(bound)
	ep.SocketOptions().SetBroadcast(true)
	u.entry = waiter.NewFunctionEntry(waiter.ReadableEvents|waiter.EventErr, func(waiter.EventMask) { u.reader.wake() })
	u.queue.EventRegister(&u.entry)
	if len(h.nics) > 0 {
		u.SetMulticastInterface(h.nics[0])
	}
	return u, nil
}

// Connect makes the socket exchange datagrams with one machine only: it
// receives no others, and if that machine says that no program listens there,
// the next Receive or Send fails with ErrRefused.
func (u *UDPSocket) Connect(to netip.AddrPort) error {
	if u.gone() {
		return fmt.Errorf("host: connect %v: %w", to, ErrClosed)
	}
	if err := u.ep.Connect(tcpip.FullAddress{Addr: address(to.Addr()), Port: to.Port()}); err != nil {
		return failure("connect", to, err)
	}
	return nil
}

// LocalAddrPort returns the address that the socket is bound to.
func (u *UDPSocket) LocalAddrPort() netip.AddrPort { return u.local }

// SetTTL sets the TTL of datagrams to single machines. The default is 64.
func (u *UDPSocket) SetTTL(ttl uint8) { u.setInt(tcpip.IPv4TTLOption, int(ttl)) }

// SetMulticastTTL sets the TTL of datagrams to groups. The default is 1:
// routers do not forward them.
func (u *UDPSocket) SetMulticastTTL(ttl uint8) { u.setInt(tcpip.MulticastTTLOption, int(ttl)) }

func (u *UDPSocket) setInt(option tcpip.SockOptInt, value int) {
	if !u.gone() {
		must(u.ep.SetSockOptInt(option, value))
	}
}

// SetMulticastInterface chooses the interface by which datagrams to groups
// leave.
func (u *UDPSocket) SetMulticastInterface(n *NIC) {
	if !u.gone() {
		must(u.ep.SetSockOpt(&tcpip.MulticastInterfaceOption{NIC: n.id}))
	}
}

// Join makes the machine a member of a group on an interface: its NIC accepts
// the group's frames, and it sends an IGMP report to snooping switches.
func (u *UDPSocket) Join(group netip.Addr, n *NIC) error {
	return u.change("join", group, n, &tcpip.AddMembershipOption{NIC: n.id, MulticastAddr: groupAddress(group)}, func() {
		u.groups = append(u.groups, membership{n, group})
		n.joinGroup(group)
	})
}

// Leave undoes Join.
func (u *UDPSocket) Leave(group netip.Addr, n *NIC) error {
	return u.change("leave", group, n, &tcpip.RemoveMembershipOption{NIC: n.id, MulticastAddr: groupAddress(group)}, func() {
		u.groups = slices.DeleteFunc(u.groups, func(m membership) bool { return m == membership{n, group} })
		n.leaveGroup(group)
	})
}

func (u *UDPSocket) change(op string, group netip.Addr, n *NIC, option tcpip.SettableSocketOption, done func()) error {
	switch {
	case u.gone():
		return fmt.Errorf("host: %s %v on %s: %w", op, group, n.name, ErrClosed)
	case !group.Is4() || !group.IsMulticast():
		return fmt.Errorf("host: %s %v on %s: %w", op, group, n.name, ErrNotMulticast)
	}
	if err := u.ep.SetSockOpt(option); err != nil {
		return failure(op, netip.AddrPortFrom(group, u.local.Port()), err)
	}
	done()
	return nil
}

// groupAddress is address, but also accepts other than IPv4 addresses, which
// change refuses.
func groupAddress(group netip.Addr) tcpip.Address {
	if !group.Is4() {
		return tcpip.Address{}
	}
	return address(group)
}

// Receive parks the current proc until a datagram arrives, and returns its
// length and sender. Bytes that do not fit into b are lost.
func (u *UDPSocket) Receive(b []byte) (n int, from netip.AddrPort, err error) {
	u.target = b
	u.host.loop.Await((*receiving)(u))
	u.target = nil
	return u.reader.done, u.from, u.reader.err
}

// receiving is a Receive in progress.
type receiving UDPSocket

// Try implements sim.Attempt.
func (r *receiving) Try() bool {
	u, w := (*UDPSocket)(r), &r.reader
	w.unblock()
	w.done, w.err, u.from = 0, nil, netip.AddrPort{}
	if u.gone() {
		w.err = ErrClosed
		return true
	}
	result, err := u.ep.Read(&u.target, tcpip.ReadOptions{NeedRemoteAddr: true})
	switch err.(type) {
	case nil:
		w.done, u.from = result.Count, addrPort(result.RemoteAddr)
	case *tcpip.ErrWouldBlock:
		w.err = w.block(u.host, "udp", "receive")
		return w.err != nil
	default:
		w.err = failure("receive", u.local, err)
	}
	return true
}

// Send sends a datagram to a machine or a group. It never waits: the stack
// keeps a few datagrams that wait for ARP.
func (u *UDPSocket) Send(b []byte, to netip.AddrPort) error {
	if u.gone() {
		return fmt.Errorf("host: send %v: %w", to, ErrClosed)
	}
	u.source.Reset(b)
	u.to = tcpip.FullAddress{Addr: address(to.Addr()), Port: to.Port()}
	u.host.loop.Await((*sending)(u))
	u.source.Reset(nil)
	if u.sent != nil {
		return failure("send", to, u.sent)
	}
	return nil
}

// sending is a Send in progress.
type sending UDPSocket

// Try implements sim.Attempt.
func (u *sending) Try() bool {
	_, u.sent = u.ep.Write(&u.source, tcpip.WriteOptions{To: &u.to})
	u.host.settle()
	return true
}

// SetDeadline makes receiving fail after an instant of the world, including a
// Receive in progress; the zero time means never. See Instant.
func (u *UDPSocket) SetDeadline(t time.Time) { u.reader.bound(u.host, u.host.deadline(t)) }

// SetTimeout is SetDeadline with a span from now; 0 means never.
func (u *UDPSocket) SetTimeout(d time.Duration) { u.reader.bound(u.host, u.host.timeout(d)) }

// Close leaves the groups in the order in which they were joined, and frees the
// port. A Receive in progress fails.
func (u *UDPSocket) Close() {
	if u.gone() {
		u.closed = true
		return
	}
	for len(u.groups) > 0 { // the stack itself would leave them in map order
		if err := u.Leave(u.groups[0].group, u.groups[0].nic); err != nil {
			panic("host: close: " + err.Error())
		}
	}
	u.closed = true
	u.queue.EventUnregister(&u.entry)
	u.ep.Close()
	u.reader.stop()
	u.reader.wake()
}

// gone reports whether the socket is closed or its machine has crashed.
func (u *UDPSocket) gone() bool {
	return u.closed || u.life == nil || u.host.kernelState != u.life
}
