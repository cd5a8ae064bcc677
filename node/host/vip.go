package host

import (
	"net/netip"
	"slices"

	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
)

// This file is the virtual IPs of an interface. It owns one, or hides it: a
// hidden address is local, so that listeners bind to it and connections to it
// are served, but the interface does not answer ARP requests for it and never
// names it as the sender of its own. Only the owner logs VIPGained and VIPLost.

// virtualAddress is an IP address with its MAC.
type virtualAddress struct {
	ip  netip.Addr
	mac MAC
}

// AddVIP makes the interface own a virtual IP. If mac is not zero, the address
// answers with it, and the interface accepts frames to it. A hidden address
// keeps its listeners and connections.
func (n *NIC) AddVIP(vip netip.Addr, mac MAC) {
	hidden := n.hides(vip)
	if n.host.kernelState == nil || n.holds(vip) && !hidden {
		return // a crashed machine holds nothing
	}
	if hidden {
		n.reveal(vip)
	} else {
		n.hold(vip)
	}
	if !mac.IsZero() {
		n.virtual = append(n.virtual, virtualAddress{vip, mac})
		n.port.Filter().Add(mac)
		n.acks.readdress(vip)
	}
	n.host.Log(event.VIPGained{Interface: n.name, VIP: vip.String()})
	if !hidden {
		n.host.addressChanged(vip, true)
	}
}

// HideVIP makes the interface hold a virtual IP that another machine owns, as
// Linux does with arp_ignore=1 and arp_announce=2: members of a self-balancing
// group serve the address from their own MAC. If the interface owns the
// address it gives up that, and its virtual MAC, but no connection.
func (n *NIC) HideVIP(vip netip.Addr) {
	owned := slices.Contains(n.held, vip) && !n.hides(vip)
	switch {
	case n.host.kernelState == nil:
	case owned:
		n.hidden = append(n.hidden, vip)
		n.releaseVirtual(vip)
		n.acks.readdress(vip)
		n.host.Log(event.VIPLost{Interface: n.name, VIP: vip.String()})
	case !n.holds(vip):
		n.hidden = append(n.hidden, vip)
		n.hold(vip)
		n.host.addressChanged(vip, true)
	}
}

// hold makes vip a local address.
func (n *NIC) hold(vip netip.Addr) {
	n.held = append(n.held, vip)
	n.assign(netip.PrefixFrom(vip, n.prefixLength()), stack.NeverPrimaryEndpoint)
}

// RemoveVIP gives up a virtual IP, owned or hidden. With reset, its connections
// are reset first; otherwise they freeze, and resume if the address comes back
// (spec/failover.md §9.5).
func (n *NIC) RemoveVIP(vip netip.Addr, reset bool) {
	i := slices.Index(n.held, vip)
	if i < 0 {
		return
	}
	if reset {
		n.host.abortConnections(vip)
	}
	n.held = slices.Delete(n.held, i, i+1)
	must(n.host.stack.RemoveAddress(n.id, address(vip)))
	n.acks.forget(vip)
	n.releaseVirtual(vip)
	if n.hides(vip) {
		n.reveal(vip)
	} else {
		n.host.Log(event.VIPLost{Interface: n.name, VIP: vip.String()})
	}
	n.host.addressChanged(vip, false)
}

// hides reports whether the interface holds a virtual IP without owning it.
func (n *NIC) hides(a netip.Addr) bool { return slices.Contains(n.hidden, a) }

// reveal ends the hiding of an address.
func (n *NIC) reveal(vip netip.Addr) {
	n.hidden = slices.DeleteFunc(n.hidden, func(a netip.Addr) bool { return a == vip })
}

func (n *NIC) prefixLength() int {
	if n.address.IsValid() {
		return n.address.Bits()
	}
	return 32
}

// releaseVirtual forgets the MAC of vip, and removes it from the filter if no
// other virtual IP uses it.
func (n *NIC) releaseVirtual(vip netip.Addr) {
	var mac MAC
	kept := n.virtual[:0]
	for _, v := range n.virtual {
		if v.ip == vip {
			mac = v.mac
		} else {
			kept = append(kept, v)
		}
	}
	n.virtual = kept
	for _, v := range kept {
		if v.mac == mac {
			return
		}
	}
	if !mac.IsZero() && mac != n.stuck {
		n.port.Filter().Remove(mac)
	}
}

// asksForHidden reports whether a received frame is an ARP request for a hidden
// address, which the stack would answer. Like Linux, the machine learns nothing
// from it.
func (n *NIC) asksForHidden(frame []byte) bool {
	if len(n.hidden) == 0 {
		return false
	}
	arp := wire.ARPOf(frame)
	return arp != nil && arp.Op() == wire.ARPRequestOp && n.hides(netip.AddrFrom4(arp.TargetIP()))
}

// disguise makes the own address the sender of an ARP request that names a
// hidden one: its receivers would learn that the hidden address is here. It
// reports whether the frame may leave.
func (n *NIC) disguise(frame []byte) bool {
	if len(n.hidden) == 0 {
		return true
	}
	arp := wire.ARPOf(frame)
	if arp == nil || !n.hides(netip.AddrFrom4(arp.SenderIP())) {
		return true
	}
	if !n.address.IsValid() {
		return false
	}
	arp.SetSenderIP(n.address.Addr().As4())
	return true
}
