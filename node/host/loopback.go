package host

import (
	"net/netip"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/link/loopback"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
)

// Loopback is the address by which programs of one machine reach each other. It
// works whatever happens to the interfaces, and no frame leaves the machine.
var Loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// loopbackID is that of the interface lo, beyond those of NICs.
const loopbackID = tcpip.NICID(1 << 20)

// startLoopback attaches lo. It also carries the connections of a machine to
// its other addresses, as on Linux.
func (k *kernelState) startLoopback() {
	must(k.stack.CreateNICWithOptions(loopbackID, loopback.New(), stack.NICOptions{Name: "lo"}))
	must(k.stack.AddProtocolAddress(loopbackID, tcpip.ProtocolAddress{
		Protocol:          ipv4.ProtocolNumber,
		AddressWithPrefix: tcpip.AddressWithPrefix{Address: address(Loopback), PrefixLen: 8},
	}, stack.AddressProperties{}))
}
