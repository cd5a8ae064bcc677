package host

import (
	"net/netip"
	"sort"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
)

// ARPPolicy is the effect of a gratuitous ARP on a machine's neighbour cache.
// gVisor itself keeps the old address (spec/failover.md §9.1), which would
// distort the measured failover time.
type ARPPolicy string

// The policies.
const (
	// ARPLinux updates an existing entry from either form, as Linux does.
	ARPLinux ARPPolicy = "linux"
	// ARPReplyOnly updates an existing entry from the reply form only.
	ARPReplyOnly ARPPolicy = "reply-only"
	// ARPIgnore drops gratuitous ARP: the entry has to expire.
	ARPIgnore ARPPolicy = "ignore"
	// ARPNetstack leaves it to gVisor.
	ARPNetstack ARPPolicy = "netstack"
)

// judgeARP is IngressARP.
func (n *NIC) judgeARP(f *netfab.Frame) Verdict {
	if data := f.Data(); wire.IsARP(data) && (n.asksForHidden(data) || !n.admitARP(data)) {
		return Drop
	}
	return Pass
}

// silenceARP is EgressARP.
func (n *NIC) silenceARP(f *netfab.Frame) Verdict {
	if data := f.Data(); wire.IsARP(data) && (n.quiet || !n.disguise(data)) {
		return Drop
	}
	return Pass
}

// admitARP applies the policy to a received ARP frame and reports whether the
// stack should see it.
func (n *NIC) admitARP(data []byte) bool {
	a, err := wire.ParseARP(data)
	if err != nil {
		return false
	}
	policy := n.host.cfg.ARP
	if !a.IsGratuitous() && a.TargetIP == n.address.Addr() {
		n.lifetime.confirm(a)
	}
	if policy == ARPNetstack {
		return true
	}
	if !a.IsGratuitous() {
		if policy == ARPLinux && a.TargetIP != n.address.Addr() {
			n.adopt(a) // any ARP packet with a known neighbour's new address counts
		}
		return true
	}
	if policy == ARPLinux || policy == ARPReplyOnly && a.Op == wire.ARPReplyOp {
		n.adopt(a)
	}
	return false
}

// neighbour mirrors an entry of the stack's neighbour cache.
type neighbour struct {
	mac       MAC           // zero: never resolved
	usable    bool          // if not, the stack resolves the address before it sends
	permanent bool          // no ARP changes it
	ends      time.Duration // by the machine's own clock; 0: see lifetime
}

// SetNeighbour gives the interface a permanent entry, which neither ARP nor a
// loss of carrier changes. Set it before the machine is first switched on.
func (n *NIC) SetNeighbour(ip netip.Addr, mac MAC) {
	n.permanent = append(n.permanent, virtualAddress{ip, mac})
}

// fillNeighbours adds the permanent entries to the cache of a new stack.
func (n *NIC) fillNeighbours() {
	for _, p := range n.permanent {
		must(n.host.stack.AddStaticNeighbor(n.id, ipv4.ProtocolNumber, address(p.ip), tcpip.LinkAddress(p.mac[:])))
	}
}

// adopt writes a neighbour's new MAC into an existing cache entry, even if it
// is still being resolved or has failed. The stack has no call for that, but it
// learns from an ARP request to itself; its reply is dropped.
func (n *NIC) adopt(a wire.ARP) {
	known, ok := n.neighbours[a.SenderIP]
	if !ok || known.permanent || !n.address.IsValid() {
		return
	}
	if known.usable && known.mac == a.SenderMAC {
		n.lifetime.confirm(a)
		return
	}
	question, err := wire.AppendARP(nil, wire.ARP{
		Source: a.SenderMAC, Destination: n.mac, Op: wire.ARPRequestOp,
		SenderMAC: a.SenderMAC, SenderIP: a.SenderIP, TargetIP: n.address.Addr(),
	})
	if err != nil {
		return
	}
	n.quiet = true
	n.deliver(question)
	n.quiet = false
}

// forgetNeighbours empties the cache, as loss of carrier does. It goes in order
// of address: the stack's own ClearNeighbors uses map order, which would show
// in events.
func (n *NIC) forgetNeighbours() {
	known := make([]netip.Addr, 0, len(n.neighbours))
	for a, e := range n.neighbours { // order: sorted below
		if !e.mac.IsZero() && !e.permanent {
			known = append(known, a)
		}
	}
	sort.Slice(known, func(i, j int) bool { return known[i].Less(known[j]) })
	for _, a := range known {
		// It fails only if the stack has already dropped the entry.
		_ = n.host.stack.RemoveNeighbor(n.id, ipv4.ProtocolNumber, address(a))
	}
}

// neighbourWatch is notified of changes of the stack's neighbour cache. Calls
// come from the loop or from a TCP processor that the loop waits for. Calls of
// a stack that is being destroyed come in map order and are ignored.
type neighbourWatch struct {
	host *Host
	life *kernelState
}

// over reports whether the stack is being destroyed: it then forgets entries in
// random order on its own goroutine, which must not be logged.
func (w neighbourWatch) over() bool { return w.host.kernelState != w.life }

// OnNeighborAdded implements stack.NUDDispatcher.
func (w neighbourWatch) OnNeighborAdded(id tcpip.NICID, e stack.NeighborEntry) { w.note(id, e) }

// OnNeighborChanged implements stack.NUDDispatcher.
func (w neighbourWatch) OnNeighborChanged(id tcpip.NICID, e stack.NeighborEntry) { w.note(id, e) }

// OnNeighborRemoved implements stack.NUDDispatcher.
func (w neighbourWatch) OnNeighborRemoved(id tcpip.NICID, e stack.NeighborEntry) {
	if w.host.kernelState == nil {
		return
	}
	if w.over() {
		return
	}
	n := w.host.nics[id-1]
	n.learnt++
	ip := netip.AddrFrom4(e.Addr.As4())
	known := n.neighbours[ip]
	delete(n.neighbours, ip)
	if !known.mac.IsZero() {
		w.host.Log(event.NeighbourChanged{Interface: n.name, IP: ip.String()})
	}
}

// note records an entry, and logs a link address that is new or has changed.
func (w neighbourWatch) note(id tcpip.NICID, e stack.NeighborEntry) {
	if w.host.kernelState == nil {
		return
	}
	if w.over() {
		return
	}
	n := w.host.nics[id-1]
	n.learnt++
	ip := netip.AddrFrom4(e.Addr.As4())
	known := n.neighbours[ip]
	now := known
	now.usable = e.State != stack.Incomplete && e.State != stack.Unreachable
	now.permanent = e.State == stack.Static
	if len(e.LinkAddr) == len(now.mac) {
		now.mac = MAC([]byte(e.LinkAddr))
	}
	if now.usable && !now.permanent && (now.mac != known.mac || !known.usable) {
		n.lifetime.begin(&now)
	}
	n.neighbours[ip] = now
	if now.mac != known.mac {
		w.host.Log(event.NeighbourChanged{Interface: n.name, IP: ip.String(), MAC: now.mac.String()})
	}
}
