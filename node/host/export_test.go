package host

import (
	"net/netip"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
)

// This file exports internals to tests.

// StackStats returns the counters of the machine's stack.
func StackStats(h *Host) tcpip.Stats { return h.stack.Stats() }

// CloseShortcut sends all packets through IPv4, until the machine crashes.
func CloseShortcut(h *Host) { h.judges = true }

// CloseFlows passes all segments to gVisor's demultiplexer, until the machine
// crashes.
func CloseFlows(h *Host) { h.flows = flows{} }

// Flows returns how many flows the machine receives.
func Flows(h *Host) int { return len(h.flows.ends) }

// KernelNow returns the stack's time of day.
func KernelNow(h *Host) time.Time { return kernelClock{h}.Now() }

// KernelMonotonic reads the clock by which the stack measures spans.
func KernelMonotonic(h *Host) tcpip.MonotonicTime { return kernelClock{h}.NowMonotonic() }

// Neighbours returns the interface's neighbour cache.
func Neighbours(n *NIC) map[netip.Addr]MAC {
	all := map[netip.Addr]MAC{}
	for ip, e := range n.neighbours {
		all[ip] = e.mac
	}
	return all
}

// WithoutProcessors lets stacks that are made meanwhile settle by Pause and
// Resume.
func WithoutProcessors(f func()) {
	before := startProcessor
	startProcessor = nil
	defer func() { startProcessor = before }()
	f()
}

// HasProcessor reports whether the machine runs its TCP processor itself.
func HasProcessor(h *Host) bool { return h.processor != nil }

// GVisorRead is the version of gVisor that package host relies on.
const GVisorRead = gvisorRead

// TakesProcessor reports whether the processor of a stack would be taken.
func TakesProcessor(s *stack.Stack) bool { return takeProcessor(s) != nil }
