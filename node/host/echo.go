package host

import (
	"net/netip"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"github.com/cablepull/cablepull/node/wire"
)

// EchoSocket sends ICMP echo requests to one address as whole frames, and
// receives what becomes of them, as a ping does that has a raw socket. The
// frames bypass the stack, which only routes and resolves the next hop: its
// neighbour entry lives, is checked and is updated as that of any connection,
// and answers confirm it (ping(8): MSG_CONFIRM). Answers wait while the process
// is frozen. A crash closes the socket.
type EchoSocket struct {
	host       *Host
	life       *kernelState
	identifier uint16
	to         netip.Addr
	receive    func(EchoResult)

	route     *stack.Route // nil: to be looked up
	hop       nextHop
	asked     tcpip.LinkAddress // the last answer of the stack
	waiting   []sentEcho        // until the next hop is resolved, oldest first
	resolving bool
	resolved  func(stack.ResolvedFieldsResult)
}

// sentEcho is a request that waits for the address of its next hop.
type sentEcho struct {
	sequence uint16
	number   uint64
}

// waitingMax is how many requests wait for one address to be resolved. If there
// are more the oldest is dropped, as the stack does with other packets.
const waitingMax = 256

// EchoResult is what came back of a request.
type EchoResult struct {
	Sequence uint16
	// Err is nil for an answer, otherwise ErrUnreachable: the machine found no way
	// to the address, or another one says that there is none.
	Err error
	// Number is that of the request, and From the MAC address that the answer came
	// from. Without intact data there is no number.
	Number uint64
	Intact bool
	From   MAC
}

// OpenEcho opens a socket for requests to an address. Answers to other
// identifiers are not its own. receive must not send.
func (h *Host) OpenEcho(identifier uint16, to netip.Addr, receive func(EchoResult)) *EchoSocket {
	s := &EchoSocket{host: h, life: h.kernelState, identifier: identifier, to: to, receive: receive}
	s.resolved = s.leave
	for _, n := range h.nics {
		n.OpenPacket(s.matches, s.arrive)
	}
	h.OnAddress(func(netip.Addr, bool) { s.forgetRoute() })
	return s
}

// Send sends a request, or lets it wait until the next hop is resolved. If
// there is none, receive is called, perhaps before Send returns.
func (s *EchoSocket) Send(sequence uint16, number uint64) {
	if s.gone() {
		return
	}
	if s.route == nil {
		route, err := s.host.stack.FindRoute(0, tcpip.Address{}, address(s.to), ipv4.ProtocolNumber, false)
		if err != nil {
			s.receive(EchoResult{Sequence: sequence, Err: ErrUnreachable})
			return
		}
		s.route = route
	}
	e := sentEcho{sequence, number}
	n := s.nic()
	if !s.resolving && s.hop.known(n) {
		s.put(n, s.hop.mac, e)
		return
	}
	if len(s.waiting) == waitingMax {
		s.waiting = append(s.waiting[:0], s.waiting[1:]...)
	}
	s.waiting = append(s.waiting, e)
	if s.resolving {
		return
	}
	s.resolving = true
	if err := s.route.ResolvedFields(s.resolved); err == nil { // else it will call later
		s.hop.set(n, s.asked)
	}
}

// nic returns the interface by which requests leave.
func (s *EchoSocket) nic() *NIC { return s.host.nics[s.route.NICID()-1] }

// put sends a request to a next hop.
func (s *EchoSocket) put(n *NIC, hop MAC, e sentEcho) {
	if n.closed {
		return
	}
	f := n.port.Fabric().NewFrame(wire.EchoFrameSize)
	wire.Echo{
		Source: n.mac, Destination: hop, From: s.route.LocalAddress().As4(), To: s.to.As4(),
		Identifier: s.identifier, Sequence: e.sequence, Number: e.number,
	}.Put(f.Data())
	n.sendRaw(f)
}

// leave sends what has waited for the next hop, or fails it. It may be called
// while the stack holds locks, so it does not use the stack.
func (s *EchoSocket) leave(r stack.ResolvedFieldsResult) {
	if s.gone() || s.route == nil { // the stack is being destroyed, or it was another route
		return
	}
	s.resolving = false
	s.asked = r.RouteInfo.RemoteLinkAddress
	n := s.nic()
	for _, e := range s.waiting {
		if r.Err != nil {
			s.receive(EchoResult{Sequence: e.sequence, Err: ErrUnreachable})
		} else {
			s.put(n, macOf(s.asked), e)
		}
	}
	s.waiting = s.waiting[:0]
}

// matches reports whether a frame answers one of the requests, or is an error
// about one.
func (s *EchoSocket) matches(frame []byte) bool {
	if ip, echo := wire.EchoOf(frame); echo != nil {
		return echo.Type() == wire.ICMPEchoReply && echo.Identifier() == s.identifier && ip.Source() == s.to.As4() && s.host.Holds(ip.To())
	}
	_, asked, echo, ok := wire.EchoErrorOf(frame)
	return ok && echo.Identifier() == s.identifier && asked.Destination() == s.to.As4() && s.host.Holds(asked.From())
}

// arrive reads a frame that matches. The kernel drops damaged ones.
func (s *EchoSocket) arrive(frame []byte) {
	if s.gone() || !wire.ICMPIntact(frame) {
		return
	}
	if _, _, echo, failed := wire.EchoErrorOf(frame); failed {
		s.receive(EchoResult{Sequence: echo.Sequence(), Err: ErrUnreachable})
		return
	}
	if s.route != nil {
		s.route.ConfirmReachable()
	}
	_, echo := wire.EchoOf(frame)
	r := EchoResult{Sequence: echo.Sequence(), From: wire.EthernetOf(frame).Source()}
	r.Number, r.Intact = wire.EchoNumber(frame)
	s.receive(r)
}

// forgetRoute makes the next request look up its route: addresses have changed.
func (s *EchoSocket) forgetRoute() {
	if s.route == nil || s.gone() {
		return
	}
	s.route.Release()
	s.hop.forget()
	s.route, s.resolving, s.waiting = nil, false, s.waiting[:0]
}

// gone reports whether the machine has crashed since the socket was opened.
func (s *EchoSocket) gone() bool { return s.life == nil || s.host.kernelState != s.life }
