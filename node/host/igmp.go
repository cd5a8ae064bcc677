package host

import (
	"net/netip"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip/header"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim"
)

// This file reports groups by IGMP version 2 (RFC 2236). The stack's own IGMP
// stays off: it also reports the groups that routers join, and lists groups in
// map order. Queries are not answered, because no machine sends any.

// reportAgain is when a report is repeated, once, because the first may be
// lost. The RFC allows at most 10 s (§8.10).
const reportAgain = 10 * time.Second

// allRouters is the destination of leave messages.
var allRouters = netip.AddrFrom4([4]byte{224, 0, 0, 2})

// joinGroup makes the NIC accept the frames of a group, and reports the first
// membership to switches that snoop.
func (n *NIC) joinGroup(group netip.Addr) {
	mac := wire.MulticastMAC(group.As4())
	n.take(mac)
	n.memberships[group]++
	if n.memberships[group] > 1 {
		return
	}
	n.sendIGMP(header.IGMPv2MembershipReport, group, group)
	n.host.kernel.After(reportAgain, sim.Func(func() {
		if n.memberships[group] > 0 {
			n.sendIGMP(header.IGMPv2MembershipReport, group, group)
		}
	}))
}

// leaveGroup undoes joinGroup.
func (n *NIC) leaveGroup(group netip.Addr) {
	n.ignore(wire.MulticastMAC(group.As4()))
	if n.memberships[group]--; n.memberships[group] > 0 {
		return
	}
	delete(n.memberships, group)
	n.sendIGMP(header.IGMPLeaveGroup, group, allRouters)
}

// sendIGMP sends a message about a group, with the router alert option and a
// TTL of 1 (§2).
func (n *NIC) sendIGMP(kind header.IGMPType, group, to netip.Addr) {
	if n.closed || !n.address.IsValid() {
		return
	}
	options := header.IPv4OptionsSerializer{&header.IPv4SerializableRouterAlertOption{}}
	size := header.IPv4MinimumSize + int(options.Length())
	f := n.port.Fabric().NewFrame(header.EthernetMinimumSize + size + header.IGMPMinimumSize)
	wire.EthernetOf(f.Data()).Set(wire.MulticastMAC(to.As4()), n.mac, wire.EtherTypeIPv4)
	ip := header.IPv4(wire.EthernetPayload(f.Data()))
	ip.Encode(&header.IPv4Fields{
		TotalLength: uint16(len(ip)), TTL: header.IGMPTTL, Protocol: uint8(header.IGMPProtocolNumber),
		SrcAddr: address(n.address.Addr()), DstAddr: address(to), Options: options,
	})
	ip.SetChecksum(^ip.CalculateChecksum())
	igmp := header.IGMP(ip.Payload())
	clear(igmp)
	igmp.SetType(kind)
	igmp.SetGroupAddress(address(group))
	igmp.SetChecksum(header.IGMPCalculateChecksum(igmp))
	n.send(f)
}
