package host

import (
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"github.com/cablepull/cablepull/node/wire"
)

// echoRoute is the route of the last answer to an ICMP echo request, while the
// machine's addresses stay the same.
type echoRoute struct {
	local, remote [4]byte
	route         *stack.Route // nil: there is none
	hop           nextHop
}

// forget drops the route: addresses or routes have changed.
func (e *echoRoute) forget() {
	if e.route != nil {
		e.route.Release()
		e.route = nil
		e.hop.forget()
	}
}

// answerEcho answers an ICMP echo request with the bytes that the stack's own
// handler would send, at a fraction of its cost: clients that ping send little
// else. It reports false for everything that has not exactly one result: the
// stack then handles the frame.
func (s *shortcut) answerEcho(frame []byte) bool {
	ip, echo := wire.EchoOf(frame)
	if s == nil || echo == nil || echo.Type() != wire.ICMPEcho || ip.Size() != wire.IPv4Size ||
		ip.Length() != len(wire.EthernetPayload(frame)) || ip.Identification() == 0 && !ip.DontFragment() ||
		s.kernel.judges || s.nic.closed || s.nic.port.Fabric().Damaged() || !s.nic.expects(ip) || !wire.ICMPIntact(frame) {
		return false
	}
	route := s.echoRoute(ip)
	if route == nil {
		return false
	}
	hop := &s.echoes.hop
	if !hop.known(s.nic) {
		s.nextHop = ""
		if err := route.ResolvedFields(s.resolve); err != nil || len(s.nextHop) != len(MAC{}) {
			return false // it has to wait for ARP
		}
		hop.set(s.nic, s.nextHop)
	}
	answer := s.nic.port.Fabric().NewFrame(len(frame))
	wire.PutEchoReply(answer.Data(), frame, hop.mac, s.nic.mac)
	s.nic.send(answer)
	return true
}

// echoRoute returns the route of the answer to a request, or nil if it does not
// leave by this interface alone.
func (s *shortcut) echoRoute(ip *wire.IPv4Header) *stack.Route {
	e := &s.echoes
	if e.route != nil && e.local == ip.Destination() && e.remote == ip.Source() {
		return e.route
	}
	e.forget()
	route, err := s.kernel.stack.FindRoute(s.nic.id, tcpip.AddrFrom4(ip.Destination()), tcpip.AddrFrom4(ip.Source()), ipv4.ProtocolNumber, false)
	if err != nil {
		return nil
	}
	if route.Loop() != stack.PacketOut || route.NICID() != s.nic.id {
		route.Release()
		return nil
	}
	e.local, e.remote, e.route = ip.Destination(), ip.Source(), route
	return route
}
