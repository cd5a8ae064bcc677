package topology

import (
	"cmp"
	"net/netip"
	"time"
)

// DefaultPingTimeout is how long a client of mode ping waits for an answer.
const DefaultPingTimeout = time.Second

// pingsMax is how many pings may be under way at once: one for each sequence.
const pingsMax = 1 << 16

// Pings reports whether the client sends ICMP echo requests.
func (c Client) Pings() bool { return c.Mode == ModePing }

// withPingDefaults returns a copy of a client of mode ping with every default
// filled in. The other settings stay empty, because it has no use for them.
func (c Client) withPingDefaults() Client {
	c.Rate = cmp.Or(c.Rate, 10)
	c.Arrival = cmp.Or(c.Arrival, ArrivalConst)
	c.Timeout = cmp.Or(c.Timeout, DefaultPingTimeout)
	return c
}

// ownersOf returns the nodes by the MAC addresses of their interfaces on the
// segments of a node, apart from the gateway of its default route: what comes
// from there was sent by others.
func ownersOf(at Place) map[string]string {
	owners := map[string]string{}
	for _, own := range at.Node.NICs { // order: into a map
		for name, n := range at.Topology.Nodes { // order: as above
			for _, nic := range n.NICs { // order: as above
				if nic.Segment == own.Segment && name != at.Name && n.Router == nil {
					owners[nic.MAC] = name
				}
			}
		}
	}
	return owners
}

// pingProblems checks a client of mode ping.
func (c Client) pingProblems(k *checker, at Place) {
	k.pinged([]string{"target"}, at.Node, c.Target)
	for _, s := range []struct {
		name string
		set  bool
	}{
		{"resolve", c.Resolve != ""}, {"certificate", c.Certificate != ""}, {"method", c.Method != ""}, {"body", c.Body != 0},
		{"headers", len(c.Headers) > 0}, {"sessions", c.Sessions != 0}, {"users", c.Users != 0}, {"think", c.Think != 0},
		{"connections", c.Connections != 0}, {"connect-timeout", c.Connect != 0}, {"idle-timeout", c.Idle != 0},
		{"tcp-keepalive", c.KeepAlive != nil}, {"tcp-user-timeout", c.UserTimeout != 0}, {"retries", c.Retries != 0},
	} {
		if s.set {
			k.fail([]string{s.name}, "a client of mode ping has no %s, want only target, rate, arrival, timeout, start, phase and stop", s.name)
		}
	}
	if under := float64(c.Rate) * c.Timeout.Seconds(); under >= pingsMax {
		k.fail([]string{"timeout"}, "got %s at %s: %.0f pings would be under way, want less than %d, which have a sequence of their own", c.Timeout, c.Rate, under, pingsMax)
	}
}

// pinged checks the address that a client pings. CheckFields reports a missing
// one.
func (c *checker) pinged(path []string, n Node, text string) {
	if text == "" {
		return
	}
	a, err := netip.ParseAddr(text)
	switch {
	case err != nil || !a.Is4():
		c.fail(path, "got %q, want an IPv4 address such as 192.0.2.100: a client of mode ping has no URL", text)
	case a.IsUnspecified() || a.IsMulticast() || a == everyone || a.IsLoopback():
		c.fail(path, "got %s, want the address of another machine", a)
	case n.claims(a):
		c.fail(path, "got %s, which this node may have itself, want the address of another machine", a)
	default:
		c.reach(path, n, a)
	}
}
