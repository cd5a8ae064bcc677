package host

import (
	"net/netip"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"github.com/cablepull/cablepull/sim/event"
)

// This file and firewall.go turn a machine into a router. Translation and state
// are those of the stack's connection tracking, which a crash clears.

// SetForwarding makes the machine a router between its interfaces, until it
// crashes.
func (h *Host) SetForwarding(on bool) {
	for _, n := range h.nics {
		h.stack.SetNICForwarding(n.id, ipv4.ProtocolNumber, on)
	}
}

// Translation is a router's address translation.
type Translation struct {
	Destinations []Destination
	Sources      []Source
	// Own are additional addresses that the machine answers ARP for, in order to
	// translate them.
	Own []netip.Addr
}

// Destination redirects TCP connections from one address and port to another.
type Destination struct{ To, Via netip.AddrPort }

// Source sets the source address of packets that leave by an interface.
type Source struct {
	Interface string
	As        netip.Addr
}

// SetTranslation changes what the machine translates, until it crashes.
// Existing translations do not change. As in Linux, a connection that is
// already open but not known is translated if a rule fits.
func (h *Host) SetTranslation(t Translation) {
	for _, n := range h.nics {
		n.answerFor(t.Own)
	}
	source := &sourceTarget{}
	for _, s := range t.Sources {
		if n := h.NIC(s.Interface); n != nil {
			source.nics = append(source.nics, sourceNIC{n.id, &stack.SNATTarget{
				Addr: address(s.As), NetworkProtocol: header.IPv4ProtocolNumber, ChangeAddress: true, ChangePort: true,
			}})
		}
	}
	destination := &destinationTarget{ports: map[netip.AddrPort]*stack.DNATTarget{}}
	for _, d := range t.Destinations {
		destination.ports[d.To] = &stack.DNATTarget{
			Addr: address(d.Via.Addr()), Port: d.Via.Port(), NetworkProtocol: header.IPv4ProtocolNumber,
			ChangeAddress: true, ChangePort: true,
		}
	}
	h.setTable(stack.NATID, map[stack.Hook]stack.Target{
		stack.Prerouting: destination, stack.Input: nil, stack.Output: nil, stack.Postrouting: source,
	})
}

// answerFor adds the addresses in the interface's subnet, and removes those of
// an earlier translation. They are not virtual IPs: no other machine may have
// them.
func (n *NIC) answerFor(own []netip.Addr) {
	for _, a := range n.translated {
		must(n.host.stack.RemoveAddress(n.id, address(a)))
	}
	n.translated = nil
	for _, a := range own {
		if n.address.IsValid() && n.address.Contains(a) && !n.holds(a) {
			n.assign(netip.PrefixFrom(a, n.prefixLength()), stack.NeverPrimaryEndpoint)
			n.translated = append(n.translated, a)
		}
	}
}

// setTable gives each hook of a table one target; nil accepts.
func (h *Host) setTable(id stack.TableID, targets map[stack.Hook]stack.Target) {
	table := stack.Table{}
	for hook := stack.Prerouting; hook < stack.NumHooks; hook++ {
		target, used := targets[hook]
		if !used {
			table.BuiltinChains[hook], table.Underflows[hook] = stack.HookUnset, stack.HookUnset
			continue
		}
		if target == nil {
			target = &stack.AcceptTarget{NetworkProtocol: header.IPv4ProtocolNumber}
		}
		table.BuiltinChains[hook], table.Underflows[hook] = len(table.Rules), len(table.Rules)
		table.Rules = append(table.Rules, stack.Rule{Filter: stack.EmptyFilter4(), Target: target})
	}
	h.judges = true
	h.stack.IPTables().ReplaceTable(id, table, false)
}

// destinationTarget translates the destination of the first packet of a
// connection.
type destinationTarget struct {
	ports map[netip.AddrPort]*stack.DNATTarget
}

// Action implements stack.Target.
func (t *destinationTarget) Action(pkt *stack.PacketBuffer, hook stack.Hook, r *stack.Route, ep stack.AddressableEndpoint) (stack.RuleVerdict, int) {
	f := headersOf(pkt)
	if f.protocol == header.TCPProtocolNumber && pkt.IsConnTrackConfigured() {
		if to := t.ports[f.to]; to != nil {
			return to.Action(pkt, hook, r, ep)
		}
	}
	return stack.RuleAccept, 0
}

// sourceTarget translates the source of a connection.
type sourceTarget struct{ nics []sourceNIC }

type sourceNIC struct {
	out tcpip.NICID
	as  *stack.SNATTarget
}

// Action implements stack.Target.
func (t *sourceTarget) Action(pkt *stack.PacketBuffer, hook stack.Hook, r *stack.Route, ep stack.AddressableEndpoint) (stack.RuleVerdict, int) {
	for _, s := range t.nics {
		if r.NICID() == s.out && pkt.IsConnTrackConfigured() {
			return s.as.Action(pkt, hook, r, ep)
		}
	}
	return stack.RuleAccept, 0 // the answer of an untracked packet could not be translated back
}

// headers are the addresses of a packet and whether it opens a connection.
type headers struct {
	protocol tcpip.TransportProtocolNumber
	from, to netip.AddrPort // ports are 0 unless it is TCP
	syn      bool           // it begins a TCP connection
}

// headersOf reads a packet's headers, which the stack has checked.
func headersOf(pkt *stack.PacketBuffer) headers {
	ip := header.IPv4(pkt.NetworkHeader().Slice())
	from, to := netip.AddrFrom4(ip.SourceAddress().As4()), netip.AddrFrom4(ip.DestinationAddress().As4())
	f := headers{protocol: ip.TransportProtocol(), from: netip.AddrPortFrom(from, 0), to: netip.AddrPortFrom(to, 0)}
	segment := header.TCP(pkt.TransportHeader().Slice())
	if f.protocol == header.TCPProtocolNumber && len(segment) >= header.TCPMinimumSize {
		f.from, f.to = netip.AddrPortFrom(from, segment.SourcePort()), netip.AddrPortFrom(to, segment.DestinationPort())
		f.syn = segment.Flags()&(header.TCPFlagSyn|header.TCPFlagAck) == header.TCPFlagSyn
	}
	return f
}

// refused returns the event of a refused flow, without the reason.
func (f headers) refused() event.FlowRefused {
	switch f.protocol {
	case header.TCPProtocolNumber:
		return event.FlowRefused{Protocol: "TCP", From: f.from.Addr().String(), To: f.to.String()}
	case header.ICMPv4ProtocolNumber:
		return event.FlowRefused{Protocol: "ICMP", From: f.from.Addr().String(), To: f.to.Addr().String()}
	}
	return event.FlowRefused{Protocol: "IP", From: f.from.Addr().String(), To: f.to.Addr().String()}
}
