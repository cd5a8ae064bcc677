package host

import (
	"net/netip"
	"sort"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
)

// ARPPolicy says what a gratuitous ARP does to a machine's neighbour cache.
// gVisor by itself keeps the old address (spec/failover.md §9.1), which would
// be reported as the product's failover time.
type ARPPolicy string

// The policies.
const (
	// ARPLinux updates an existing entry from either form, as Linux does.
	ARPLinux ARPPolicy = "linux"
	// ARPReplyOnly updates an existing entry from the reply form only.
	ARPReplyOnly ARPPolicy = "reply-only"
	// ARPIgnore drops gratuitous ARP: the entry ages.
	ARPIgnore ARPPolicy = "ignore"
	// ARPNetstack leaves it to gVisor.
	ARPNetstack ARPPolicy = "netstack"
)

// judgeARP is IngressARP.
func (n *NIC) judgeARP(f *netfab.Frame) Verdict {
	if data := f.Data(); wire.IsARP(data) && !n.admitARP(data) {
		return Drop
	}
	return Pass
}

// silenceARP is EgressARP.
func (n *NIC) silenceARP(f *netfab.Frame) Verdict {
	if n.quiet && wire.IsARP(f.Data()) {
		return Drop
	}
	return Pass
}

// admitARP applies the policy to a received ARP frame and reports whether the
// stack shall see it.
func (n *NIC) admitARP(data []byte) bool {
	a, err := wire.ParseARP(data)
	if err != nil {
		return false
	}
	policy := n.host.cfg.ARP
	if policy == ARPNetstack {
		return true
	}
	if !a.IsGratuitous() {
		if policy == ARPLinux && a.TargetIP != n.address.Addr() {
			n.adopt(a) // any word of a known neighbour's new address counts
		}
		return true
	}
	if policy == ARPLinux || policy == ARPReplyOnly && a.Op == wire.ARPReplyOp {
		n.adopt(a)
	}
	return false
}

// neighbour is what is known of an entry of the stack's neighbour cache.
type neighbour struct {
	mac    MAC  // zero: never resolved
	usable bool // else the stack asks for the address before it sends
}

// adopt writes a neighbour's new MAC into an existing cache entry, also into one
// that is being asked for in vain. The stack has no call for that, but it
// believes a question that is aimed at itself; its answer is swallowed.
func (n *NIC) adopt(a wire.ARP) {
	known, ok := n.neighbours[a.SenderIP]
	if !ok || known.usable && known.mac == a.SenderMAC || !n.address.IsValid() {
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

// forgetNeighbours empties the cache, as loss of carrier does. In order of
// address: the stack's own ClearNeighbors goes in map order, which events show.
func (n *NIC) forgetNeighbours() {
	known := make([]netip.Addr, 0, len(n.neighbours))
	for a, e := range n.neighbours { // order: sorted below
		if !e.mac.IsZero() {
			known = append(known, a)
		}
	}
	sort.Slice(known, func(i, j int) bool { return known[i].Less(known[j]) })
	for _, a := range known {
		// An entry that the stack has dropped meanwhile is as good as forgotten.
		_ = n.host.stack.RemoveNeighbor(n.id, ipv4.ProtocolNumber, address(a))
	}
}

// neighbourWatch hears of the stack's neighbour cache. Calls come from the loop
// or from a TCP processor that the loop waits for. A stack that is being
// destroyed says more, in map order: nobody listens.
type neighbourWatch struct {
	host *Host
	life *kernelState
}

// over reports whether the stack is being destroyed: what it then forgets, in an
// order and on a goroutine of its own, is nobody's news.
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
	ip := netip.AddrFrom4(e.Addr.As4())
	known := n.neighbours[ip]
	now := neighbour{known.mac, e.State != stack.Incomplete && e.State != stack.Unreachable}
	if len(e.LinkAddr) == len(now.mac) {
		now.mac = MAC([]byte(e.LinkAddr))
	}
	n.neighbours[ip] = now
	if now.mac != known.mac {
		w.host.Log(event.NeighbourChanged{Interface: n.name, IP: ip.String(), MAC: now.mac.String()})
	}
}
