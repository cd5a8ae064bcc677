package topology

import (
	"net/netip"
	"slices"
	"strings"
)

// chains reports services of one node that forward to each other in a circle: a
// request would go round until something fails.
func (c *checker) chains() {
	for _, name := range Names(c.whole.Nodes) {
		if n := c.whole.Nodes[name]; n.Gateway != nil {
			c.chainsOf([]string{"nodes", name, "gateway", "services"}, n)
		}
	}
}

func (c *checker) chainsOf(path []string, n Node) {
	reported := map[string]bool{}
	for _, first := range Names(n.Gateway.Services) {
		circle := n.circle(first, nil)
		if len(circle) == 0 || slices.ContainsFunc(circle, func(s string) bool { return reported[s] }) {
			continue
		}
		for _, s := range circle {
			reported[s] = true
		}
		c.invalid(ServiceLoop, At(path, first, "forward"), "requests go round until something fails: %s → %s", strings.Join(circle, " → "), first)
	}
}

// circle returns the services by which requests come from a service back to it;
// nil if they do not. Seen are those that led here.
func (n Node) circle(service string, seen []string) []string {
	if at := slices.Index(seen, service); at >= 0 {
		if at == 0 {
			return seen
		}
		return nil // a circle of others
	}
	seen = append(slices.Clip(seen), service)
	for _, to := range n.targets(n.Gateway.Services[service].Forward) {
		for _, next := range Names(n.Gateway.Services) {
			if !n.listens(n.Gateway.Services[next], to) {
				continue
			}
			if circle := n.circle(next, seen); circle != nil {
				return circle
			}
		}
	}
	return nil
}

// targets lists the addresses to which a service forwards.
func (n Node) targets(f Forward) []netip.AddrPort {
	if f.Group == "" {
		return []netip.AddrPort{f.Address}
	}
	var all []netip.AddrPort
	for _, s := range n.Gateway.Groups[f.Group].Servers {
		all = append(all, s.At(f))
	}
	return all
}

// listens reports whether a service of the node gets connections that the node
// itself opens to an address.
func (n Node) listens(s Service, to netip.AddrPort) bool {
	if s.Listen.Port() != to.Port() || !to.IsValid() {
		return false
	}
	return s.Listen == to || s.Listen.Addr().IsUnspecified() && (to.Addr() == loopback || n.claims(to.Addr()))
}
