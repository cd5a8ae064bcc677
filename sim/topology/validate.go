package topology

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// Validate returns everything that is wrong with the topology, in a fixed
// order. It checks what depends on the whole topology; package standby knows
// what a single standby configuration may hold.
func (t Topology) Validate() []Problem {
	c := checker{Topology: t, whole: t.WithDefaults(), occurred: map[string]bool{}}
	c.problems = CheckFields(t)
	if len(t.Segments) == 0 {
		c.fail([]string{"segments"}, "got no segment, want at least one, such as lan: {}")
	}
	if len(t.Nodes) == 0 {
		c.fail([]string{"nodes"}, "got no node, want at least one")
	}
	for _, name := range Names(t.Segments) {
		c.segment(name)
	}
	for _, name := range Names(t.Nodes) {
		c.node(name, c.whole.Nodes[name])
	}
	c.addresses()
	c.groups()
	c.chains()
	c.allowances()
	c.nameOthers()
	return c.problems
}

// checker collects problems. whole is the topology with defaults.
type checker struct {
	Topology
	whole    Topology
	problems []Problem
	occurred map[string]bool // kinds of invalid topology
	warned   map[string]*groupWarning
}

func (c *checker) fail(path []string, format string, args ...any) {
	c.problems = append(c.problems, Problem{Path: path, Message: fmt.Sprintf(format, args...)})
}

func (c *checker) warn(path []string, format string, args ...any) {
	c.problems = append(c.problems, Problem{Path: path, Message: fmt.Sprintf(format, args...), Warning: true})
}

func (c *checker) name(path []string) {
	if err := CheckName(path[len(path)-1]); err != nil {
		c.fail(path, "%v", err)
	}
}

func (c *checker) segment(name string) {
	path := []string{"segments", name}
	c.name(path)
	for i, node := range c.Segments[name].Isolated {
		at := At(path, "isolated", fmt.Sprint(i))
		n, exists := c.whole.Nodes[node]
		switch {
		case !exists:
			c.fail(at, "there is no node %q, want %s", node, AnyOf(node, Names(c.Nodes)))
		case !n.attached(name):
			c.fail(at, "node %s has no interface on segment %s", node, name)
		}
	}
}

func (n Node) attached(segment string) bool {
	for _, nic := range n.NICs { // order: any will do
		if nic.Segment == segment {
			return true
		}
	}
	return false
}

func (c *checker) node(name string, n Node) {
	path := []string{"nodes", name}
	c.name(path)
	for _, iface := range Names(n.NICs) {
		c.nic(At(path, "nics", iface), n.NICs[iface])
	}
	for _, iface := range Names(n.Standby) {
		c.standby(At(path, "standby", iface), n, iface, n.Standby[iface])
	}
	c.subnets(path, n)
	c.permanent(At(path, "arp-permanent"), n)
	if n.ARPLife > 0 && n.ARPAge > 0 {
		c.fail(At(path, "arp-age"), "got a life of %s as well: an entry with a fixed life is not checked", n.ARPLife)
	}
	c.nameservers(At(path, "nameservers"), n)
	c.programs(path, name, n)
	c.ports(path, n)
	if n.Exec != nil {
		c.real(path, n)
	}
	for i, property := range n.Unsaved {
		if err := n.CheckProperty(property); err != nil {
			c.fail(At(path, "unsaved", fmt.Sprint(i)), "%v", err)
		}
	}
	if n.Default.IsValid() && !n.onLink(n.Default) {
		c.fail(At(path, "default-route"), "got %s, want an address on one of the node's segments", n.Default)
	}
}

// subnets checks that the interfaces of a node are in different subnets. A
// router could not tell on which one to forward a packet.
func (c *checker) subnets(path []string, n Node) {
	names := Names(n.NICs)
	for i, iface := range names {
		for _, other := range names[:i] {
			own, before := n.NICs[iface].Address, n.NICs[other].Address
			if n.Router != nil && own.IsValid() && before.IsValid() && own.Overlaps(before) {
				c.fail(At(path, "nics", iface, "address"), "got subnet %s, which overlaps %s of interface %s: a router needs a different subnet on each interface",
					own.Masked(), before.Masked(), other)
			}
		}
	}
}

