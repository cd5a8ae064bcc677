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
	all := (&n).ports()
	for i, p := range all {
		if at := slices.IndexFunc(all[:i], p.clashes); at >= 0 {
			c.fail(At(path, p.path...), "got port %d, on which %s of this node listens as well: only one of them could", p.at.Port(), all[at].program)
		}
	}
}

// ports lists where programs listen, in the order of their keys.
func (n *Node) ports() (all []port) {
	for _, p := range n.Programs() {
		if l, is := p.(listener); is {
			all = append(all, l.listens()...)
		}
	}
	return all
}

// listener is a program that takes ports for itself, each said below its key.
type listener interface{ listens() []port }

// onAll is a port on all addresses of a node.
func onAll(program string, number int, path ...string) port {
	return port{program, path, netip.AddrPortFrom(netip.IPv4Unspecified(), uint16(number))}
}
