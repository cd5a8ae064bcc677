package topology

import (
	"fmt"
	"slices"
)

// peers checks to whom a member sends its messages.
func (c *checker) peers(path []string, nic NIC, s Standby) {
	for i, a := range s.Peers {
		at := At(path, "peers", fmt.Sprint(i))
		switch {
		case !a.Is4() || a.IsMulticast() || a.IsUnspecified():
			c.fail(at, "got %s, want the IPv4 address of another member", a)
		case a == nic.Address.Addr():
			c.fail(at, "got the interface's own address, want that of another member")
		case slices.Contains(s.VIPs(), a):
			c.fail(at, "got the virtual IP, want the address of a member: it does not move")
		case slices.Contains(s.Peers[:i], a):
			c.fail(at, "%s is already a peer", a)
		case nic.Address.IsValid() && !nic.Address.Contains(a):
			c.fail(at, "%s is not in the interface's subnet %s: the members of a group share a network", a, nic.Address.Masked())
		}
	}
	if len(s.Peers) > 0 && s.Takeover == TakeoverMAC {
		c.warn(At(path, "peers"), "messages to peers come from the interface's own MAC address: switches learn where the virtual one is from gratuitous ARP alone")
	}
}

// peersOf warns about members that do not send to another one of their group.
func (c *checker) peersOf(key string, members []member) {
	for _, m := range members {
		if len(m.Peers) == 0 {
			continue
		}
		for _, other := range members {
			address := c.whole.Nodes[other.node].NICs[other.iface].Address.Addr()
			if other.node != m.node && address.IsValid() && !slices.Contains(m.Peers, address) {
				c.warnGroup(key, "peers", m, At(m.path(), "peers"), "%s, %s.%s of %s, is not one of them and will not hear this member", address, other.node, other.iface, key)
			}
		}
	}
}
