package topology

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
)

// Problems implements Program.
func (b Balancer) Problems(at Place) []Problem {
	c := at.check()
	b.checkListen(c, at)
	if len(b.Members) == 0 {
		c.fail([]string{"members"}, "got no member, want at least one")
	}
	b.checkMembers(c, at)
	if b.Stickiness == StickyCookie && b.Mode != BalancerHTTP {
		c.fail([]string{"stickiness"}, "got cookie, want none or source: mode %s does not look into requests", b.Mode)
	}
	if b.Sticky != 0 && b.Stickiness != StickySource {
		c.fail([]string{"sticky-timeout"}, "got %s, want none: only stickiness source remembers clients", b.Sticky)
	}
	if b.Cookie != "" && b.Stickiness != StickyCookie {
		c.fail([]string{"cookie-name"}, "got %q, want none: stickiness is %s", b.Cookie, b.Stickiness)
	}
	if !isToken(b.Cookie) {
		c.fail([]string{"cookie-name"}, "got %q, want letters, digits, dashes and underscores", b.Cookie)
	}
	if b.Check != nil {
		b.Check.problems(c, []string{"check"})
	}
	return c.problems
}

// checkListen checks where the balancer listens.
func (b Balancer) checkListen(c *checker, at Place) {
	path, to := []string{"listen"}, b.Listen
	switch {
	case !to.IsValid():
		c.fail(path, "listen is missing: the node has no address of its own to listen on")
	case !to.Addr().Is4() || to.Port() == 0:
		c.fail(path, "got %s, want an IPv4 address and a port, such as 192.0.2.10:80", to)
	case !to.Addr().IsUnspecified() && !at.Node.claims(to.Addr()):
		c.warn(path, "%s is neither an address nor a virtual IP of the node: the balancer will never be reached", to.Addr())
	}
	if n := at.Node; to.Port() != 0 && n.Backend != nil && n.Backend.Port == int(to.Port()) {
		c.fail(path, "got port %d, which the node's backend has as well", to.Port())
	}
}

// checkMembers checks where the balancer leads to.
func (b Balancer) checkMembers(c *checker, at Place) {
	taken, where := map[string]int{}, map[netip.AddrPort]int{}
	for i, m := range b.Members {
		path := []string{"members", fmt.Sprint(i)}
		switch to := m.Address; {
		case !to.IsValid(): // CheckFields reports it
			continue
		case !to.Addr().Is4() || to.Port() == 0:
			c.fail(At(path, "address"), "got %s, want an IPv4 address and a port, such as 192.0.2.11:80", to)
			continue
		case to == b.Listen:
			c.fail(At(path, "address"), "got %s, where the balancer itself listens", to)
			continue
		}
		c.reach(At(path, "address"), at.Node, m.Address.Addr())
		if first, twice := where[m.Address]; twice {
			c.fail(path, "member %d is also at %s", first+1, m.Address)
		}
		where[m.Address] = i
		if first, twice := taken[m.Name]; twice {
			c.fail(path, "member %d is also called %s: give one of them another name", first+1, m.Name)
		}
		taken[m.Name] = i
		if !IsMemberName(m.Name) {
			c.fail(At(path, "name"), "got %q, want letters, digits, dots and dashes", m.Name)
		}
	}
	if !slices.ContainsFunc(b.Members, func(m BalancerMember) bool { return !m.Backup }) && len(b.Members) > 0 {
		c.warn([]string{"members"}, "all members are backups, so that the first one that is up gets everything")
	}
}

func (k BalancerCheck) problems(c *checker, path []string) {
	if k.Pace == PaceStart && k.Timeout > min(k.Interval, k.Fast, k.Down) {
		c.fail(At(path, "timeout"), "got %s, want at most the interval, %s: checks are on a fixed schedule", k.Timeout, min(k.Interval, k.Fast, k.Down))
	}
	if k.Path[0] != '/' {
		c.fail(At(path, "path"), "got %q, want a path that begins with /", k.Path)
	}
	if k.Path != "/" && !k.AsksHTTP() {
		c.fail(At(path, "path"), "got %q, want none: %s sends no request", k.Path, k.By)
	}
	c.health(path, k.Check)
}

// isToken reports whether a text can be the name of a cookie; the empty text is
// none.
func isToken(name string) bool {
	for _, c := range name {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// portText is the port of an address in digits.
func portText(a netip.AddrPort) string { return strconv.Itoa(int(a.Port())) }
