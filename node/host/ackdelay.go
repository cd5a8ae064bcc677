package host

import (
	"encoding/binary"
	"net/netip"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip/header"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/sim"
)

// AckDelay is how long an acknowledgement waits for data to ride on: the least
// of Linux (TCP_DELACK_MIN). RFC 1122 §4.2.3.2 allows 0.5 s.
const AckDelay = 40 * time.Millisecond

// ackDelay is delayed acknowledgement, which gVisor lacks: it answers every
// segment at once, so that a request and its answer take four frames instead of
// the two of other systems. It is a stage in both directions. The bare
// acknowledgement of a segment that has just come in order is held; what the
// connection says next overtakes and replaces it. Everything else leaves at
// once: acknowledgements of handshakes and FINs, of what came out of order, of
// probes, and every second one in a row (RFC 5681 §4.2).
type ackDelay struct {
	nic         *NIC
	arrived     tcpSegment // that the stack is working on
	segment     bool       // there is one
	held        map[flow]*heldAck
	first, last *heldAck // held ones in order of their instants
	free        *heldAck // ready for reuse, linked by next
	timer       *sim.Timer
	armed       bool
}

// heldAck is an acknowledgement that waits.
type heldAck struct {
	flow       flow
	frame      *netfab.Frame
	due        time.Duration
	prev, next *heldAck
}

// flow is a TCP connection as one side's frames name it: addresses, then ports,
// sender first.
type flow [12]byte

// back returns the flow in the other direction.
func (f flow) back() flow {
	var b flow
	copy(b[0:4], f[4:8])
	copy(b[4:8], f[0:4])
	copy(b[8:10], f[10:12])
	copy(b[10:12], f[8:10])
	return b
}

// tcpSegment is what matters here of a TCP segment.
type tcpSegment struct {
	flow     flow
	seq, ack uint32
	size     int // bytes of data
	flags    header.TCPFlags
}

// parseSegment reads a frame; ok is false if it holds no whole TCP segment.
func parseSegment(frame []byte) (s tcpSegment, ok bool) {
	const eth, port = header.EthernetMinimumSize, header.TCPMinimumSize
	if len(frame) < eth+header.IPv4MinimumSize+port || frame[12] != 8 || frame[13] != 0 {
		return s, false
	}
	ip := header.IPv4(frame[eth:])
	length, total := int(ip.HeaderLength()), int(ip.TotalLength())
	if ip.Protocol() != uint8(header.TCPProtocolNumber) || ip.More() || ip.FragmentOffset() != 0 ||
		length < header.IPv4MinimumSize || total < length+port || total > len(ip) {
		return s, false
	}
	tcp := header.TCP(ip[length:total])
	s.size = len(tcp) - int(tcp.DataOffset())
	copy(s.flow[0:8], ip[12:20])
	copy(s.flow[8:12], tcp[0:4])
	s.seq, s.ack = binary.BigEndian.Uint32(tcp[4:]), binary.BigEndian.Uint32(tcp[8:])
	s.flags = tcp.Flags()
	return s, s.size >= 0
}

func newAckDelay(n *NIC) *ackDelay {
	d := &ackDelay{nic: n, held: map[flow]*heldAck{}}
	d.timer = n.host.kernel.NewTimer(sim.Func(d.expire))
	return d
}

// arrive is IngressAcks: it notes the frame that the stack is given next.
func (d *ackDelay) arrive(frame *netfab.Frame) Verdict {
	d.arrived, d.segment = parseSegment(frame.Data())
	return Pass
}

// settled ends what arrive began: what the stack says from now on is no answer
// to a frame.
func (d *ackDelay) settled() { d.arrived.size, d.segment = 0, false }

// leave is EgressAcks: it holds a frame of the stack, or lets it pass.
func (d *ackDelay) leave(frame *netfab.Frame) Verdict {
	s, tcp := parseSegment(frame.Data())
	if !tcp {
		return Pass
	}
	second := d.drop(s.flow)
	if !second && d.mayWait(s) {
		d.hold(s.flow, frame)
		return Take
	}
	return Pass
}

// mayWait reports whether s is the bare acknowledgement of the whole segment
// that has just arrived in order.
func (d *ackDelay) mayWait(s tcpSegment) bool {
	a := &d.arrived
	const other = header.TCPFlagSyn | header.TCPFlagFin | header.TCPFlagRst
	return s.size == 0 && s.flags == header.TCPFlagAck &&
		a.size > 0 && a.flags&other == 0 && s.ack == a.seq+uint32(a.size) && s.flow == a.flow.back()
}

// hold keeps an acknowledgement for AckDelay.
func (d *ackDelay) hold(f flow, frame *netfab.Frame) {
	h := d.free
	if h != nil {
		d.free = h.next
	} else {
		h = new(heldAck)
	}
	*h = heldAck{flow: f, frame: frame, due: d.nic.host.loop.Now() + AckDelay, prev: d.last}
	if d.last != nil {
		d.last.next = h
	} else {
		d.first = h
	}
	d.last = h
	d.held[f] = h
	if !d.armed {
		d.armed = true
		d.timer.Reset(AckDelay)
	}
}

// drop forgets the held acknowledgement of a flow and reports whether there was
// one.
func (d *ackDelay) drop(f flow) bool {
	h := d.held[f]
	if h == nil {
		return false
	}
	d.remove(h).Release()
	return true
}

// remove takes h out of the list and returns its frame.
func (d *ackDelay) remove(h *heldAck) *netfab.Frame {
	if h.prev != nil {
		h.prev.next = h.next
	} else {
		d.first = h.next
	}
	if h.next != nil {
		h.next.prev = h.prev
	} else {
		d.last = h.prev
	}
	delete(d.held, h.flow)
	frame := h.frame
	*h = heldAck{next: d.free}
	d.free = h
	return frame
}

// expire sends what has waited long enough. The timer is not stopped when an
// acknowledgement is dropped: it finds nothing due, and looks again.
func (d *ackDelay) expire() {
	now := d.nic.host.loop.Now()
	for d.first != nil && d.first.due <= now {
		d.nic.leave(d.nic.egress.after(EgressAcks), d.remove(d.first))
	}
	if d.armed = d.first != nil; d.armed {
		d.timer.Reset(d.first.due - now)
	}
}

// forget drops what is held from an address that the machine gives up.
func (d *ackDelay) forget(own netip.Addr) {
	for h := d.first; h != nil; {
		next := h.next
		if netip.AddrFrom4([4]byte(h.flow[0:4])) == own {
			d.remove(h).Release()
		}
		h = next
	}
}

// clear drops everything, as a crash does.
func (d *ackDelay) clear() {
	for d.first != nil {
		d.remove(d.first).Release()
	}
	d.armed = false
}
