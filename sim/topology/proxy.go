package topology

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"time"
)

// Proxy is a reverse proxy that balances as nginx does: spec/failover.md §7.1.
// Its keys are nginx's directives without proxy_.
type Proxy struct {
	Listen      netip.AddrPort `yaml:"listen" doc:"address and port (default: port 80 of all addresses)"`
	Workers     int            `yaml:"workers" doc:"worker processes, each of which learns by itself which servers fail; accepted connections go to them in turn (default 1)" jsonschema:"minimum=1,maximum=256"`
	Upstream    Upstream       `yaml:"upstream" doc:"the servers" jsonschema:"required"`
	Connect     time.Duration  `yaml:"connect-timeout" doc:"time limit for the connection to a server (default 60s)"`
	Read        time.Duration  `yaml:"read-timeout" doc:"time limit between two reads from a server (default 60s)"`
	Send        time.Duration  `yaml:"send-timeout" doc:"time limit between two writes to a server (default 60s)"`
	Next        []string       `yaml:"next-upstream" doc:"when a request is passed on to the next server (default error, timeout): error, timeout, invalid_header, http_500, http_502, http_503, http_504, http_403, http_404, http_429, non_idempotent (POST, LOCK and PATCH as well), or off" jsonschema:"enum=error,enum=timeout,enum=invalid_header,enum=http_500,enum=http_502,enum=http_503,enum=http_504,enum=http_403,enum=http_404,enum=http_429,enum=non_idempotent,enum=off"`
	NextTries   int            `yaml:"next-upstream-tries" doc:"the most servers that a request tries (default: no limit)" jsonschema:"minimum=1,maximum=1000"`
	NextTimeout time.Duration  `yaml:"next-upstream-timeout" doc:"how long a request may be passed on (default: no limit)"`
}

// Upstream is the servers of a proxy.
type Upstream struct {
	Servers   []UpstreamServer `yaml:"servers" doc:"the servers, in their order" jsonschema:"required"`
	KeepAlive int              `yaml:"keepalive" doc:"idle connections to servers that each worker keeps (default: none, each request has a connection of its own)" jsonschema:"minimum=1,maximum=100000"`
}

// UpstreamServer is one server of a proxy.
type UpstreamServer struct {
	Address     netip.AddrPort `yaml:"address,short" doc:"address and port, such as 192.0.2.51:80" jsonschema:"required"`
	Name        string         `yaml:"name" doc:"name of the server in events (default: the node that has the address; with the port if it is several servers)"`
	Weight      int            `yaml:"weight" doc:"share of the requests (default 1)" jsonschema:"minimum=1,maximum=65000"`
	MaxFails    *int           `yaml:"max-fails" doc:"failures within fail-timeout that make it unavailable; 0: none do (default 1)" jsonschema:"minimum=0,maximum=1000000"`
	FailTimeout time.Duration  `yaml:"fail-timeout" doc:"how long failures are counted, and how long the server is then left alone, in whole seconds (default 10s)"`
	MaxConns    int            `yaml:"max-conns" doc:"the most requests at a time, of each worker (default: no limit)" jsonschema:"minimum=1,maximum=1000000"`
	Backup      bool           `yaml:"backup" doc:"used only when no other server can be (default off)"`
	Down        bool           `yaml:"down" doc:"never used, but it counts as a second server (default off)"`
}

// ProxyService is the service of a proxy, in faults and events.
const ProxyService = "proxy"

// DefaultProxyTimeout is nginx's default of the timeouts of a proxy.
const DefaultProxyTimeout = 60 * time.Second

// DefaultFailTimeout is nginx's fail_timeout.
const DefaultFailTimeout = 10 * time.Second

// Complete implements Program.
func (p Proxy) Complete(at Place) Program {
	if !p.Listen.IsValid() {
		p.Listen = netip.AddrPortFrom(netip.IPv4Unspecified(), DefaultPort)
	}
	p.Workers = cmp.Or(p.Workers, 1)
	p.Connect = cmp.Or(p.Connect, DefaultProxyTimeout)
	p.Read = cmp.Or(p.Read, DefaultProxyTimeout)
	p.Send = cmp.Or(p.Send, DefaultProxyTimeout)
	if p.Next == nil {
		p.Next = []string{"error", "timeout"}
	}
	p.Upstream.Servers = slices.Clone(p.Upstream.Servers)
	several := map[netip.Addr]int{}
	for _, s := range p.Upstream.Servers {
		several[s.Address.Addr()]++
	}
	for i := range p.Upstream.Servers {
		s := &p.Upstream.Servers[i]
		s.Weight = cmp.Or(s.Weight, 1)
		s.FailTimeout = cmp.Or(s.FailTimeout, DefaultFailTimeout)
		if s.MaxFails == nil {
			one := 1
			s.MaxFails = &one
		}
		if s.Name == "" {
			s.Name = cmp.Or(at.Topology.holder(s.Address.Addr()), s.Address.Addr().String())
			if several[s.Address.Addr()] > 1 {
				s.Name += "-" + strconv.Itoa(int(s.Address.Port()))
			}
		}
	}
	return &p
}

// Problems implements Program.
func (p Proxy) Problems(at Place) []Problem {
	c := at.check()
	if !p.Listen.Addr().Is4() || p.Listen.Port() == 0 {
		c.fail([]string{"listen"}, "got %s, want an IPv4 address and a port, such as 192.0.2.10:80", p.Listen)
	}
	if len(p.Next) > 1 && slices.Contains(p.Next, "off") {
		c.fail([]string{"next-upstream"}, "got off and others, want one of both")
	}
	path := []string{"upstream", "servers"}
	main := 0
	taken := map[string]int{}
	for i, s := range p.Upstream.Servers {
		c.upstreamServer(At(path, fmt.Sprint(i)), at.Node, s)
		if !s.Backup {
			main++
		}
		if first, twice := taken[s.Name]; twice {
			c.fail(At(path, fmt.Sprint(i)), "server %d is also called %s: give one of them another name", first+1, s.Name)
		}
		taken[s.Name] = i
	}
	if len(p.Upstream.Servers) > 0 && main == 0 {
		c.fail(path, "got only backups, want a server that is none")
	}
	return c.problems
}

func (c *checker) upstreamServer(path []string, n Node, s UpstreamServer) {
	switch a := s.Address.Addr(); {
	case !s.Address.IsValid(): // CheckFields reports it
	case !a.Is4() || s.Address.Port() == 0:
		c.fail(At(path, "address"), "got %s, want an IPv4 address and a port, such as 192.0.2.51:80", s.Address)
	case a != loopback:
		c.reach(At(path, "address"), n, a)
	}
	if s.FailTimeout < time.Second || s.FailTimeout%time.Second != 0 {
		c.fail(At(path, "fail-timeout"), "got %s, want whole seconds: nginx counts in them", s.FailTimeout)
	}
	if !IsMemberName(s.Name) {
		c.fail(At(path, "name"), "got %q, want letters, digits, dots and dashes", s.Name)
	}
}

// Addresses implements Program.
func (Proxy) Addresses() []netip.Addr { return nil }

// ServiceNames implements Program.
func (Proxy) ServiceNames() []string { return []string{ProxyService} }

// Properties implements Program.
func (p Proxy) Properties() []Property { return serviceSwitches(p) }

// Faults implements Program.
func (Proxy) Faults() []string { return nil }
