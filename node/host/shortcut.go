package host

import (
	"encoding/binary"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"github.com/cablepull/cablepull/node/wire"

	"github.com/cablepull/cablepull/netfab"
)

// shortcut is gVisor's IPv4 on an interface, with a bypass for nearly all
// packets of a run: whole TCP segments without IP options, between two
// machines, on a stack that neither translates nor filters. gVisor's many
// checks of a packet have known results for these. Everything else goes through
// IPv4, and both paths put the same bytes on the wire.
type shortcut struct {
	ipv4Endpoint
	nic       *NIC
	kernel    *kernelState
	transport stack.TransportDispatcher

	echoes  echoRoute
	nextHop tcpip.LinkAddress // of the packet that is being sent
	resolve func(stack.ResolvedFieldsResult)
}

// ipv4Endpoint is what the stack needs of IPv4 on an interface.
type ipv4Endpoint interface {
	stack.MulticastForwardingNetworkEndpoint
	stack.AddressableEndpoint
	stack.GroupAddressableEndpoint
	stack.LinkResolvableNetworkEndpoint
}

// shortcutProtocol is gVisor's IPv4 with shortcuts.
type shortcutProtocol struct {
	ipv4Protocol
	host *Host
}

// ipv4Protocol is what the stack needs of IPv4.
type ipv4Protocol interface {
	stack.MulticastForwardingNetworkProtocol
	stack.RejectIPv4WithHandler
}

// newIPv4 is the stack's IPv4 for a machine.
func (h *Host) newIPv4(s *stack.Stack) stack.NetworkProtocol {
	return &shortcutProtocol{ipv4.NewProtocol(s).(ipv4Protocol), h}
}

// NewEndpoint implements stack.NetworkProtocol.
func (p *shortcutProtocol) NewEndpoint(nic stack.NetworkInterface, d stack.TransportDispatcher) stack.NetworkEndpoint {
	if nic.ID() == loopbackID {
		return p.ipv4Protocol.NewEndpoint(nic, d)
	}
	s := &shortcut{ipv4Endpoint: p.ipv4Protocol.NewEndpoint(nic, d).(ipv4Endpoint), transport: d, kernel: p.host.kernelState}
	s.nic = p.host.nics[nic.ID()-1]
	s.nic.shortcut = s
	s.resolve = func(r stack.ResolvedFieldsResult) { s.nextHop = r.RouteInfo.RemoteLinkAddress }
	return s
}

// WritePacket implements stack.NetworkEndpoint.
func (s *shortcut) WritePacket(r *stack.Route, params stack.NetworkHeaderParams, pkt *stack.PacketBuffer) tcpip.Error {
	n, size := s.nic, pkt.Size()+header.IPv4MinimumSize
	if r.Loop() != stack.PacketOut && s.divert(r, params, pkt) {
		return nil
	}
	if params.Protocol != header.TCPProtocolNumber || !params.DF || params.ExperimentOptionValue != 0 ||
		size > mtu || r.Loop() != stack.PacketOut || s.kernel.judges || n.closed {
		return s.ipv4Endpoint.WritePacket(r, params, pkt)
	}
	s.nextHop = ""
	if err := r.ResolvedFields(s.resolve); err != nil || len(s.nextHop) != header.EthernetAddressSize {
		return s.ipv4Endpoint.WritePacket(r, params, pkt) // which waits for ARP
	}
	n.send(s.frame(macOf(s.nextHop), r, params, pkt))
	return nil
}

// frame returns a TCP segment of the stack in a frame.
func (s *shortcut) frame(to MAC, r *stack.Route, params stack.NetworkHeaderParams, pkt *stack.PacketBuffer) *netfab.Frame {
	size := pkt.Size() + header.IPv4MinimumSize
	frame := s.nic.port.Fabric().NewFrame(header.EthernetMinimumSize + size)
	data := frame.Data()
	wire.EthernetOf(data).Set(to, s.nic.mac, wire.EtherTypeIPv4)
	ip := header.IPv4(wire.EthernetPayload(data))
	ip.Encode(&header.IPv4Fields{
		TOS: params.TOS, TotalLength: uint16(size), Flags: header.IPv4FlagDontFragment,
		TTL: params.TTL, Protocol: uint8(header.TCPProtocolNumber),
		SrcAddr: r.LocalAddress(), DstAddr: r.RemoteAddress(),
	})
	ip.SetChecksum(^ip.CalculateChecksum())
	flatten(ip.Payload(), pkt)
	return frame
}

// takeShortcut is IngressShortcut.
func (n *NIC) takeShortcut(f *netfab.Frame) Verdict {
	if n.acks.arrived.tcp == nil && n.shortcut.answerEcho(f.Data()) {
		return Take
	}
	if n.shortcut.take(f.Data(), &n.acks.arrived) {
		n.host.settle()
		return Take
	}
	return Pass
}

// take gives a received frame directly to TCP, if its segment allows that.
func (s *shortcut) take(frame []byte, segment *tcpSegment) bool {
	ip, tcp := segment.ip, segment.tcp
	if s == nil || tcp == nil || ip.Size() != wire.IPv4Size {
		return false
	}
	damaged := s.nic.port.Fabric().Damaged()
	if s.nic.answers(segment) { // IPv4 would drop it, whatever else there is
		if damaged && !header.IPv4(ip[:]).IsChecksumValid() {
			return true
		}
	} else if s.kernel.judges || damaged || ip.Length() != len(wire.EthernetPayload(frame)) || !s.nic.expects(ip) {
		return false
	}
	pkt, _ := packet(frame[:header.EthernetMinimumSize+ip.Length()])
	pkt.NetworkHeader().Consume(ip.Size())
	pkt.TransportHeader().Consume(tcp.Size())
	pkt.NetworkProtocolNumber, pkt.TransportProtocolNumber = header.IPv4ProtocolNumber, header.TCPProtocolNumber
	pkt.NICID, pkt.InputNICID = s.nic.id, s.nic.id
	pkt.RXChecksumValidated = !damaged
	if !s.kernel.flows.queue(segment.flow, pkt) {
		s.transport.DeliverTransportPacket(header.TCPProtocolNumber, pkt)
	}
	pkt.DecRef()
	return true
}

// expects reports whether the packet's source may be another machine's address
// and its destination is an address of the interface.
func (n *NIC) expects(ip *wire.IPv4Header) bool {
	from, to := ip.Source(), ip.Destination()
	if !n.address.IsValid() || from[0] == 127 || from[0] >= 224 {
		return false
	}
	own := n.address.Addr().As4()
	host := uint32(1)<<(32-n.address.Bits()) - 1
	broadcast := binary.BigEndian.Uint32(own[:]) | host
	mine := to == own
	if from == own || binary.BigEndian.Uint32(from[:]) == broadcast {
		return false
	}
	for _, vip := range n.held {
		a := vip.As4()
		mine = mine || to == a
		if from == a {
			return false
		}
	}
	return mine
}
