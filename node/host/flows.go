package host

import (
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
)

// flows finds the endpoint of a received segment. gVisor's demultiplexer goes
// through four maps and three locks for that. Only endpoints that are
// established are found here: then the demultiplexer would find the same one.
type flows struct {
	protocol queuedProtocol
	ends     map[flow]tcpEndpoint
}

// tcpEndpoint is both of gVisor's views of a TCP endpoint.
type tcpEndpoint interface {
	tcpip.Endpoint
	stack.TransportEndpoint
}

// queuedProtocol is how the demultiplexer hands over a segment to TCP.
type queuedProtocol interface {
	QueuePacket(stack.TransportEndpoint, stack.TransportEndpointID, *stack.PacketBuffer)
}

func newFlows(s *stack.Stack) flows {
	protocol, _ := s.TransportProtocolInstance(tcp.ProtocolNumber).(queuedProtocol)
	return flows{protocol, map[flow]tcpEndpoint{}}
}

// add makes the connection's flow known.
func (f *flows) add(c *Conn) {
	endpoint, ok := c.ep.(tcpEndpoint)
	if f.protocol == nil || !ok || !c.local.Addr().Is4() || !c.remote.Addr().Is4() {
		return
	}
	c.received = flow{c.remote.Addr().As4(), c.local.Addr().As4(), c.remote.Port(), c.local.Port()}
	f.ends[c.received] = endpoint
}

// remove forgets the connection's flow, unless it already belongs to another
// connection.
func (f *flows) remove(c *Conn) {
	if f.ends[c.received] == c.ep {
		delete(f.ends, c.received)
	}
}

// queue queues a segment for its endpoint and reports whether it found that.
func (f *flows) queue(received flow, pkt *stack.PacketBuffer) bool {
	endpoint := f.ends[received]
	if endpoint == nil || tcp.EndpointState(endpoint.State()) != tcp.StateEstablished {
		return false
	}
	f.protocol.QueuePacket(endpoint, stack.TransportEndpointID{
		LocalPort: received.toPort, LocalAddress: tcpip.AddrFrom4(received.to),
		RemotePort: received.fromPort, RemoteAddress: tcpip.AddrFrom4(received.from),
	}, pkt)
	return true
}
