package topology

import (
	"maps"
	"net"
	"net/netip"
	"strings"
)

// permanentMACs replaces the interfaces in permanent neighbour entries by their
// MAC addresses, which must be complete.
func (t Topology) permanentMACs(entries map[string]string) map[string]string {
	entries = maps.Clone(entries)
	for _, ip := range Names(entries) {
		node, iface, _ := strings.Cut(entries[ip], ".")
		if nic, exists := t.Nodes[node].NICs[iface]; exists {
			entries[ip] = nic.MAC
		}
	}
	return entries
}

// permanent checks the permanent neighbour entries of a node.
func (c *checker) permanent(path []string, n Node) {
	for _, ip := range Names(n.ARPPermanent) {
		at := At(path, ip)
		a, err := netip.ParseAddr(ip)
		switch {
		case err != nil || !a.Is4():
			c.fail(at, "got %q, want an IPv4 address, such as 192.0.2.100", ip)
		case n.interfaceFor(a) == "":
			c.fail(at, "got %s, want an address on one of the node's segments", a)
		case n.claims(a):
			c.fail(at, "%s is an address of the node itself, want one of another machine", a)
		}
		if mac, err := net.ParseMAC(n.ARPPermanent[ip]); err != nil || len(mac) != 6 || mac[0]&1 != 0 {
			c.fail(at, "got %q, want the MAC address of one Ethernet card, such as 02:00:00:00:00:01, or the interface that has it, such as a.lan", n.ARPPermanent[ip])
		}
	}
}

// PermanentNeighbours returns the permanent entries for addresses on the
// segment of an interface. The node must be completed.
func (n Node) PermanentNeighbours(iface string) map[string]string {
	entries := map[string]string{}
	for _, ip := range Names(n.ARPPermanent) {
		if a, err := netip.ParseAddr(ip); err == nil && n.interfaceFor(a) == iface {
			entries[ip] = n.ARPPermanent[ip]
		}
	}
	return entries
}
