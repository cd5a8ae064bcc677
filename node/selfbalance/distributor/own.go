package distributor

import (
	"net/netip"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/selfbalance"
	"github.com/cablepull/cablepull/node/wire"
)

// balances reports whether connections of this machine's own programs to a
// service are balanced.
func (d *Distributor) balances(to netip.AddrPort) bool {
	return d.machine.Balances(selfbalance.ServiceOf(to))
}

// routeOwn decides about a segment of a connection that this machine opens.
func (d *Distributor) routeOwn(from, to netip.AddrPort, flags wire.TCPFlags) (host.Verdict, host.MAC) {
	p := selfbalance.Packet{
		Flow:    selfbalance.Flow{Client: from.Addr().As4(), VIP: to.Addr().As4(), ClientPort: from.Port(), Port: to.Port()},
		Segment: selfbalance.SegmentOf(flags), Own: true,
	}
	d.know(&p)
	decision := d.machine.Route(d.now(), &p)
	d.note(&p, decision)
	switch decision.Verdict {
	case selfbalance.Forward, selfbalance.PassOn:
		return host.Take, d.macs[decision.To]
	case selfbalance.Hold, selfbalance.Drop:
		return host.Drop, host.MAC{} // TCP sends it again
	}
	return host.Pass, host.MAC{} // the own stack also refuses what nobody serves
}
