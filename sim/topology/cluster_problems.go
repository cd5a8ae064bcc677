package topology

import (
	"cmp"
	"fmt"
	"iter"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// memberAddress reads the address of a member, as a member on a node names it.
// Programs need not be complete.
func (t Topology) memberAddress(node, text string) (netip.AddrPort, error) {
	host, port, given := strings.Cut(text, ":")
	n := 0
	if given {
		var err error
		if n, err = number(port, 1, 65535); err != nil {
			return netip.AddrPort{}, fmt.Errorf("got port %q, want 1 to 65535", port)
		}
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		var own int
		if a, own = t.memberCalled(node, host); !a.IsValid() {
			return netip.AddrPort{}, fmt.Errorf("unknown host %q, want an address or %s", host, AnyOf(host, t.memberNames()))
		}
		n = cmp.Or(n, own)
	}
	return netip.AddrPortFrom(a, uint16(cmp.Or(n, DefaultClusterPort))), nil
}

// memberCalled returns the host and the port of the member with a name: one of
// several, first on the node that asks; or a node, whose port is 0. The host is
// invalid if there is none.
func (t Topology) memberCalled(node, name string) (netip.Addr, int) {
	for _, on := range append([]string{node}, Names(t.Nodes)...) {
		k := t.Nodes[on].Cluster
		if k == nil || len(k.Instances) < 2 {
			continue
		}
		if i, is := instancesOf(k.ClusterMember, k.Instances, on)[name]; is {
			if !i.LocalHost.IsValid() {
				i.LocalHost = t.addressOf(on)
			}
			return i.LocalHost, i.LocalPort
		}
	}
	return t.addressOf(name), 0
}

// memberNames lists what memberCalled knows.
func (t Topology) memberNames() []string {
	all := Names(t.Nodes)
	for _, name := range Names(t.Nodes) {
		if k := t.Nodes[name].Cluster; k != nil && len(k.Instances) > 1 {
			all = append(all, Names(k.Instances)...)
		}
	}
	return all
}

// Problems implements Program. What members share is reported at each of them;
// with one port for two, nothing else, as lists name members by their ports.
func (k Cluster) Problems(at Place) []Problem {
	c := at.check()
	taken := map[netip.AddrPort]string{}
	for _, name := range Names(k.Instances) {
		i := k.Instances[name]
		if other, twice := taken[i.Local()]; twice {
			c.fail([]string{"instances", name, "local-member-port"}, "got %d, which member %s of this node has as well: only one of them could listen", i.LocalPort, other)
		}
		taken[i.Local()] = name
	}
	if len(c.problems) > 0 {
		return c.problems
	}
	for _, name := range Names(k.Instances) {
		var path []string // of a member that is called like the node
		if len(k.Instances) > 1 || name != at.Name {
			path = []string{"instances", name}
			c.name(path)
		}
		for _, problem := range k.Instances[name].problems(at, name) {
			problem.Path = At(path, problem.Path...)
			c.problems = append(c.problems, problem)
		}
	}
	return c.problems
}

// problems are those of one member. Paths begin at it.
func (k ClusterMember) problems(at Place, name string) []Problem {
	c := at.check()
	own := []string{"local-member-host"}
	switch holder := at.Topology.holder(k.LocalHost); {
	case !at.Node.claims(k.LocalHost) && holder != "":
		c.fail(own, "got %s, which is the address of node %s: the member could not listen on it", k.LocalHost, holder)
	case !at.Node.claims(k.LocalHost):
		c.fail(own, "got %s, want an address of the node", k.LocalHost)
	}
	if len(k.Members) == 0 {
		c.fail([]string{"members"}, "got none, want the well-known members")
	}
	others := 0
	for i, text := range k.Members {
		path := []string{"members", strconv.Itoa(i)}
		a, err := at.Topology.memberAddress(at.Name, text)
		switch {
		case err != nil:
			c.fail(path, "%v", err)
			others++
			continue
		case !a.Addr().Is4() || a.Addr().IsMulticast() || a.Addr().IsUnspecified():
			c.fail(path, "got %s, want the IPv4 address of a member", text)
		case slices.Contains(k.Members[:i], text):
			c.fail(path, "%s is in the list twice", text)
		case a != k.Local():
			c.reach(path, at.Node, a.Addr())
			c.listening(path, k.Domain, a)
		}
		if a != k.Local() {
			others++
		}
	}
	if others == 0 && len(k.Members) > 0 && !c.wellKnown(k.Domain, at.Name, name, k.Local()) {
		c.fail([]string{"members"}, "got only the member itself, and no other one names it: it would stay alone")
	}
	if k.MaxNoHeartbeat <= k.Heartbeat {
		c.fail([]string{"max-no-heartbeat"}, "got %s, want more than heartbeat-interval, %s", k.MaxNoHeartbeat, k.Heartbeat)
	}
	if k.MaxNoConfirm <= k.Confirmation {
		c.fail([]string{"max-no-master-confirmation"}, "got %s, want more than master-confirmation-interval, %s", k.MaxNoConfirm, k.Confirmation)
	}
	return c.problems
}

// listening warns about a member's address on which no member of its domain
// listens.
func (c *checker) listening(path []string, domain string, a netip.AddrPort) {
	for _, k := range c.members() {
		if k.Domain == domain && k.Local() == a {
			return
		}
	}
	c.warn(path, "no member of %s listens on %s", domain, a)
}

// wellKnown reports whether another member names this one.
func (c *checker) wellKnown(domain, node, name string, a netip.AddrPort) bool {
	for place, k := range c.members() {
		if place != [2]string{node, name} && k.Domain == domain && slices.Contains(k.WellKnown(), a) {
			return true
		}
	}
	return false
}

// members yields all members of clusters by node and name.
func (c *checker) members() iter.Seq2[[2]string, ClusterMember] {
	return func(yield func([2]string, ClusterMember) bool) {
		for _, node := range Names(c.whole.Nodes) {
			k := c.whole.Nodes[node].Cluster
			if k == nil {
				continue
			}
			for _, name := range Names(k.Instances) {
				if !yield([2]string{node, name}, k.Instances[name]) {
					return
				}
			}
		}
	}
}
