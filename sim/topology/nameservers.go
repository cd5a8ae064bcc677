package topology

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Nameservers is where the programs of a node look names up, and how long they
// wait: resolv.conf(5). An attempt asks each server in turn until one answers.
type Nameservers struct {
	Addresses []netip.Addr  `yaml:"addresses,short" doc:"at most 3; each is asked when the ones before it do not answer"`
	Timeout   time.Duration `yaml:"timeout" doc:"how long to wait for the answer of a server (default 5s)" jsonschema:"minimum=1ms,maximum=30s"`
	Attempts  int           `yaml:"attempts" doc:"how often to ask all servers before the lookup fails (default 2)" jsonschema:"minimum=1,maximum=5"`
}

// nameserversMax is MAXNS of resolv.conf(5).
const nameserversMax = 3

// When a program looks up the name of its target.
const (
	ResolveTTL        = "ttl"        // for a new connection, unless its last answer is younger than its TTL
	ResolveOnce       = "once"       // for its first connection
	ResolveConnection = "connection" // for each new connection
)

// WithDefaults returns a copy with every default filled in.
func (s Nameservers) WithDefaults() Nameservers {
	s.Timeout = cmp.Or(s.Timeout, 5*time.Second)
	s.Attempts = cmp.Or(s.Attempts, 2)
	return s
}

// nameservers checks the servers of a node.
func (c *checker) nameservers(path []string, n Node) {
	usual := Nameservers{}.WithDefaults()
	if n.Nameservers.Addresses == nil && (n.Nameservers.Timeout != usual.Timeout || n.Nameservers.Attempts != usual.Attempts) {
		c.fail(path, "addresses is missing")
	}
	path = At(path, "addresses")
	if count := len(n.Nameservers.Addresses); count > nameserversMax {
		c.fail(path, "got %d, want at most %d", count, nameserversMax)
	}
	for i, a := range n.Nameservers.Addresses {
		at := At(path, fmt.Sprint(i))
		switch {
		case slices.Contains(n.Nameservers.Addresses[:i], a):
			c.fail(at, "%s is in the list twice", a)
		case c.held(a) && c.whole.serverAt(a) == nil:
			c.warn(at, "no node answers names at %s", a)
		}
		c.reach(at, n, a)
	}
}

// serverAt returns the node with an interface of that address if it may answer
// names: it has a resolver, or programs that the bench does not know.
func (t Topology) serverAt(a netip.Addr) *Node {
	for _, name := range Names(t.Nodes) {
		n := t.Nodes[name]
		for _, nic := range n.NICs { // order: any will do
			if nic.Address.Addr() == a && (n.Resolver != nil || n.opaque()) {
				return &n
			}
		}
	}
	return nil
}

// opaque reports whether a node runs programs of which the bench does not know
// what they answer.
func (n *Node) opaque() bool { return n.Exec != nil || len(n.Others) > 0 }

// Endpoints returns what a target stands for when a program of the node asks:
// its address, or those that the node's resolvers have for its name. It is
// empty if none knows the name.
func (t Topology) Endpoints(n Node, target Target) (all []netip.AddrPort) {
	if target.Name == "" {
		return []netip.AddrPort{target.Address}
	}
	for _, server := range t.servers(n) {
		if server.Resolver == nil {
			continue
		}
		for _, record := range Names(server.Resolver.Records) {
			if server.Resolver.FullName(record) != target.Name {
				continue
			}
			for _, a := range server.Resolver.Records[record].Addresses {
				all = append(all, netip.AddrPortFrom(a, target.Address.Port()))
			}
			return all
		}
	}
	return nil
}

// servers lists the nodes that answer names for a node, in the order in which
// it asks them.
func (t Topology) servers(n Node) (all []*Node) {
	for _, a := range n.Nameservers.Addresses {
		if server := t.serverAt(a); server != nil {
			all = append(all, server)
		}
	}
	return all
}

// named checks that a node can find and reach a target with a name.
func (c *checker) named(path []string, n Node, target Target) {
	if len(n.Nameservers.Addresses) == 0 {
		c.fail(path, "got the name %s, want an address, or nameservers on the node", target.Name)
		return
	}
	servers := c.whole.servers(n)
	endpoints := c.whole.Endpoints(n, target)
	for _, a := range endpoints {
		c.reach(path, n, a.Addr())
	}
	if len(endpoints) > 0 || len(servers) == 0 || slices.ContainsFunc(servers, (*Node).opaque) {
		return // who answers nothing, or may answer anything, is reported elsewhere
	}
	var known []string
	for _, s := range servers {
		known = append(known, s.Resolver.names()...)
	}
	c.fail(path, "no resolver of the node knows %s, want %s", target.Name, AnyOf(target.Name, known))
}

// resolve checks when a program looks up its target.
func (c *checker) resolve(when, url string) {
	if target, err := ParseTarget(url); err == nil && target.Name == "" && when != ResolveTTL {
		c.fail([]string{"resolve"}, "got %s, but the target is an address", when)
	}
}

// checkHost returns why a text cannot be the name of a host or a domain (RFC
// 1035 §2.3.1).
func checkHost(text string) error {
	const whole = 253 // characters, without the dot at the end: RFC 1035 §2.3.4
	if len(text) > whole {
		return fmt.Errorf("%w: %d characters, want at most %d", ErrName, len(text), whole)
	}
	for label := range strings.SplitSeq(text, ".") {
		if err := CheckName(label); err != nil {
			return err
		}
	}
	return nil
}
