package host

import (
	"net/netip"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
)

// This file exports internals to tests.

// StackStats returns the counters of the machine's stack.
func StackStats(h *Host) tcpip.Stats { return h.stack.Stats() }

// CloseShortcut sends all packets through IPv4, until the machine crashes.
func CloseShortcut(h *Host) { h.judges = true }

// KernelNow returns the stack's time of day.
func KernelNow(h *Host) time.Time { return kernelClock{h}.Now() }

// Neighbours returns the interface's neighbour cache.
func Neighbours(n *NIC) map[netip.Addr]MAC {
	all := map[netip.Addr]MAC{}
	for ip, e := range n.neighbours {
		all[ip] = e.mac
	}
	return all
}
