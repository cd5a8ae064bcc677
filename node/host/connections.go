package host

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"strconv"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
)

// Connection is a TCP connection of an address of the machine.
type Connection struct {
	Peer  netip.AddrPort
	Port  uint16 // the machine's own
	State TCPState
}

// TCPState is the state of a connection (RFC 9293 §3.3.2).
type TCPState uint8

// The states in which a stack has a connection.
const (
	TCPSynSent TCPState = iota
	TCPSynReceived
	TCPEstablished
	TCPFinWait1
	TCPFinWait2
	TCPCloseWait
	TCPClosing
	TCPLastAck
	TCPTimeWait
)

var tcpStateNames = [...]string{
	"SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT",
}

// String returns the name in the RFC.
func (s TCPState) String() string {
	if int(s) < len(tcpStateNames) {
		return tcpStateNames[s]
	}
	return "TCPState(" + strconv.Itoa(int(s)) + ")"
}

// tcpStateOf translates the stack's state; false: there is no connection.
func tcpStateOf(s tcp.EndpointState) (TCPState, bool) {
	switch s {
	case tcp.StateSynSent:
		return TCPSynSent, true
	case tcp.StateSynRecv:
		return TCPSynReceived, true
	case tcp.StateEstablished:
		return TCPEstablished, true
	case tcp.StateFinWait1:
		return TCPFinWait1, true
	case tcp.StateFinWait2:
		return TCPFinWait2, true
	case tcp.StateCloseWait:
		return TCPCloseWait, true
	case tcp.StateClosing:
		return TCPClosing, true
	case tcp.StateLastAck:
		return TCPLastAck, true
	case tcp.StateTimeWait:
		return TCPTimeWait, true
	}
	return 0, false
}

// Connections returns the TCP connections whose local address is own, sorted by
// peer and then by port: those that the machine accepted, also if no program
// has taken them from the backlog yet or one has closed them already, and those
// that it opened from that address. A machine that is down has none.
func (h *Host) Connections(own netip.Addr) []Connection {
	if h.kernelState == nil || !own.Is4() {
		return nil
	}
	type entry struct {
		key   uint64 // peer's address and port, own port: their order is that of numbers
		state TCPState
	}
	var found []entry
	local := address(own)
	for _, te := range h.stack.RegisteredEndpoints() {
		ep, is := te.(*tcp.Endpoint)
		if !is {
			continue
		}
		id := &ep.TransportEndpointInfo.ID // nothing else runs: the stack has settled
		state, connected := tcpStateOf(ep.EndpointState())
		if connected && id.LocalAddress == local && id.RemoteAddress.Len() == 4 {
			found = append(found, entry{keyOf(id.RemoteAddress, id.RemotePort, id.LocalPort), state})
		}
	}
	slices.SortFunc(found, func(a, b entry) int {
		switch {
		case a.key < b.key:
			return -1
		case a.key > b.key:
			return 1
		}
		return 0
	})
	all := make([]Connection, len(found))
	for i, e := range found {
		var peer [4]byte
		binary.BigEndian.PutUint32(peer[:], uint32(e.key>>32))
		all[i] = Connection{netip.AddrPortFrom(netip.AddrFrom4(peer), uint16(e.key>>16)), uint16(e.key), e.state}
	}
	return all
}

func keyOf(peer tcpip.Address, peerPort, port uint16) uint64 {
	a := peer.As4()
	return uint64(binary.BigEndian.Uint32(a[:]))<<32 | uint64(peerPort)<<16 | uint64(port)
}

// HasConnection reports whether the machine has the TCP connection of a segment
// that the interface received. A listener is no connection.
func (n *NIC) HasConnection(from, to netip.AddrPort) bool {
	if n.host.kernelState == nil || !from.Addr().Is4() || !to.Addr().Is4() {
		return false
	}
	return n.knows(flow{from.Addr().As4(), to.Addr().As4(), from.Port(), to.Port()})
}
