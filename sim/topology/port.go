package topology

import (
	"net/netip"
	"slices"
)

// port is where a program of a node listens, and where a scenario says so.
type port struct {
	program string // by its key; its members and instances check one another
	path    []string
	at      netip.AddrPort // unspecified: on all addresses
}

// clashes reports whether only one of two programs could listen.
func (p port) clashes(o port) bool {
	everywhere := p.at.Addr().IsUnspecified() || o.at.Addr().IsUnspecified()
	return p.program != o.program && p.at.Port() == o.at.Port() && (everywhere || p.at.Addr() == o.at.Addr())
}

// ports checks that no two programs of a completed node listen on one port: the
// second one would fail, and clients would ask the first one in its place.
// Gateways, proxies and balancers check their own.
func (c *checker) ports(path []string, n Node) {
	all := n.ports()
	for i, p := range all {
		if at := slices.IndexFunc(all[:i], p.clashes); at >= 0 {
			c.fail(At(path, p.path...), "got port %d, on which %s of this node listens as well: only one of them could", p.at.Port(), all[at].program)
		}
	}
}

// ports lists where programs listen, in the order of their keys.
func (n Node) ports() (all []port) {
	add := func(program string, a netip.Addr, number int, path ...string) {
		all = append(all, port{program, path, netip.AddrPortFrom(a, uint16(number))})
	}
	everywhere := netip.IPv4Unspecified()
	if n.Accounts != nil {
		add("accounts", everywhere, n.Accounts.Port, "accounts", "port")
	}
	if n.APIM != nil {
		for _, name := range Names(n.APIM.Instances) {
			for _, number := range n.APIM.Instances[name].ports() {
				add("apim", everywhere, int(number), "apim")
			}
		}
	}
	if n.Broker != nil {
		add("broker", everywhere, n.Broker.Port, "broker", "port")
	}
	if n.Cluster != nil {
		for _, name := range Names(n.Cluster.Instances) {
			local := n.Cluster.Instances[name].Local()
			add("cluster", local.Addr(), int(local.Port()), "cluster")
		}
	}
	if n.Database != nil {
		add("database", everywhere, n.Database.Port, "database", "port")
	}
	if n.Files != nil {
		add("files", everywhere, n.Files.Port, "files", "port")
	}
	if n.Partner != nil && n.Partner.Listen.IsValid() {
		add("partner", n.Partner.Listen.Addr(), int(n.Partner.Listen.Port()), "partner", "listen")
	}
	if n.Throttle != nil && n.Throttle.Control != nil {
		add("throttle.control", everywhere, n.Throttle.Control.Port, "throttle", "control", "port")
	}
	if n.Throttle != nil && n.Throttle.Gateway != nil {
		add("throttle.gateway", everywhere, n.Throttle.Gateway.Port, "throttle", "gateway", "port")
	}
	return all
}
