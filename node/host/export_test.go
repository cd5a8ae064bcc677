package host

import (
	"net/netip"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// This file shows tests what only they may see.

// StackStats returns the counters of the machine's stack.
func StackStats(h *Host) tcpip.Stats { return h.stack.Stats() }

// CloseShortcut sends all packets the long way, until the machine crashes.
func CloseShortcut(h *Host) { h.judges = true }

// KernelNow returns the time of day that the stack's clock shows.
func KernelNow(h *Host) time.Time { return kernelClock{h}.Now() }

// Neighbours returns what the interface knows of its neighbours.
func Neighbours(n *NIC) map[netip.Addr]MAC {
	all := map[netip.Addr]MAC{}
	for ip, e := range n.neighbours {
		all[ip] = e.mac
	}
	return all
}

// Segment is what the acknowledgement delay reads of a TCP segment.
type Segment struct {
	Seq, Ack uint32
	Size     int
	Flags    header.TCPFlags
}

// ParseSegment reads a frame; ok is false if it holds no whole TCP segment.
func ParseSegment(frame []byte) (s Segment, ok bool) {
	t, ok := parseSegment(frame)
	return Segment{t.seq, t.ack, t.size, t.flags}, ok
}
