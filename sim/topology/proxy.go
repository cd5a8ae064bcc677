package topology

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"time"
)

// Proxy is a reverse proxy that balances as nginx does: spec/failover.md §7.1.
// Its keys are nginx's directives without proxy_. It has one upstream and one
// address, or several of both: then the locations of a listener say which
// upstream a request goes to.
type Proxy struct {
	Listen      netip.AddrPort      `yaml:"listen" doc:"address and port, with upstream (default: port 80 of all addresses)"`
	Workers     int                 `yaml:"workers" doc:"worker processes, each of which learns by itself which servers fail; accepted connections go to them in turn (default 1)" jsonschema:"minimum=1,maximum=256"`
	Upstream    Upstream            `yaml:"upstream" doc:"the servers of all requests, unless there are listeners"`
	Upstreams   map[string]Upstream `yaml:"upstreams" json:",omitempty" doc:"groups of servers, by the names that locations pass requests to"`
	Listeners   []ProxyListener     `yaml:"listeners" json:",omitempty" doc:"addresses where it accepts connections, each with its locations, in place of listen and upstream"`
	WSO2        *ProxyWSO2          `yaml:"wso2-active-passive" json:",omitempty" doc:"upstreams and listeners as in the documented active-passive deployment of WSO2's API manager"`
	Connect     time.Duration       `yaml:"connect-timeout" doc:"time limit for the connection to a server, with https including the TLS handshake (default 60s)"`
	Read        time.Duration       `yaml:"read-timeout" doc:"time limit between two reads from a server (default 60s)"`
	Send        time.Duration       `yaml:"send-timeout" doc:"time limit between two writes to a server (default 60s)"`
	Next        []string            `yaml:"next-upstream" doc:"when a request is passed on to the next server (default error, timeout): error, timeout, invalid_header, http_500, http_502, http_503, http_504, http_403, http_404, http_429, non_idempotent (POST, LOCK and PATCH as well), or off" jsonschema:"enum=error,enum=timeout,enum=invalid_header,enum=http_500,enum=http_502,enum=http_503,enum=http_504,enum=http_403,enum=http_404,enum=http_429,enum=non_idempotent,enum=off"`
	NextTries   int                 `yaml:"next-upstream-tries" doc:"the most servers that a request tries (default: no limit)" jsonschema:"minimum=1,maximum=1000"`
	NextTimeout time.Duration       `yaml:"next-upstream-timeout" doc:"how long a request may be passed on (default: no limit)"`
}

// Upstream is the servers of a proxy.
type Upstream struct {
	Servers   []UpstreamServer `yaml:"servers" doc:"the servers, in their order"`
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
	if p.WSO2 != nil {
		p = p.documented(at)
	}
	if !p.Listen.IsValid() && len(p.Listeners) == 0 && p.WSO2 == nil {
		p.Listen = netip.AddrPortFrom(netip.IPv4Unspecified(), DefaultPort)
	}
	p.Workers = cmp.Or(p.Workers, 1)
	p.Connect = cmp.Or(p.Connect, DefaultProxyTimeout)
	p.Read = cmp.Or(p.Read, DefaultProxyTimeout)
	p.Send = cmp.Or(p.Send, DefaultProxyTimeout)
	if p.Next == nil {
		p.Next = []string{"error", "timeout"}
	}
	p.Upstream = p.Upstream.complete(at)
	p.Upstreams = maps.Clone(p.Upstreams)
	for _, name := range Names(p.Upstreams) {
		p.Upstreams[name] = p.Upstreams[name].complete(at)
	}
	p.Listeners = slices.Clone(p.Listeners)
	for i := range p.Listeners {
		p.Listeners[i] = p.Listeners[i].complete(p)
	}
	return &p
}

func (u Upstream) complete(at Place) Upstream {
	u.Servers = slices.Clone(u.Servers)
	several := map[netip.Addr]int{}
	for _, s := range u.Servers {
		several[s.Address.Addr()]++
	}
	for i := range u.Servers {
		s := &u.Servers[i]
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
	return u
}

// Problems implements Program.
func (p Proxy) Problems(at Place) []Problem {
	c := at.check()
	c.nextUpstream(nil, p.Next)
	if p.WSO2 != nil {
		c.documented(at, p)
		return c.problems
	}
	if len(p.Listeners) > 0 || len(p.Upstreams) > 0 {
		c.listeners(at, p)
		return c.problems
	}
	if !p.Listen.Addr().Is4() || p.Listen.Port() == 0 {
		c.fail([]string{"listen"}, "got %s, want an IPv4 address and a port, such as 192.0.2.10:80", p.Listen)
	}
	if len(p.Upstream.Servers) == 0 {
		c.fail(nil, "upstream is missing: want servers")
	}
	c.upstream([]string{"upstream"}, at.Node, p.Upstream)
	return c.problems
}

// nextUpstream checks when requests are passed on.
func (c *checker) nextUpstream(path []string, next []string) {
	if len(next) > 1 && slices.Contains(next, "off") {
		c.fail(At(path, "next-upstream"), "got off and others, want one of both")
	}
}

// upstream checks the servers of an upstream.
func (c *checker) upstream(path []string, n Node, u Upstream) {
	path = At(path, "servers")
	main := 0
	taken := map[string]int{}
	for i, s := range u.Servers {
		c.upstreamServer(At(path, fmt.Sprint(i)), n, s)
		if !s.Backup {
			main++
		}
		if first, twice := taken[s.Name]; twice {
			c.fail(At(path, fmt.Sprint(i)), "server %d is also called %s: give one of them another name", first+1, s.Name)
		}
		taken[s.Name] = i
	}
	if len(u.Servers) > 0 && main == 0 {
		c.fail(path, "got only backups, want a server that is none")
	}
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
