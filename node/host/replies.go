package host

import (
	"net/netip"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
)

// ReplyCheck says from where a router accepts the replies of a TCP connection
// that it has forwarded. Many NATs and firewalls expect them from where they
// sent the request: spec/failover.md F19.
type ReplyCheck uint8

// The reply checks.
const (
	RepliesAny           ReplyCheck = iota // from everywhere
	RepliesSameInterface                   // on the interface on which the last segment of the request left
	RepliesSameMAC                         // and from the MAC address to which it was sent
)

// replies are the ways of a router's connections.
type replies struct {
	host  *Host
	check ReplyCheck
	ways  flowTable[way] // by the flow of the replies
	told  map[event.FlowRefused]bool
	undo  []func()
}

// way is where the segments of a request go.
type way struct {
	nic *NIC
	mac MAC
}

// The names of the stages of a reply check.
const (
	stageRepliesIn  = "replies"
	stageRepliesOut = "requests"
)

// SetReplyCheck changes from where the machine accepts replies, until it
// crashes. It knows the connections that have begun since: others are not
// checked.
func (h *Host) SetReplyCheck(c ReplyCheck) {
	r := h.kernelState.replies
	if r != nil && c != RepliesAny {
		r.check = c
		return
	}
	if r != nil {
		for _, remove := range r.undo {
			remove()
		}
	}
	h.kernelState.replies = nil
	if c == RepliesAny {
		return
	}
	r = &replies{host: h, check: c, told: map[event.FlowRefused]bool{}}
	h.kernelState.replies = r
	for _, n := range h.nics {
		r.insert(&n.ingress, IngressAcks, Stage{stageRepliesIn, func(f *netfab.Frame) Verdict { return r.arrive(n, f.Data()) }})
		r.insert(&n.egress, EgressWire, Stage{stageRepliesOut, func(f *netfab.Frame) Verdict { return r.leave(n, f.Data()) }})
	}
}

func (r *replies) insert(p *Path, before string, s Stage) {
	remove, err := p.Insert(before, s)
	if err != nil {
		panic(err) // both stages exist, and this one only once
	}
	r.undo = append(r.undo, remove)
}

// leave notes where a segment goes that begins a connection, or belongs to one
// in the direction in which that began.
func (r *replies) leave(n *NIC, frame []byte) Verdict {
	ip, tcp := wire.TCPFlowOf(frame)
	if tcp == nil {
		return Pass
	}
	reply := flowOf(ip, tcp).back()
	w := r.ways.get(reply)
	if w == nil {
		if tcp.Flags()&(wire.TCPSyn|wire.TCPAck) != wire.TCPSyn {
			return Pass
		}
		w = r.ways.add(reply)
	}
	w.nic, w.mac = n, wire.EthernetOf(frame).Destination()
	return Pass
}

// arrive drops a reply that comes from elsewhere than its request went to.
func (r *replies) arrive(n *NIC, frame []byte) Verdict {
	ip, tcp := wire.TCPFlowOf(frame)
	if tcp == nil {
		return Pass
	}
	f := flowOf(ip, tcp)
	w := r.ways.get(f)
	switch {
	case w == nil:
		return Pass
	case w.nic != n:
		r.refuse(f, event.RefusedInterface)
		return Drop
	case r.check == RepliesSameMAC && w.mac != wire.EthernetOf(frame).Source():
		r.refuse(f, event.RefusedMAC)
		return Drop
	}
	return Pass
}

// refuse logs a refused reply, as the flow of its request.
func (r *replies) refuse(reply flow, reason string) {
	r.host.refuse(r.told, event.FlowRefused{
		Protocol: "TCP", From: netip.AddrFrom4(reply.to).String(),
		To: netip.AddrPortFrom(netip.AddrFrom4(reply.from), reply.fromPort).String(),
	}, reason)
}

func flowOf(ip *wire.IPv4Header, tcp *wire.TCPHeader) flow {
	return flow{ip.Source(), ip.Destination(), tcp.SourcePort(), tcp.DestinationPort()}
}

// refusalsMax is the maximum number of refused flows that are logged.
const refusalsMax = 1000

// refuse logs a refused flow, with the reason for its first packet, unless it
// was told before.
func (h *Host) refuse(told map[event.FlowRefused]bool, f event.FlowRefused, reason string) {
	if told[f] || len(told) >= refusalsMax {
		return
	}
	told[f] = true
	f.Reason = reason
	h.Log(f)
}
