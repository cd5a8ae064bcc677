package host

import (
	"net/netip"
	"slices"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/checksum"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"github.com/cablepull/cablepull/node/wire"
)

// Diversion sends connections of the machine's own programs to a virtual IP of
// an interface to other machines that hold it too, as Linux's load balancer
// does with those of the machine that it runs on (its hook for local output).
// Without one, a machine that holds an address reaches it inside itself.
type Diversion struct {
	// Wants reports whether a new connection may leave the machine. If so it comes
	// from the interface's own address: at a virtual IP another machine could not
	// answer it.
	Wants func(to netip.AddrPort) bool
	// Route decides about a segment of such a connection: Pass leaves it to the
	// own stack, Take sends it to another machine's interface. It may run on a
	// goroutine of the stack while the loop waits for it, so it must not deliver a
	// frame to this machine or wake a program.
	Route func(from, to netip.AddrPort, flags wire.TCPFlags) (Verdict, MAC)
}

// Divert sets what becomes of the machine's own connections to virtual IPs of
// the interface, until the machine crashes. A machine that translates or
// filters diverts none.
func (n *NIC) Divert(d Diversion) { n.diversion = &d }

// diverter returns the interface that may divert a new connection; nil: it goes
// where the stack finds it. A connection from a virtual IP stays.
func (h *Host) diverter(source netip.Addr, target netip.AddrPort) *NIC {
	for _, n := range h.nics {
		if n.diversion == nil || h.judges || !n.address.IsValid() || !slices.Contains(n.held, target.Addr()) {
			continue
		}
		if own := n.address.Addr(); (!source.IsValid() || source == own) && n.diversion.Wants(target) {
			return n
		}
	}
	return nil
}

// divert decides about a packet that the stack sends to itself, and reports
// whether that is done: it has left, or is dropped.
func (s *shortcut) divert(r *stack.Route, params stack.NetworkHeaderParams, pkt *stack.PacketBuffer) bool {
	n := s.nic
	from, to := addressOf(r.LocalAddress()), addressOf(r.RemoteAddress())
	segment := header.TCP(pkt.TransportHeader().Slice())
	if n.diversion == nil || params.Protocol != header.TCPProtocolNumber || from != n.address.Addr() || !slices.Contains(n.held, to) {
		return false
	}
	verdict, mac := n.diversion.Route(netip.AddrPortFrom(from, segment.SourcePort()), netip.AddrPortFrom(to, segment.DestinationPort()), wire.TCPFlags(segment.Flags()))
	switch {
	case verdict == Pass:
		return false
	case verdict == Take && !n.closed:
		frame := s.frame(mac, r, params, pkt)
		sum(wire.EthernetPayload(frame.Data()))
		n.send(frame)
	}
	return true
}

// sum sets the checksum of a TCP segment, which the stack does not compute for
// what it sends to itself.
func sum(packet []byte) {
	ip := header.IPv4(packet)
	segment := header.TCP(ip.Payload())
	segment.SetChecksum(0)
	pseudo := header.PseudoHeaderChecksum(header.TCPProtocolNumber, ip.SourceAddress(), ip.DestinationAddress(), ip.PayloadLength())
	segment.SetChecksum(^checksum.Checksum(segment, pseudo))
}

// answers reports whether a received segment belongs to a connection that was
// diverted. It comes from an address that the machine holds itself, which the
// stack's IPv4 would not believe.
func (n *NIC) answers(s *tcpSegment) bool {
	return n.diversion != nil && n.address.IsValid() && s.flow.to == n.address.Addr().As4() && slices.Contains(n.held, s.ip.From()) && n.knows(s.flow)
}

func addressOf(a tcpip.Address) netip.Addr { return netip.AddrFrom4(a.As4()) }
