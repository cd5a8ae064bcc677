package host

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// DialHalf sends a SYN and resets the connection when it is answered, as
// half-open health checks do: the program behind the port never notices. It
// parks the current proc until the answer or the timeout, and returns nil if
// the port is open. Errors are those of Dial.
//
// Within one machine there are no frames. There the stack completes the
// handshake before the reset, and the program accepts a connection that is over
// at once.
func (h *Host) DialHalf(target netip.AddrPort, timeout time.Duration) error {
	if h.kernelState == nil {
		return fmt.Errorf("host: dial half %v: %w", target, ErrDown)
	}
	d := &halfDialling{dialling: dialling{host: h, target: target, timeout: timeout}}
	for _, n := range h.nics {
		socket := n.OpenPacket(d.answers, nil)
		socket.receive = func(frame []byte) { d.reset(socket, frame) }
		defer socket.Close()
	}
	h.loop.Await(d)
	c := d.Conn
	if c == nil {
		return failure("dial half", target, d.failed)
	}
	defer c.Abort() // the stack has seen no answer, and would retransmit
	switch {
	case c.gone():
		return fmt.Errorf("host: dial half %v: %w", target, ErrDown)
	case d.answered:
		return nil
	case d.late:
		return fmt.Errorf("host: dial half %v: %w", target, ErrTimeout)
	}
	return failure("dial half", target, d.failed)
}

// halfDialling is a DialHalf in progress.
type halfDialling struct {
	dialling
	answered bool
}

// Try implements sim.Attempt.
func (d *halfDialling) Try() bool {
	if d.answered {
		d.writer.unblock()
		return true
	}
	ended := d.dialling.Try()
	d.answered = ended && d.Conn != nil && d.failed == nil && !d.late && !d.gone() // within the machine
	return ended
}

// answers reports whether a frame shows that the port is open. The stack does
// not see that frame, so that it does not complete the handshake.
func (d *halfDialling) answers(frame []byte) bool {
	ip, segment, _ := wire.TCPOf(frame)
	if segment == nil || segment.Flags()&(wire.TCPSyn|wire.TCPAck) != wire.TCPSyn|wire.TCPAck ||
		ip.From() != d.remote.Addr() || segment.SourcePort() != d.remote.Port() {
		return false
	}
	local, err := d.ep.GetLocalAddress()
	return err == nil && segment.DestinationPort() == local.Port
}

// reset resets the connection on the interface of its answer.
func (d *halfDialling) reset(s *PacketSocket, frame []byte) {
	s.Send(wire.AppendReset(nil, frame))
	if p := d.writer.proc; p != nil && !d.answered {
		d.answered = true
		p.Wake()
	}
}
