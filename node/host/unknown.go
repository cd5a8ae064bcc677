package host

import (
	"net/netip"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
)

// dropUnknown is IngressUnknown. It drops segments that neither open a
// connection nor belong to one of the machine: a stateful packet filter that
// knows no such flow does so, and the stack never answers with RST.
func (n *NIC) dropUnknown(f *netfab.Frame) Verdict {
	s := segmentOf(f.Data())
	if s.tcp == nil || s.tcp.Flags()&(wire.TCPSyn|wire.TCPAck) == wire.TCPSyn ||
		!n.holds(netip.AddrFrom4(s.flow.to)) || n.knows(s.flow) {
		return Pass
	}
	from, to := netip.AddrFrom4(s.flow.from), netip.AddrFrom4(s.flow.to)
	refused := event.FlowRefused{Protocol: "TCP", From: from.String(), To: netip.AddrPortFrom(to, s.flow.toPort).String()}
	n.host.refuse(n.host.told, refused, event.RefusedState)
	return Drop
}

// knows reports whether the stack has the connection of a received segment. A
// listener is no connection.
func (n *NIC) knows(f flow) bool {
	if ep := n.host.flows.ends[f]; ep != nil && tcp.EndpointState(ep.State()) == tcp.StateEstablished {
		return true
	}
	found := n.host.stack.FindTransportEndpoint(ipv4.ProtocolNumber, tcp.ProtocolNumber, stack.TransportEndpointID{
		LocalAddress: tcpip.AddrFrom4(f.to), LocalPort: f.toPort, RemoteAddress: tcpip.AddrFrom4(f.from), RemotePort: f.fromPort,
	}, n.id)
	ep, is := found.(tcpip.Endpoint)
	return is && tcp.EndpointState(ep.State()) != tcp.StateListen
}
