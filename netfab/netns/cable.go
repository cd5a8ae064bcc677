package netns

import "net/netip"

// CableSpec describes the node's end of a cable.
type CableSpec struct {
	// Name is the interface's name in the node's namespace, at most 15 bytes.
	Name string

	// MAC is the address of the node's interface. The fabric's end has an
	// address derived from it, which is never seen on the wire.
	MAC [6]byte

	// Address is what the kernel of a real host answers to. A node with a stack
	// of its own leaves it zero: then the kernel has no address here, and so
	// neither answers ARP nor resets connections that it does not know.
	Address netip.Prefix
}

// mtu is Ethernet's, in bytes and without the header.
const mtu = 1500
