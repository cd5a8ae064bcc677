package topology

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

// upstreamOf is a server at an address, as in YAML.
func upstreamOf(address string) UpstreamServer {
	return UpstreamServer{Address: netip.MustParseAddrPort(address)}
}

func TestProxyProblems(t *testing.T) {
	good, other := upstreamOf("192.0.2.11:80"), upstreamOf("192.0.2.12:80")
	for _, c := range []struct {
		proxy Proxy
		want  []string
	}{
		{Proxy{Upstream: Upstream{Servers: []UpstreamServer{good, other}}}, nil},
		{Proxy{Upstream: Upstream{Servers: []UpstreamServer{upstreamOf("127.0.0.1:8080")}}}, nil},
		{Proxy{}, []string{"upstream: servers is missing", ": upstream is missing"}},
		{Proxy{Listen: netip.MustParseAddrPort("[::]:80"), Upstream: Upstream{Servers: []UpstreamServer{good}}}, []string{
			"listen: got [::]:80, want an IPv4 address and a port, such as 192.0.2.10:80",
		}},
		{Proxy{Next: []string{"error", "off"}, Upstream: Upstream{Servers: []UpstreamServer{good}}}, []string{
			"next-upstream: got off and others, want one of both",
		}},
		{Proxy{Upstream: Upstream{Servers: []UpstreamServer{{Address: good.Address, Backup: true}}}}, []string{
			"upstream.servers: got only backups, want a server that is none",
		}},
		{Proxy{Upstream: Upstream{Servers: []UpstreamServer{good, {Address: other.Address, Name: "a"}}}}, []string{
			"upstream.servers.1: server 1 is also called a: give one of them another name",
		}},
		{Proxy{Upstream: Upstream{Servers: []UpstreamServer{upstreamOf("[2001:db8::1]:80"), upstreamOf("192.0.2.11:0"), upstreamOf("192.0.2.99:80")}}}, []string{
			"upstream.servers.0.address: got [2001:db8::1]:80, want an IPv4 address and a port, such as 192.0.2.51:80",
			`upstream.servers.0.name: got "2001:db8::1", want letters, digits, dots and dashes`,
			"upstream.servers.1.address: got 192.0.2.11:0, want an IPv4 address and a port, such as 192.0.2.51:80",
			"upstream.servers.2.address: no node has the address 192.0.2.99",
		}},
		{Proxy{Upstream: Upstream{Servers: []UpstreamServer{{Address: good.Address, FailTimeout: 1500 * time.Millisecond}}}}, []string{
			"upstream.servers.0.fail-timeout: got 1.5s, want whole seconds: nginx counts in them",
		}},
	} {
		topology := pair()
		c1 := topology.Nodes["c1"]
		c1.Client, c1.Proxy = nil, &c.proxy
		topology.Nodes["c1"] = c1
		var want []string
		for _, w := range c.want {
			want = append(want, strings.Replace("nodes.c1.proxy."+w, ".:", ":", 1))
		}
		wantProblems(t, topology.Validate(), want...)
	}
}

// TestProxyNames: servers are called after their nodes, with the port if one
// node is several of them.
func TestProxyNames(t *testing.T) {
	whole := pair()
	c1 := whole.Nodes["c1"]
	c1.Proxy = &Proxy{Upstream: Upstream{Servers: []UpstreamServer{
		upstreamOf("192.0.2.11:80"), upstreamOf("192.0.2.12:80"), upstreamOf("192.0.2.12:81"), upstreamOf("192.0.2.99:80"),
		{Address: netip.MustParseAddrPort("192.0.2.98:80"), Name: "own"},
	}}}
	whole.Nodes["c1"] = c1
	var names []string
	for _, s := range whole.WithDefaults().Nodes["c1"].Proxy.Upstream.Servers {
		names = append(names, s.Name)
	}
	if want := []string{"a", "b-80", "b-81", "192.0.2.99", "own"}; !slices.Equal(names, want) {
		t.Errorf("got the names %q, want %q", names, want)
	}
}
