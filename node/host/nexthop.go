package host

import "gvisor.dev/gvisor/pkg/tcpip"

// nextHop is the link address that a route leads to. Whoever asks the stack for
// it again by the same route gets the same, and changes nothing, until the
// stack reports a change of a neighbour: the route holds the neighbour's entry,
// which is in a state in which its address may be used. Clients that ping, and
// who answers them, ask for little else.
type nextHop struct {
	mac    MAC
	learnt uint64 // that of the interface when the stack was asked; 0: it was not
}

// known reports whether the stack would still say the same.
func (h *nextHop) known(n *NIC) bool { return h.learnt == n.learnt }

// set notes what the stack has just answered without having to wait.
func (h *nextHop) set(n *NIC, a tcpip.LinkAddress) { h.mac, h.learnt = macOf(a), n.learnt }

// forget makes the next one ask: it has another route.
func (h *nextHop) forget() { h.learnt = 0 }
