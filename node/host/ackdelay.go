package host

import (
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim"
)

// AckDelay is how long an acknowledgement waits for data to be sent with:
// Linux's minimum (TCP_DELACK_MIN). RFC 1122 §4.2.3.2 allows 0.5 s.
const AckDelay = 40 * time.Millisecond

// ackDelay is delayed acknowledgement, which gVisor lacks: it answers every
// segment at once, so that a request and its answer take four frames instead of
// the two of other systems. It is a stage in both directions. It holds the bare
// acknowledgement of a segment that has just arrived in order; the connection's
// next segment replaces it. All other acknowledgements leave at once: of
// handshakes, FINs, out-of-order segments and probes, and every second one in a
// row (RFC 5681 §4.2).
type ackDelay struct {
	nic         *NIC
	arrived     tcpSegment // the segment that the stack is processing
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

// flow is one direction of a TCP connection.
type flow struct {
	from, to         [4]byte
	fromPort, toPort uint16
}

// back returns the flow in the other direction.
func (f flow) back() flow { return flow{f.to, f.from, f.toPort, f.fromPort} }

// tcpSegment views a whole TCP segment in a frame. It is valid as long as the
// frame is.
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

// arrive is IngressAcks: it records the frame that the stack gets next.
func (d *ackDelay) arrive(frame *netfab.Frame) Verdict {
	d.arrived = segmentOf(frame.Data())
	return Pass
}

// settled ends what arrive began: what the stack sends from now on does not
// answer a frame.
func (d *ackDelay) settled() { d.arrived = tcpSegment{} }

// leave is EgressAcks: it holds a frame from the stack, or lets it pass.
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

// expire sends the acknowledgements that are due. The timer is not stopped when
// one is dropped: it then finds nothing due and is set again.
func (d *ackDelay) expire() {
	now := d.nic.host.loop.Now()
	for d.first != nil && d.first.due <= now {
		d.nic.leave(d.nic.egress.after(EgressAcks), d.remove(d.first))
	}
	if d.armed = d.first != nil; d.armed {
		d.timer.Reset(d.first.due - now)
	}
}

// forget drops held acknowledgements from an address that the machine gives up.
func (d *ackDelay) forget(own netip.Addr) {
	for h := d.first; h != nil; {
		next := h.next
		if netip.AddrFrom4(h.flow.from) == own {
			d.remove(h).Release()
		}
		h = next
	}
}

// readdress gives held acknowledgements from an address the source MAC that it
// has now: one that left from a virtual MAC after its release would divert the
// frames of the new owner.
func (d *ackDelay) readdress(own netip.Addr) {
	for h := d.first; h != nil; h = h.next {
		if h.flow.from == own.As4() {
			wire.EthernetOf(h.frame.Data()).SetSource(d.nic.sourceMAC(h.flow.from))
		}
	}
}

// clear drops everything, as a crash does.
func (d *ackDelay) clear() {
	for d.first != nil {
		d.remove(d.first).Release()
	}
	d.armed = false
}
