package topology

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// standby checks the standby control of one interface against the topology.
func (c *checker) standby(path []string, n Node, iface string, s Standby) {
	nic, exists := n.NICs[iface]
	if !exists {
		c.fail(path, "there is no interface %q, want %s", iface, AnyOf(iface, Names(n.NICs)))
		return
	}
	if s.VIP.Is4() { // the product's check reports the others
		c.vip(At(path, "vip"), nic, s.VIP)
	}
	for i, a := range s.Secondary {
		at := At(path, "secondary", fmt.Sprint(i))
		c.vip(at, nic, a)
		if a == s.VIP || slices.Contains(s.Secondary[:i], a) {
			c.fail(at, "%s is already a virtual IP of the group", a)
		}
	}
	c.tracks(path, n, iface, s)
	c.peers(path, n.NICs[iface], s)
	if s.SelfBalance != nil {
		c.selfBalance(At(path, "self-balance"), n, *s.SelfBalance)
	}
}

// vip checks that a virtual IP can live on an interface.
func (c *checker) vip(path []string, nic NIC, a netip.Addr) {
	if !nic.Address.IsValid() {
		return // the missing address is reported
	}
	if !nic.Address.Contains(a) {
		c.fail(path, "virtual IP %s is not in the interface's subnet %s", a, nic.Address.Masked())
		return
	}
	c.hostAddress(path, netip.PrefixFrom(a, nic.Address.Bits()))
	for _, name := range Names(c.whole.Nodes) {
		for _, iface := range Names(c.whole.Nodes[name].NICs) {
			other := c.whole.Nodes[name].NICs[iface]
			if other.Segment == nic.Segment && other.Address.Addr() == a {
				c.fail(path, "virtual IP %s is the address of interface %s.%s", a, name, iface)
			}
		}
	}
}

// member is one interface in a standby group.
type member struct {
	node, iface string
	Standby
}

func (m member) path() []string { return []string{"nodes", m.node, "standby", m.iface} }

// groupKey is what messages call a group.
func groupKey(group int, segment string) string {
	return fmt.Sprintf("group %d on segment %s", group, segment)
}

// warnGroup warns about a group, once for each kind of warning: at the first
// member that it applies to, with the names of the others.
func (c *checker) warnGroup(key, kind string, m member, path []string, format string, args ...any) {
	if c.warned == nil {
		c.warned = map[string]*groupWarning{}
	}
	w := c.warned[key+" "+kind]
	if w == nil {
		c.warn(path, format, args...)
		c.warned[key+" "+kind] = &groupWarning{problem: len(c.problems) - 1}
		return
	}
	first := c.problems[w.problem].Path
	own := len(first) >= 4 && slices.Equal(first[:4], m.path())
	if name := m.node + "." + m.iface; !own && !slices.Contains(w.also, name) {
		w.also = append(w.also, name)
	}
}

// groupWarning is a warning about a group.
type groupWarning struct {
	problem int      // its number in the checker's list
	also    []string // the other members
}

// nameOthers adds the names of the other members to the warnings about groups.
func (c *checker) nameOthers() {
	for _, w := range c.warned { // order: each changes its own problem
		if len(w.also) > 0 {
			c.problems[w.problem].Message += " (the same is true of " + strings.Join(w.also, ", ") + ")"
		}
	}
}

// groups checks the settings that all members of a group must share.
func (c *checker) groups() {
	groups, order := map[string][]member{}, []string{}
	for _, name := range Names(c.whole.Nodes) {
		n := c.whole.Nodes[name]
		for _, iface := range Names(n.Standby) {
			nic, exists := n.NICs[iface]
			if !exists {
				continue
			}
			key := groupKey(n.Standby[iface].Group, nic.Segment)
			if groups[key] == nil {
				order = append(order, key)
			}
			groups[key] = append(groups[key], member{name, iface, n.Standby[iface]})
		}
	}
	for _, key := range order {
		c.group(key, groups[key])
	}
	c.sharedVIPs(groups, order)
}

// group compares the members with the first that has a virtual IP. Differences
// are a common cause of field incidents, so they must be possible and only
// warn: spec/failover.md §3.2, "must match in a group".
func (c *checker) group(key string, members []member) {
	first := slices.IndexFunc(members, func(m member) bool { return m.VIP.IsValid() })
	if first < 0 {
		c.fail(At(members[0].path(), "vip"), "no member of %s has a virtual IP, want one on at least one member", key)
		return
	}
	like := members[first]
	for i, m := range members {
		for _, before := range members[:i] {
			if before.node == m.node {
				c.fail(At(m.path(), "group"), "interface %s.%s is already in %s: the members of a group are on different appliances", m.node, before.iface, key)
			}
		}
		if m.VIP.IsValid() && m.VIP != like.VIP {
			c.warnGroup(key, "vip", m, At(m.path(), "vip"), "virtual IP is %s here and %s on %s.%s: it must be the same on all members of %s", m.VIP, like.VIP, like.node, like.iface, key)
		}
		if m.Authentication != like.Authentication {
			c.warnGroup(key, "authentication", m, At(m.path(), "authentication"), "authentication is %s here and %s on %s.%s: members of %s will ignore each other", m.Authentication, like.Authentication, like.node, like.iface, key)
		}
		if m.Hello != like.Hello || m.Hold != like.Hold {
			c.timers(key, m, like)
		}
	}
	c.peersOf(key, members)
	c.balance(key, members)
}

// timers warns about timers that differ, at the one that does.
func (c *checker) timers(key string, m, like member) {
	path := At(m.path(), "hello")
	if m.Hello == like.Hello {
		path = At(m.path(), "hold")
	}
	effect := "its standby waits for the hold time that the active says, and the others for their own"
	if m.Profile == ProfileIOS {
		effect = "while another member is active, its timers override these"
	}
	c.warnGroup(key, "timers", m, path, "timers are %s and %s here and %s and %s on %s.%s: members of %s should have the same; %s",
		m.Hello, m.Hold, like.Hello, like.Hold, like.node, like.iface, key, effect)
}

// sharedVIPs reports a virtual IP that is in two groups.
func (c *checker) sharedVIPs(groups map[string][]member, order []string) {
	owner := map[netip.Addr]string{}
	for _, key := range order {
		for _, m := range groups[key] {
			for _, a := range m.VIPs() {
				if other, taken := owner[a]; taken && other != key {
					c.warnGroup(key, "shared "+a.String(), m, m.path(), "virtual IP %s is also in %s", a, other)
					continue
				}
				owner[a] = key
			}
		}
	}
}
