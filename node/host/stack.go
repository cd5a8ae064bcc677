package host

import (
	"fmt"
	"net/netip"
	"runtime"
	"sort"
	"sync"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/network/arp"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/icmp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"

	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// kernelState is the state of a machine between boot and crash.
type kernelState struct {
	stack     *stack.Stack
	processor *processor         // of TCP segments; nil: a goroutine of the stack
	segments  *tcpip.StatCounter // TCP segments received
	seen      uint64             // of these, how many have been processed
	flows     flows
	judges    bool                 // there are tables: every packet must be checked
	replies   *replies             // nil: they may come from everywhere
	allowed   flowTable[allowance] // connections that the firewall has let begin

	told map[event.FlowRefused]bool // flows that DropUnknown has logged
}

// startKernel makes the stack, with this boot's own random streams.
func (h *Host) startKernel() {
	source := &randomSource{Rand: h.loop.Stream(h.bootName())}
	k := &kernelState{told: map[event.FlowRefused]bool{}}
	k.stack = newStack(stack.Options{
		NetworkProtocols:   []stack.NetworkProtocolFactory{h.newIPv4, arp.NewProtocol},
		TransportProtocols: []stack.TransportProtocolFactory{tcp.NewProtocol, icmp.NewProtocol4, udp.NewProtocol},
		HandleLocal:        true, // a machine reaches its own addresses without a wire
		Clock:              kernelClock{h},
		RandSource:         source,
		SecureRNG:          source,
		NUDDisp:            neighbourWatch{h, k},
	})
	if k.processor = takeProcessor(k.stack); k.processor == nil {
		k.stack.Pause()
	}
	k.flows = newFlows(k.stack)
	k.segments = k.stack.Stats().TCP.ValidSegmentsReceived
	h.kernelState = k
	for _, n := range h.nics {
		n.start()
	}
	k.startLoopback()
	h.setRoutes()
}

// bootName names this boot's streams of randomness.
func (h *Host) bootName() string { return fmt.Sprintf("host/%s/boot/%d", h.cfg.Name, h.boots) }

// stop destroys the stack. The interfaces are closed, so nothing that endpoints
// send while they are aborted, in map order, leaves the machine.
func (k *kernelState) stop() {
	if k == nil {
		return
	}
	k.stack.Resume() // a paused goroutine would not notice that it should end
	k.stack.Destroy()
}

// oneProcessor guards the change of GOMAXPROCS in newStack.
var oneProcessor sync.Mutex

// newStack makes a stack with a single TCP processor: gVisor starts GOMAXPROCS
// of them, and settle waits for each.
func newStack(o stack.Options) *stack.Stack {
	oneProcessor.Lock()
	defer oneProcessor.Unlock()
	if before := runtime.GOMAXPROCS(0); before > 1 {
		runtime.GOMAXPROCS(1)
		defer runtime.GOMAXPROCS(before)
	}
	return stack.New(o)
}

// settle returns when gVisor's TCP processor has nothing left to do. Only
// received segments give it work, so settle does nothing without any. Segments
// that the stack sends to itself arrive meanwhile, so it checks again. A
// processor with a goroutine is paused between calls: Resume starts it on its
// queue, Pause returns when that is empty.
func (h *Host) settle() {
	k := h.kernelState
	if k == nil {
		return
	}
	for n := k.segments.Value(); n != k.seen; n = k.segments.Value() {
		k.seen = n
		if k.processor != nil {
			k.processor.run()
			continue
		}
		k.stack.Resume()
		k.stack.Pause()
	}
}

// setRoutes makes one route per interface address, and the default route.
func (h *Host) setRoutes() {
	var table []tcpip.Route
	for _, n := range h.nics {
		if n.address.IsValid() {
			table = append(table, tcpip.Route{Destination: subnet(n.address.Masked()), NIC: n.id})
		}
	}
	for _, n := range h.nics {
		if n.address.IsValid() && n.gateway.IsValid() {
			table = append(table, tcpip.Route{Destination: header.IPv4EmptySubnet, Gateway: address(n.gateway), NIC: n.id})
		}
	}
	h.stack.SetRouteTable(table)
}

// kernelClock is the clock of a machine's stack, with the machine's skew and
// drift.
type kernelClock struct{ host *Host }

// Now implements tcpip.Clock.
func (c kernelClock) Now() time.Time { return Epoch.Add(c.host.kernel.Local()) }

// NowMonotonic implements tcpip.Clock. The stack calls it several times per
// segment, and converting to its kind of time is costly.
//
// In real time no two readings are equal, although the loop's clock stands
// during an event: gVisor's RACK mistakes the order of segments that were sent
// in one instant, so that it takes the last ones for lost once the first are
// acknowledged. Then the congestion window never grows.
func (c kernelClock) NowMonotonic() tcpip.MonotonicTime {
	h := c.host
	if at := h.kernel.Elapsed(); at > h.monotonicAt {
		var zero tcpip.MonotonicTime
		h.monotonicAt, h.monotonic = at, zero.Add(at)
	} else if h.loop.RealTime() {
		h.monotonicAt++
		h.monotonic = h.monotonic.Add(1)
	}
	return h.monotonic
}

// AfterFunc implements tcpip.Clock. f runs as an event of the loop, never
// inline.
func (c kernelClock) AfterFunc(d time.Duration, f func()) tcpip.Timer {
	t := c.host.kernel.NewTimer(&kernelTask{c.host, f})
	t.Reset(d)
	return t
}

// kernelTask is a timer of the stack that has fired.
type kernelTask struct {
	host *Host
	f    func()
}

// Run implements sim.Task.
func (t *kernelTask) Run() {
	t.f()
	t.host.settle()
}

// String names the task in reports of the loop.
func (t *kernelTask) String() string { return t.host.cfg.Name + ": timer of the TCP/IP stack" }

// address and the functions below translate between netip and gVisor.
func address(a netip.Addr) tcpip.Address { return tcpip.AddrFrom4(a.As4()) }

func subnet(p netip.Prefix) tcpip.Subnet {
	return tcpip.AddressWithPrefix{Address: address(p.Addr()), PrefixLen: p.Bits()}.Subnet()
}

func addrPort(f tcpip.FullAddress) netip.AddrPort {
	if f.Addr.Len() != 4 {
		return netip.AddrPortFrom(netip.IPv4Unspecified(), f.Port)
	}
	return netip.AddrPortFrom(netip.AddrFrom4(f.Addr.As4()), f.Port)
}

// abortConnections resets the connections whose local address is addr, in the
// order of their peers.
func (h *Host) abortConnections(addr netip.Addr) {
	type victim struct {
		peer  netip.AddrPort
		local netip.AddrPort
		ep    stack.TransportEndpoint
	}
	var victims []victim
	for _, te := range h.stack.RegisteredEndpoints() {
		ep, ok := te.(tcpip.Endpoint)
		if !ok {
			continue
		}
		local, err := ep.GetLocalAddress()
		if err != nil || addrPort(local).Addr() != addr {
			continue
		}
		peer, err := ep.GetRemoteAddress()
		if err != nil { // a listener: it waits for the address to come back
			continue
		}
		victims = append(victims, victim{addrPort(peer), addrPort(local), te})
	}
	sort.Slice(victims, func(i, j int) bool {
		if c := victims[i].peer.Compare(victims[j].peer); c != 0 {
			return c < 0
		}
		return victims[i].local.Compare(victims[j].local) < 0
	})
	for _, v := range victims {
		v.ep.Abort()
		h.settle()
	}
}

var _ sim.Task = (*kernelTask)(nil)
