package distributor

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/selfbalance"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
)

// route is the stage: it decides about frames to a virtual IP, and passes all
// others.
func (d *Distributor) route(f *netfab.Frame) host.Verdict {
	data := f.Data()
	if to, known := d.routeKnown(d.now(), data); known {
		if to == selfbalance.Self {
			return host.Pass
		}
		d.nic.Redirect(f, d.macs[to])
		return host.Take
	}
	ip := wire.IPv4Of(data)
	if ip == nil || !d.isVIP(ip.Destination()) {
		return host.Pass
	}
	switch ip.Protocol() {
	case wire.ProtocolTCP:
		return d.routeTCP(f, ip)
	case wire.ProtocolICMP:
		return d.routeICMP(f, ip)
	}
	return host.Pass
}

// routeKnown returns the member to which a frame of a client belongs, if the
// machine need not decide more. Most frames end here.
func (d *Distributor) routeKnown(now time.Duration, frame []byte) (to selfbalance.Slot, known bool) {
	p, plain := wire.PlainOf(frame)
	if !plain || !slices.Contains(d.vips, p.Destination) || d.hopsOf(frame) != 0 {
		return selfbalance.Self, false
	}
	return d.machine.RouteKnown(now, selfbalance.KeyOf(p), selfbalance.SegmentOf(p.Flags))
}

func (d *Distributor) isVIP(a [4]byte) bool {
	return slices.Contains(d.vips, binary.BigEndian.Uint32(a[:]))
}

// routeTCP decides about a segment, or a fragment of one.
func (d *Distributor) routeTCP(f *netfab.Frame, ip *wire.IPv4Header) host.Verdict {
	if ip.IsLaterFragment() {
		return d.carryOut(f, nil, d.machine.RouteLater(d.now(), ip.Packet(), d.hopsOf(f.Data())))
	}
	_, tcp := wire.TCPFlowOf(f.Data())
	if tcp == nil {
		return host.Pass // the stack counts what is malformed
	}
	var p selfbalance.Packet
	to := d.decide(d.now(), f.Data(), ip, tcp, &p)
	return d.carryOut(f, &p, to)
}

// decide asks the machine about a segment, which it describes in p.
func (d *Distributor) decide(now time.Duration, frame []byte, ip *wire.IPv4Header, tcp *wire.TCPHeader, p *selfbalance.Packet) selfbalance.Decision {
	p.Flow.Client, p.Flow.VIP = ip.Source(), ip.Destination()
	p.Flow.ClientPort, p.Flow.Port = tcp.SourcePort(), tcp.DestinationPort()
	p.Segment = selfbalance.SegmentOf(tcp.Flags())
	p.Hops = d.hopsOf(frame)
	d.know(p)
	if ip.IsFragment() {
		return d.machine.RouteFirst(now, ip.Packet(), p)
	}
	return d.machine.Route(now, p)
}

// know finds out whether this machine has the connection, if it matters.
func (d *Distributor) know(p *selfbalance.Packet) {
	p.Known = d.machine.AsksKnown(p.Hops) && d.nic.HasConnection(p.Flow.Source(), p.Flow.Service().Address())
}

// routeICMP passes errors about a connection to the member that has it.
func (d *Distributor) routeICMP(f *netfab.Frame, ip *wire.IPv4Header) host.Verdict {
	e, ok := wire.ICMPErrorOf(f.Data())
	if !ok || e.Original.Source() != ip.Destination() {
		return host.Pass
	}
	p := selfbalance.Packet{
		Flow: selfbalance.Flow{
			Client: e.Original.Destination(), VIP: e.Original.Source(),
			ClientPort: e.DestinationPort(), Port: e.SourcePort(),
		},
		Hops: d.hopsOf(f.Data()),
	}
	d.know(&p)
	return d.carryOut(f, &p, d.machine.RouteError(d.now(), &p))
}

// carryOut does what the machine has decided. The packet is nil for a later
// fragment.
func (d *Distributor) carryOut(f *netfab.Frame, p *selfbalance.Packet, to selfbalance.Decision) host.Verdict {
	d.note(p, to)
	switch to.Verdict {
	case selfbalance.Local:
		return host.Pass
	case selfbalance.Forward:
		d.nic.Redirect(f, d.macs[to.To])
		return host.Take
	case selfbalance.PassOn:
		d.nic.RedirectAs(f, d.macs[to.To], passedOn(d.nic.MAC()))
		return host.Take
	case selfbalance.Hold:
		return d.hold(f)
	case selfbalance.Refuse:
		d.unreachable(f)
	}
	return host.Drop
}

// note records what the machine has decided.
func (d *Distributor) note(p *selfbalance.Packet, to selfbalance.Decision) {
	if to.Assigned {
		d.host.Log(event.BalanceAssigned{
			Interface: d.nic.Name(), Service: p.Flow.Service().String(), Client: p.Flow.Source().String(),
			Member: d.machine.Member(to.To).String(),
		})
	}
	if to.Lost {
		d.unknown++
	}
}

// hold keeps a segment until the machine can decide about it.
func (d *Distributor) hold(f *netfab.Frame) host.Verdict {
	if len(d.held) == heldMax {
		return host.Drop // the client sends it again
	}
	d.held = append(d.held, d.nic.Hold(f))
	return host.Take
}

// decideHeld routes the segments that were held, in order.
func (d *Distributor) decideHeld() {
	held := d.held
	d.held, d.decided, d.unknown = nil, len(d.held), 0
	for _, h := range held {
		f := h.Frame()
		if f == nil {
			continue // the machine has crashed meanwhile
		}
		if d.route(f) == host.Pass {
			h.Resume(Stage)
		} else {
			h.Release()
		}
	}
}

// unreachable tells a client that nobody can serve it: ICMP port unreachable,
// as IPVS does (spec/failover.md §5.4).
func (d *Distributor) unreachable(f *netfab.Frame) {
	d.frame = wire.AppendPortUnreachable(d.frame[:0], f.Data())
	d.socket.Send(d.frame)
}
