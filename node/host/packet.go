package host

import (
	"bytes"
	"slices"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/sim"
)

// PacketSocket sends and receives whole Ethernet frames beside the TCP/IP
// stack, as AF_PACKET does. Standby control speaks through one: its hellos need
// a source MAC of their own, and must not wait for ARP.
type PacketSocket struct {
	nic     *NIC
	match   func(frame []byte) bool
	receive func(frame []byte)
	late    int // frames that wait for the thaw
	closed  bool
}

// OpenPacket gives the frames that match to receive, instead of to the stack.
// The frame is valid during the call. To a frozen process frames come late, in
// order. The socket is gone after a crash.
func (n *NIC) OpenPacket(match func(frame []byte) bool, receive func(frame []byte)) *PacketSocket {
	s := &PacketSocket{nic: n, match: match, receive: receive}
	n.sockets = append(n.sockets, s)
	return s
}

// Join makes the interface accept frames to a multicast address.
func (s *PacketSocket) Join(group MAC) { s.nic.take(group) }

// Close stops the flow of frames.
func (s *PacketSocket) Close() {
	s.closed = true
	s.nic.sockets = slices.DeleteFunc(s.nic.sockets, func(o *PacketSocket) bool { return o == s })
}

// Send puts a frame on the wire, past the stages that only the stack's own
// frames go through.
func (s *PacketSocket) Send(frame []byte) {
	n := s.nic
	if n.closed {
		return
	}
	f := n.port.Fabric().NewFrame(len(frame))
	copy(f.Data(), frame)
	n.sendRaw(f)
}

// takeRaw is IngressSockets: the first socket that matches has the frame.
func (n *NIC) takeRaw(f *netfab.Frame) Verdict {
	data := f.Data()
	for _, s := range n.sockets {
		if s.match(data) {
			s.deliver(data)
			return Take
		}
	}
	return Pass
}

// deliver hands a frame to the program. One that comes while others still wait
// stands behind them.
func (s *PacketSocket) deliver(frame []byte) {
	programs := s.nic.host.programs
	if !programs.Frozen() && s.late == 0 {
		s.receive(frame)
		return
	}
	s.late++
	waiting := bytes.Clone(frame)
	programs.Post(sim.Func(func() {
		s.late--
		if !s.closed {
			s.receive(waiting)
		}
	}))
}
