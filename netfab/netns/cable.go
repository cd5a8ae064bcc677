package netns

import "net/netip"

// CableSpec describes the node's end of a cable.
type CableSpec struct {
	// Name is the interface's name in the node's namespace, at most 15 bytes.
	Name string

	// MAC is the address of the node's interface. The fabric's end has an address
	// derived from it, which never appears on the wire.
	MAC [6]byte

	// Address is the address of a real host's kernel. A node with its own stack
	// leaves it zero: then the kernel has no address here, and neither answers ARP
	// nor resets unknown connections.
	Address netip.Prefix
}

// mtu is Ethernet's, in bytes and without the header.
const mtu = 1500