// onLink reports whether an address is in the subnet of an interface.
func (n Node) onLink(a netip.Addr) bool {
	for _, nic := range n.NICs { // order: any will do
		if nic.Address.Contains(a) {
			return true
		}
	}
	return false
}

func (c *checker) nic(path []string, nic NIC) {
	c.name(path)
	if _, exists := c.Segments[nic.Segment]; !exists && len(c.Segments) > 0 {
		c.fail(path, "there is no segment %q, want %s", nic.Segment, AnyOf(nic.Segment, Names(c.Segments)))
	}
	if nic.Address.IsValid() {
		c.hostAddress(At(path, "address"), nic.Address)
	}
	if mac, err := net.ParseMAC(nic.MAC); err != nil || len(mac) != 6 || mac[0]&1 != 0 || slices.Equal(mac, make([]byte, 6)) {
		c.fail(At(path, "mac"), "got %q, want the address of one Ethernet card, such as 02:00:00:00:00:01", nic.MAC)
	}
}

// hostAddress checks that the address can be that of a host in its subnet.
func (c *checker) hostAddress(path []string, p netip.Prefix) {
	a := p.Addr()
	switch {
	case !a.Is4():
		c.fail(path, "got %s, want an IPv4 address", p)
	case p.Bits() == 0 || p.Bits() > 30:
		c.fail(path, "got a prefix of %d bits, want 1 to 30", p.Bits())
	case a.IsMulticast() || a.IsLoopback() || a.IsUnspecified():
		c.fail(path, "got %s, want the address of a host", a)
	case a == p.Masked().Addr():
		c.fail(path, "%s is the address of the subnet itself, want one of a host in it", a)
	case a == broadcast(p):
		c.fail(path, "%s is the broadcast address of the subnet, want one of a host in it", a)
	}
}

func broadcast(p netip.Prefix) netip.Addr {
	b := p.Addr().As4()
	for i := p.Bits(); i < 32; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	return netip.AddrFrom4(b)
}

// held reports whether a node has the address: its own, a virtual IP, or one
// that it translates.
func (c *checker) held(a netip.Addr) bool {
	for _, n := range c.whole.Nodes { // order: any will do
		if n.claims(a) {
			return true
		}
	}
	return false
}

// addresses checks that all interfaces of a segment are in one subnet, and that
// no two share an IP or MAC address.
func (c *checker) addresses() {
	ips, macs, subnets := map[string]string{}, map[string]string{}, map[string]Problem{}
	for _, name := range Names(c.whole.Nodes) {
		n := c.whole.Nodes[name]
		for _, iface := range Names(n.NICs) {
			nic, me := n.NICs[iface], name+"."+iface
			path := []string{"nodes", name, "nics", iface}
			if !nic.Address.IsValid() {
				continue
			}
			key := nic.Segment + " " + nic.Address.Addr().String()
			if other, taken := ips[key]; taken {
				c.invalid(DuplicateIP, At(path, "address"), "%s already has %s on segment %s", other, nic.Address.Addr(), nic.Segment)
			}
			ips[key] = me
			key = nic.Segment + " " + strings.ToLower(nic.MAC)
			if other, taken := macs[key]; taken {
				c.invalid(DuplicateMAC, At(path, "mac"), "%s already has %s on segment %s", other, nic.MAC, nic.Segment)
			}
			macs[key] = me
			subnet := nic.Address.Masked().String()
			if first, known := subnets[nic.Segment]; known && first.Message != subnet {
				c.invalid(WrongNetmask, At(path, "address"), "got subnet %s, want %s as %s has on segment %s", subnet, first.Message, first.Path[0], nic.Segment)
			} else if !known {
				subnets[nic.Segment] = Problem{Path: []string{me}, Message: subnet}
			}
		}
	}
}
