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
	ends     map[flow]*flowEnd
}

// flowEnd is an endpoint that receives a flow.
type flowEnd struct {
	endpoint tcpEndpoint
	id       stack.TransportEndpointID
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
	return flows{protocol, map[flow]*flowEnd{}}
}

// add makes the connection's flow known.
func (f *flows) add(c *Conn) {
	endpoint, ok := c.ep.(tcpEndpoint)
	if f.protocol == nil || !ok || !c.local.Addr().Is4() || !c.remote.Addr().Is4() {
		return
	}
	c.received = flow{c.remote.Addr().As4(), c.local.Addr().As4(), c.remote.Port(), c.local.Port()}
	f.ends[c.received] = &flowEnd{endpoint, stack.TransportEndpointID{
		LocalPort: c.local.Port(), LocalAddress: address(c.local.Addr()),
		RemotePort: c.remote.Port(), RemoteAddress: address(c.remote.Addr()),
	}}
}

// remove forgets the connection's flow, unless it already belongs to another
// connection.
func (f *flows) remove(c *Conn) {
	if end := f.ends[c.received]; end != nil && end.endpoint == c.ep {
		delete(f.ends, c.received)
	}
}

// queue queues a segment for its endpoint and reports whether it found that.
func (f *flows) queue(received flow, pkt *stack.PacketBuffer) bool {
	end := f.ends[received]
	if end == nil || tcp.EndpointState(end.endpoint.State()) != tcp.StateEstablished {
		return false
	}
	f.protocol.QueuePacket(end.endpoint, end.id, pkt)
	return true
}
