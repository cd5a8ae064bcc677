package host

import (
	"bytes"
	"slices"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/sim"
)

// PacketSocket sends and receives whole Ethernet frames, bypassing the TCP/IP
// stack, as AF_PACKET does. Standby control uses one: its hellos need their own
// source MAC, and must not wait for ARP.
type PacketSocket struct {
	nic     *NIC
	match   func(frame []byte) bool
	receive func(frame []byte)
	late    int // frames that wait for the thaw
	closed  bool
}

// OpenPacket passes frames that match to receive instead of to the stack. A
// frame is valid during the call. While the process is frozen frames wait, in
// order. A crash closes the socket.
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

// Send puts a frame on the wire, skipping the stages that are only for the
// stack's own frames.
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

// deliver passes a frame to the program. A frame that arrives while others
// still wait is queued after them.
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
