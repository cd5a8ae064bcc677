package host

import (
	"cmp"
	"net/netip"
	"time"

	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// MAC is an Ethernet address.
type MAC = wire.MAC

// ParseMAC reads an address such as 02:00:00:00:00:0a.
func ParseMAC(text string) (MAC, error) { return wire.ParseMAC(text) }

// NIC is one interface: a link endpoint for the stack on one side, the far end
// of a fabric's port on the other.
type NIC struct {
	host    *Host
	id      tcpip.NICID
	name    string
	mac     MAC
	address netip.Prefix
	gateway netip.Addr
	port    *netfab.Port

	dispatcher stack.NetworkDispatcher
	shortcut   *shortcut
	closed     bool         // the machine is off: no frame leaves
	quiet      bool         // drop the stack's next ARP reply; see adopt
	held       []netip.Addr // virtual IPs; see vip.go
	hidden     []netip.Addr // of these, the ones that it does not own
	virtual    []virtualAddress
	stuck      MAC // virtual MAC that was never released (spec/failover.md F31)
	sockets    []*PacketSocket
	groups     map[MAC]int // number of sockets that want the frames of a group

	memberships map[netip.Addr]int // number of sockets that have joined a group; see igmp.go
	carrier     []func(up bool)
	neighbours  map[netip.Addr]neighbour
	learnt      uint64           // changes of the stack's neighbour cache so far, and 1; see nextHop
	permanent   []virtualAddress // entries of neighbours
	lifetime    *lifetime
	acks        *ackDelay
	translated  []netip.Addr // addresses that it answers for to translate them; see router.go
	diversion   *Diversion   // nil: none

	ingress, egress Path // see stage.go
	waiting         HeldFrame
}

func newNIC(h *Host, id int, name string, mac MAC, address netip.Prefix) *NIC {
	n := &NIC{
		host: h, id: tcpip.NICID(id), name: name, mac: mac, address: address, closed: true, learnt: 1,
		neighbours: map[netip.Addr]neighbour{}, groups: map[MAC]int{}, memberships: map[netip.Addr]int{},
	}
	n.waiting.next, n.waiting.prev = &n.waiting, &n.waiting
	n.acks = newAckDelay(n)
	n.lifetime = newLifetime(n)
	n.newPaths()
	return n
}

// Name returns the interface's name.
func (n *NIC) Name() string { return n.name }

// MAC returns the burnt-in address.
func (n *NIC) MAC() MAC { return n.mac }

// Address returns the interface's own address, with its prefix length.
func (n *NIC) Address() netip.Prefix { return n.address }

// SetAddress changes the own address, at once if the machine runs. The zero
// prefix removes it.
func (n *NIC) SetAddress(p netip.Prefix) {
	before := n.address
	n.address = netip.Prefix{}
	if n.host.kernelState == nil {
		n.address = p
		return
	}
	if before.IsValid() {
		must(n.host.stack.RemoveAddress(n.id, address(before.Addr())))
		n.acks.forget(before.Addr())
		n.host.addressChanged(before.Addr(), false)
	}
	n.address = p
	if p.IsValid() {
		n.assign(p, stack.CanBePrimaryEndpoint)
	}
	n.host.setRoutes()
	if p.IsValid() {
		n.host.addressChanged(p.Addr(), true)
	}
}

// SetGateway sets the next hop for everything off the machine's segments.
func (n *NIC) SetGateway(a netip.Addr) { n.gateway = a }

// Port returns the switch port at the other end of the cable.
func (n *NIC) Port() *netfab.Port { return n.port }

// Carrier reports whether the link is up.
func (n *NIC) Carrier() bool { return n.port.Carrier() }

// OnCarrier calls f when the link comes up or goes down, until the machine
// crashes.
func (n *NIC) OnCarrier(f func(up bool)) { n.carrier = append(n.carrier, f) }

func (n *NIC) holds(a netip.Addr) bool {
	if n.address.IsValid() && n.address.Addr() == a && n.host.kernelState != nil {
		return true
	}
	for _, h := range n.held {
		if h == a {
			return true
		}
	}
	return false
}

// start attaches the interface to a new stack.
func (n *NIC) start() {
	st := n.host.stack
	n.closed = false
	must(st.CreateNICWithOptions(n.id, n, stack.NICOptions{Name: n.name, QDisc: n}))
	must(st.SetNUDConfigurations(n.id, ipv4.ProtocolNumber, n.neighbourTimes()))
	if n.address.IsValid() {
		n.assign(n.address, stack.CanBePrimaryEndpoint)
	}
	n.fillNeighbours()
}

// neighbourTimes returns how long a neighbour counts as reachable: from half to
// one and a half times the machine's ARP age (RFC 4861 §6.3.2). The factor has
// its own stream, so that it does not depend on the order of events; the RFC's
// new factor every few hours is omitted.
func (n *NIC) neighbourTimes() stack.NUDConfigurations {
	h := n.host
	c := stack.DefaultNUDConfigurations()
	age := cmp.Or(h.cfg.ARPAge, c.BaseReachableTime)
	factor := float64(c.MinRandomFactor) + h.loop.Stream(h.bootName()+"/neighbours/"+n.name).Float64()*float64(c.MaxRandomFactor-c.MinRandomFactor)
	c.BaseReachableTime = time.Duration(float64(age) * factor)
	c.MinRandomFactor, c.MaxRandomFactor = 1, 1
	if n.lifetime.fixed() > 0 {
		n.lifetime.times(&c)
	}
	return c
}

// assign gives an address to the stack. Addresses that are never primary are
// never chosen as source of an outgoing connection (spec/failover.md F13).
func (n *NIC) assign(p netip.Prefix, behaviour stack.PrimaryEndpointBehavior) {
	must(n.host.stack.AddProtocolAddress(n.id, tcpip.ProtocolAddress{
		Protocol:          ipv4.ProtocolNumber,
		AddressWithPrefix: tcpip.AddressWithPrefix{Address: address(p.Addr()), PrefixLen: p.Bits()},
	}, stack.AddressProperties{PEB: behaviour}))
}

// must turns an error that only a defect of the bench can cause into a panic,
// which ends the run with its stack.
func must(err tcpip.Error) {
	if err != nil {
		panic("host: " + err.String())
	}
}

// Stick is the defect of spec/failover.md F31: the interface keeps using mac
// for everything it sends, and accepting frames to it, until Unstick.
func (n *NIC) Stick(mac MAC) {
	n.stuck = mac
	n.port.Filter().Add(mac)
}

// Unstick forces the burnt-in address, as "MAC hardening" does. A virtual IP
// that is still held keeps its MAC.
func (n *NIC) Unstick() {
	stuck := n.stuck
	n.stuck = MAC{}
	for _, v := range n.virtual {
		if v.mac == stuck {
			return
		}
	}
	if !stuck.IsZero() {
		n.port.Filter().Remove(stuck)
	}
}

// take makes the interface accept frames to a group; ignore ends that when no
// socket wants them any longer.
func (n *NIC) take(group MAC) {
	n.groups[group]++
	n.port.Filter().Add(group)
}

func (n *NIC) ignore(group MAC) {
	if n.groups[group]--; n.groups[group] == 0 {
		delete(n.groups, group)
		n.port.Filter().Remove(group)
	}
}

// shut stops all frames from leaving.
func (n *NIC) shut() { n.closed = true }

// crash forgets the stack's state. A cold one also takes the link down.
func (n *NIC) crash(warm bool) {
	for _, vip := range n.held {
		if !n.hides(vip) {
			n.host.Log(event.VIPLost{Interface: n.name, VIP: vip.String()})
		}
	}
	for _, v := range n.virtual {
		if v.mac != n.stuck {
			n.port.Filter().Remove(v.mac)
		}
	}
	n.held, n.hidden, n.virtual, n.translated, n.sockets, n.carrier, n.diversion = nil, nil, nil, nil, nil, nil, nil
	n.acks.clear()
	n.lifetime.clear()
	n.releaseHeld()
	n.ingress.reset()
	n.egress.reset()
	n.neighbours, n.groups, n.memberships = map[netip.Addr]neighbour{}, map[MAC]int{}, map[netip.Addr]int{}
	if !warm {
		n.stuck = MAC{}
		n.port.Filter().Clear()
		n.port.Filter().Add(n.mac)
		n.port.SetPower(false)
	}
}

// takeStack is IngressStack.
func (n *NIC) takeStack(f *netfab.Frame) Verdict {
	n.deliver(f.Data())
	return Take
}

// deliver gives a frame to the stack.
func (n *NIC) deliver(data []byte) {
	pkt, eth := packet(data)
	n.dispatcher.DeliverNetworkPacket(eth.Type(), pkt)
	pkt.DecRef()
	n.host.settle()
}

// packet converts a frame to a packet of the stack, and also returns its
// Ethernet header, which is consumed.
func packet(data []byte) (*stack.PacketBuffer, header.Ethernet) {
	pkt := stack.NewPacketBuffer(stack.PacketBufferOptions{Payload: buffer.MakeWithData(data)})
	eth, ok := pkt.LinkHeader().Consume(header.EthernetMinimumSize)
	if !ok {
		panic("host: the fabric delivered a frame without an Ethernet header")
	}
	pkt.PktType = packetType(wire.EthernetOf(eth).Destination())
	return pkt, eth
}

// packetType classifies a frame that has passed the filter.
func packetType(to MAC) tcpip.PacketType {
	switch {
	case !to.IsMulticast():
		return tcpip.PacketHost
	case to == wire.Broadcast:
		return tcpip.PacketBroadcast
	}
	return tcpip.PacketMulticast
}

// CarrierChanged implements netfab.Receiver. A frozen machine notices when it
// thaws, and so do the programs of one whose process is frozen.
func (n *NIC) CarrierChanged(up bool) {
	n.host.kernel.Post(sim.Func(func() {
		if n.host.power != event.PowerUp {
			return
		}
		n.host.Log(event.LinkChanged{Interface: n.name, Up: up})
		if !up {
			n.forgetNeighbours()
		}
		tell := func() {
			for _, f := range n.carrier {
				f(up)
			}
		}
		if n.host.programs.Frozen() {
			n.host.programs.Post(sim.Func(tell))
		} else {
			tell()
		}
	}))
}
