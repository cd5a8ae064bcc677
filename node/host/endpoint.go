package host

import (
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/wire"
)

// This file is the stack's view of a NIC: stack.LinkEndpoint.

// mtu is the largest packet in an Ethernet frame.
const mtu = 1500

// MTU implements stack.LinkEndpoint.
func (n *NIC) MTU() uint32 { return mtu }

// SetMTU implements stack.LinkEndpoint; the MTU is Ethernet's.
func (n *NIC) SetMTU(uint32) {}

// MaxHeaderLength implements stack.LinkEndpoint.
func (n *NIC) MaxHeaderLength() uint16 { return header.EthernetMinimumSize }

// LinkAddress implements stack.LinkEndpoint.
func (n *NIC) LinkAddress() tcpip.LinkAddress { return tcpip.LinkAddress(n.mac[:]) }

// SetLinkAddress implements stack.LinkEndpoint; the burnt-in address stays.
func (n *NIC) SetLinkAddress(tcpip.LinkAddress) {}

// Capabilities implements stack.LinkEndpoint. The stack asks for each frame
// whether the link has verified its checksums: until an impairment has flipped
// a bit there is nothing to find. It computes checksums of what it sends, so
// that captures are correct.
func (n *NIC) Capabilities() stack.LinkEndpointCapabilities {
	if n.port.Fabric().Damaged() {
		return stack.CapabilityResolutionRequired
	}
	return stack.CapabilityResolutionRequired | stack.CapabilityRXChecksumOffload
}

// Attach implements stack.LinkEndpoint.
func (n *NIC) Attach(d stack.NetworkDispatcher) { n.dispatcher = d }

// IsAttached implements stack.LinkEndpoint.
func (n *NIC) IsAttached() bool { return n.dispatcher != nil }

// Wait implements stack.LinkEndpoint: there are no goroutines to wait for.
func (n *NIC) Wait() {}

// ARPHardwareType implements stack.LinkEndpoint.
func (n *NIC) ARPHardwareType() header.ARPHardwareType { return header.ARPHardwareEther }

// AddHeader implements stack.LinkEndpoint.
func (n *NIC) AddHeader(pkt *stack.PacketBuffer) {
	eth := pkt.LinkHeader().Push(header.EthernetMinimumSize)
	r := &pkt.EgressRoute
	wire.EthernetOf(eth).Set(macOf(r.RemoteLinkAddress), macOf(r.LocalLinkAddress), wire.EtherType(pkt.NetworkProtocolNumber))
}

// macOf converts the stack's form of an address; an unknown one is zero.
func macOf(a tcpip.LinkAddress) (m MAC) {
	copy(m[:], a)
	return m
}

// ParseHeader implements stack.LinkEndpoint.
func (n *NIC) ParseHeader(pkt *stack.PacketBuffer) bool {
	_, ok := pkt.LinkHeader().Consume(header.EthernetMinimumSize)
	return ok
}

// Close implements stack.LinkEndpoint.
func (n *NIC) Close() {}

// SetOnCloseAction implements stack.LinkEndpoint.
func (n *NIC) SetOnCloseAction(func()) {}

// WritePacket implements stack.QueueingDiscipline: there is no queue. It may
// run within settle, with locks of an endpoint held, so it only sends and never
// delivers.
func (n *NIC) WritePacket(pkt *stack.PacketBuffer) tcpip.Error {
	if n.closed {
		return nil
	}
	frame := n.port.Fabric().NewFrame(pkt.Size())
	flatten(frame.Data(), pkt)
	n.send(frame)
	return nil
}

// WritePackets implements stack.LinkEndpoint. The stack itself uses
// WritePacket, which needs no list.
func (n *NIC) WritePackets(list stack.PacketBufferList) (int, tcpip.Error) {
	for _, pkt := range list.AsSlice() {
		if err := n.WritePacket(pkt); err != nil {
			return 0, err
		}
	}
	return list.Len(), nil
}

// flatten copies a packet with its headers into to, without allocating.
func flatten(to []byte, pkt *stack.PacketBuffer) {
	views, skip := pkt.AsViewList()
	for v := views.Front(); v != nil; v = v.Next() {
		b := v.AsSlice()
		if skip >= len(b) {
			skip -= len(b)
			continue
		}
		to = to[copy(to, b[skip:]):]
		skip = 0
	}
}

// writeSource is EgressSource.
func (n *NIC) writeSource(f *netfab.Frame) Verdict {
	n.source(f.Data())
	return Pass
}

// source sets the virtual source MAC of a frame from a virtual IP, or from an
// interface that has not released one; in ARP also the sender's (RFC 2281
// §6.1).
func (n *NIC) source(frame []byte) {
	if len(n.virtual) == 0 && n.stuck.IsZero() {
		return
	}
	arp, ip := wire.ARPOf(frame), wire.IPv4Of(frame)
	var sender [4]byte
	switch {
	case arp != nil:
		sender = arp.SenderIP()
	case ip != nil:
		sender = ip.Source()
	default:
		return
	}
	mac := n.sourceMAC(sender)
	wire.EthernetOf(frame).SetSource(mac)
	if arp != nil {
		arp.SetSenderMAC(mac)
	}
}

// sourceMAC returns the source MAC of what the stack sends from an address.
func (n *NIC) sourceMAC(sender [4]byte) MAC {
	for _, v := range n.virtual {
		if v.ip.As4() == sender {
			return v.mac
		}
	}
	if !n.stuck.IsZero() {
		return n.stuck
	}
	return n.mac
}

var (
	_ stack.LinkEndpoint       = (*NIC)(nil)
	_ stack.QueueingDiscipline = (*NIC)(nil)
)
