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
		{Proxy{}, []string{": upstream is missing: want servers"}},
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
		wantProxyProblems(t, c.proxy, c.want)
	}
}

// wantProxyProblems checks what is wrong with a proxy, on a node of pair.
func wantProxyProblems(t *testing.T, p Proxy, problems []string) {
	t.Helper()
	topology := pair()
	c1 := topology.Nodes["c1"]
	c1.Client, c1.Proxy = nil, &p
	topology.Nodes["c1"] = c1
	var want []string
	for _, w := range problems {
		want = append(want, strings.Replace("nodes.c1.proxy."+w, ".:", ":", 1))
	}
	wantProblems(t, topology.Validate(), want...)
}

// TestListenerProblems: what is wrong with locations is reported where it is.
func TestListenerProblems(t *testing.T) {
	app := map[string]Upstream{"app": {Servers: []UpstreamServer{upstreamOf("192.0.2.11:80")}}}
	root := ProxyLocation{Location: "/", Pass: "http://app"}
	one := func(all ...ProxyLocation) []ProxyListener {
		return []ProxyListener{{Listen: anywhere(80), Locations: all}}
	}
	for _, c := range []struct {
		proxy Proxy
		want  []string
	}{
		{Proxy{Upstreams: app, Listeners: one(root, ProxyLocation{Location: "~* ^/x/(.*)$", Pass: "https://app/$1"})}, nil},
		{Proxy{Upstreams: app}, []string{"upstreams: got some without listeners, whose locations pass requests to them"}},
		{Proxy{Upstreams: app, Listeners: one(root), Listen: anywhere(81)}, []string{"listen: got 0.0.0.0:81 and listeners, want one of both"}},
		{Proxy{Upstreams: app, Listeners: one(root), Upstream: app["app"]}, []string{"upstream: got one and listeners: give it a name in upstreams"}},
		{Proxy{Upstreams: map[string]Upstream{"app": {}}, Listeners: one(root)}, []string{"upstreams.app: servers is missing"}},
		{Proxy{Upstreams: app, Listeners: append(one(root), one(root)...)}, []string{"listeners.1.listen: got 0.0.0.0:80, where listener 1 listens already"}},
		{Proxy{Upstreams: app, Listeners: []ProxyListener{{Listen: anywhere(443), Certificate: "any", Locations: []ProxyLocation{root}}}}, []string{
			"listeners.0.certificate: got any, want a name, or none",
		}},
		{Proxy{Upstreams: app, Listeners: one(root, root)}, []string{"listeners.0.locations.1.location: got /, which location 1 has"}},
		{Proxy{Upstreams: app, Listeners: one(ProxyLocation{Location: "store", Pass: "app"}, ProxyLocation{Location: "! /x", Pass: "http://ap/x"})}, []string{
			`listeners.0.locations.0.location: got "store", want a path that begins with /`,
			`listeners.0.locations.0.pass: got "app", want a URL such as https://app or https://app/store, with the name of an upstream`,
			`listeners.0.locations.1.location: got "! /x", want a path, or one of = ^~ ~ ~* and a path or expression`,
			`listeners.0.locations.1.pass: unknown upstream "ap", want app (did you mean "app"?)`,
		}},
		{Proxy{Upstreams: app, Listeners: one(ProxyLocation{Location: "~ (", Pass: "http://app/x", Next: []string{"off", "error"}})}, []string{
			"listeners.0.locations.0.location: error parsing regexp: missing closing ): `(`: want a regular expression of RE2",
			"listeners.0.locations.0.next-upstream: got off and others, want one of both",
			"listeners.0.locations.0.pass: got the URI /x, want none, or one with $1: an expression has no part that it could replace",
		}},
		{Proxy{Upstreams: app, Listeners: one(root, ProxyLocation{Location: "/x", Pass: "https://app"})}, nil},
		{Proxy{
			Upstreams: map[string]Upstream{"app": {Servers: app["app"].Servers, KeepAlive: 1}},
			Listeners: one(root, ProxyLocation{Location: "/x", Pass: "https://app"}),
		}, []string{"listeners.0.locations.1.pass: got https, but others pass to app by http: an upstream with keepalive has connections of one kind"}},
		{Proxy{Upstreams: app, Listeners: one(ProxyLocation{})}, []string{
			"listeners.0.locations.0: location is missing", "listeners.0.locations.0: pass is missing",
		}},
	} {
		wantProxyProblems(t, c.proxy, c.want)
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
