package host

import (
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/wire"
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

// flow is a TCP connection as one side's frames name it.
type flow struct {
	from, to         [4]byte
	fromPort, toPort uint16
}

// back returns the flow in the other direction.
func (f flow) back() flow { return flow{f.to, f.from, f.toPort, f.fromPort} }

// tcpSegment is what matters here of a whole TCP segment. It views the frame, and
// is valid as long as that is.
type tcpSegment struct {
	ip   *wire.IPv4Header
	tcp  *wire.TCPHeader // nil: no whole segment
	flow flow
	size int // bytes of data
}

func segmentOf(frame []byte) tcpSegment {
	ip, tcp, data := wire.TCPOf(frame)
	if tcp == nil {
		return tcpSegment{}
	}
	f := flow{ip.Source(), ip.Destination(), tcp.SourcePort(), tcp.DestinationPort()}
	return tcpSegment{ip, tcp, f, len(data)}
}

func newAckDelay(n *NIC) *ackDelay {
	d := &ackDelay{nic: n, held: map[flow]*heldAck{}}
	d.timer = n.host.kernel.NewTimer(sim.Func(d.expire))
	return d
}

// arrive is IngressAcks: it notes the frame that the stack is given next.
func (d *ackDelay) arrive(frame *netfab.Frame) Verdict {
	d.arrived = segmentOf(frame.Data())
	return Pass
}

// settled ends what arrive began: what the stack says from now on is no answer
// to a frame.
func (d *ackDelay) settled() { d.arrived = tcpSegment{} }

// leave is EgressAcks: it holds a frame of the stack, or lets it pass.
func (d *ackDelay) leave(frame *netfab.Frame) Verdict {
	s := segmentOf(frame.Data())
	if s.tcp == nil {
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
	const other = wire.TCPSyn | wire.TCPFin | wire.TCPRst
	return s.size == 0 && s.tcp.Flags() == wire.TCPAck &&
		a.size > 0 && a.tcp.Flags()&other == 0 &&
		s.tcp.Acknowledgement() == a.tcp.Sequence()+uint32(a.size) && s.flow == a.flow.back()
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
		if netip.AddrFrom4(h.flow.from) == own {
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
