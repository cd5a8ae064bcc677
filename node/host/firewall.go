package host

import (
	"net/netip"

	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"github.com/cablepull/cablepull/sim/event"
)

// Firewall decides what a router forwards. The zero Firewall forwards nothing.
type Firewall struct {
	Accept bool // forward what no rule allows
	Allow  []Allow
}

// Allow allows connections to be opened. The zero prefix is any address, port 0
// any port and protocol.
type Allow struct {
	From, To netip.Prefix
	Port     uint16 // of TCP
}

// SetFirewall changes what the machine forwards, until it crashes. Connections
// that were allowed stay allowed, in both directions. A TCP connection begins
// with a SYN: other segments of unknown connections are dropped.
func (h *Host) SetFirewall(f Firewall) {
	h.setTable(stack.FilterID, map[stack.Hook]stack.Target{
		stack.Input: nil, stack.Forward: &firewallTarget{host: h, Firewall: f, told: map[event.FlowRefused]bool{}}, stack.Output: nil,
	})
}

// firewallTarget judges forwarded packets.
type firewallTarget struct {
	Firewall
	host *Host
	told map[event.FlowRefused]bool
}

// Action implements stack.Target.
func (t *firewallTarget) Action(pkt *stack.PacketBuffer, _ stack.Hook, _ *stack.Route, _ stack.AddressableEndpoint) (stack.RuleVerdict, int) {
	f := headersOf(pkt)
	if t.passes(f, pkt) {
		return stack.RuleAccept, 0
	}
	reason := event.RefusedRule
	if f.protocol == header.TCPProtocolNumber && !f.syn {
		reason = event.RefusedState
	}
	t.host.refuse(t.told, f.refused(), reason)
	return stack.RuleDrop, 0
}

// allowance is a TCP connection that a rule has let begin.
type allowance struct{ answered bool }

// passes reports whether a packet is forwarded. For TCP the stack's state does
// not help: it also tracks what is dropped here, and when a port is used again
// it takes the new connection for the old one.
func (t *firewallTarget) passes(f headers, pkt *stack.PacketBuffer) bool {
	if f.protocol != header.TCPProtocolNumber {
		return pkt.IsReplyPacket() || t.established(pkt) || t.allows(f)
	}
	here := flow{f.from.Addr().As4(), f.to.Addr().As4(), f.from.Port(), f.to.Port()}
	allowed := &t.host.kernelState.allowed
	if f.syn {
		if t.allows(f) {
			*allowed.add(here) = allowance{}
			return true
		}
		return false
	}
	if begun := allowed.get(here.back()); begun != nil {
		begun.answered = true
		return true
	}
	begun := allowed.get(here)
	return begun != nil && begun.answered
}

// established reports whether an answer has been seen.
func (t *firewallTarget) established(pkt *stack.PacketBuffer) bool {
	var info stack.ConnTrackInfo
	return pkt.FillConnTrackInfo(stack.ConnTrackInfoOpts{FillState: true}, &info) && info.State == stack.ConnTrackStateEstablished
}

// allows reports whether a rule lets a flow begin.
func (t *firewallTarget) allows(f headers) bool {
	for _, rule := range t.Allow {
		if rule.matches(f) {
			return true
		}
	}
	return t.Accept
}

func (r Allow) matches(f headers) bool {
	return (!r.From.IsValid() || r.From.Contains(f.from.Addr())) &&
		(!r.To.IsValid() || r.To.Contains(f.to.Addr())) &&
		(r.Port == 0 || r.Port == f.to.Port())
}
