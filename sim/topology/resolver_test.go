package topology

import (
	"net/netip"
	"testing"
	"time"
)

// named is two servers, a resolver that knows them as app.example, and a client
// that asks for that name.
func named(change func(map[string]Node)) Topology {
	nodes := map[string]Node{
		"a":  {NICs: nic("192.0.2.11/24"), Backend: &Backend{}},
		"b":  {NICs: nic("192.0.2.12/24"), Backend: &Backend{}},
		"r":  {NICs: nic("192.0.2.53/24"), Resolver: &Resolver{Records: map[string]Record{"app": {Addresses: []netip.Addr{addr("192.0.2.11"), addr("192.0.2.12")}}}}},
		"c1": {NICs: nic("192.0.2.201/24"), Client: &Client{Target: "http://app.example/"}, Nameservers: Nameservers{Addresses: []netip.Addr{addr("192.0.2.53")}}},
	}
	change(nodes)
	return Topology{Segments: map[string]Segment{"lan": {}}, Nodes: nodes}
}

// TestNamesAreFound: a name needs a server that knows it, and addresses that
// can be reached.
func TestNamesAreFound(t *testing.T) {
	for _, c := range []struct {
		change func(map[string]Node)
		want   []string
	}{
		{func(map[string]Node) {}, nil},
		{func(n map[string]Node) {
			c1 := n["c1"]
			c1.Nameservers = Nameservers{}
			n["c1"] = c1
		}, []string{"nodes.c1.client.target: got the name app.example, want an address, or nameservers on the node"}},
		{func(n map[string]Node) {
			c1 := n["c1"]
			c1.Nameservers = Nameservers{Attempts: 3}
			n["c1"] = c1
		}, []string{
			"nodes.c1.client.target: got the name app.example, want an address, or nameservers on the node",
			"nodes.c1.nameservers: addresses is missing",
		}},
		{func(n map[string]Node) { n["c1"].Client.Target = "http://api.example/" }, []string{
			`nodes.c1.client.target: no resolver of the node knows api.example, want app.example (did you mean "app.example"?)`,
		}},
		{func(n map[string]Node) { n["r"].Resolver.Domain = "test" }, []string{
			"nodes.c1.client.target: no resolver of the node knows app.example, want app.test",
		}},
		{func(n map[string]Node) { // asked of a node that answers no names
			c1 := n["c1"]
			c1.Nameservers.Addresses = []netip.Addr{addr("192.0.2.11")}
			n["c1"] = c1
		}, []string{"nodes.c1.nameservers.addresses.0: no node answers names at 192.0.2.11"}},
		{func(n map[string]Node) { // real programs may answer anything
			r := n["r"]
			r.Resolver, r.Exec = nil, &Exec{Run: []string{"dnsmasq -k"}}
			n["r"] = r
		}, nil},
		{func(n map[string]Node) {
			n["r"].Resolver.Records["app"] = Record{Addresses: []netip.Addr{addr("192.0.2.99")}}
		}, []string{
			"nodes.c1.client.target: no node has the address 192.0.2.99",
			"nodes.r.resolver.records.app.addresses.0: no node has the address 192.0.2.99",
		}},
		{func(n map[string]Node) { n["c1"].Client.Target, n["c1"].Client.Resolve = "http://192.0.2.11/", "once" }, []string{
			"nodes.c1.client.resolve: got once, but the target is an address",
		}},
		{func(n map[string]Node) {
			n["r"].Resolver.Domain = "example."
			n["r"].Resolver.Records["app"] = Record{
				Addresses: []netip.Addr{addr("192.0.2.11"), addr("192.0.2.11")}, TTL: 1500 * time.Millisecond,
				Check: &RecordCheck{Interval: time.Second, Check: Check{Timeout: 2 * time.Second, Token: "ok"}, Path: "health"},
			}
			n["c1"].Client.Target = "http://192.0.2.11/"
		}, []string{
			"nodes.r.resolver.domain: bad name: it is empty",
			"nodes.r.resolver.records.app.addresses.1: 192.0.2.11 is in the list twice",
			`nodes.r.resolver.records.app.check.path: got "health", want a path such as /health`,
			"nodes.r.resolver.records.app.check.timeout: got 2s, want at most the interval, 1s",
			`nodes.r.resolver.records.app.check.token: got "ok", want none: tcp-full does not look for a token`,
			"nodes.r.resolver.records.app.ttl: got 1.5s, want whole seconds",
		}},
	} {
		wantProblems(t, named(c.change).Validate(), c.want...)
	}
}

// TestTooManyNameservers: resolv.conf(5) takes three.
func TestTooManyNameservers(t *testing.T) {
	wantProblems(t, named(func(n map[string]Node) {
		c1 := n["c1"]
		for _, a := range []string{"192.0.2.53", "192.0.2.11", "192.0.2.12"} {
			c1.Nameservers.Addresses = append(c1.Nameservers.Addresses, addr(a))
		}
		n["c1"] = c1
	}).Validate(),
		"nodes.c1.nameservers.addresses.1: 192.0.2.53 is in the list twice",
		"nodes.c1.nameservers.addresses.2: no node answers names at 192.0.2.11",
		"nodes.c1.nameservers.addresses.3: no node answers names at 192.0.2.12",
		"nodes.c1.nameservers.addresses: got 4, want at most 3",
	)
}

// TestCertificatesOfAName: by default a client accepts what all addresses of
// the name present.
func TestCertificatesOfAName(t *testing.T) {
	top := named(func(n map[string]Node) {
		n["c1"].Client.Target = "https://app.example/"
		for _, name := range []string{"a", "b"} {
			at := n[name]
			at.Backend, at.Gateway = nil, &Gateway{Services: map[string]Service{"web": {Kind: KindTLS}}}
			n[name] = at
		}
	})
	if got := top.WithDefaults().Nodes["c1"].Client.Certificate; got != "web" {
		t.Errorf("got certificate %q, want web", got)
	}
	wantProblems(t, top.Validate())
}

// TestRecordProperties: what an operator may set, and what not.
func TestRecordProperties(t *testing.T) {
	r := named(func(map[string]Node) {}).WithDefaults().Nodes["r"]
	for _, c := range []struct {
		property, value string
		takes           bool
	}{
		{"record.app", "192.0.2.12", true},
		{"record.app", "192.0.2.12,192.0.2.11", true},
		{"record.app", "none", true},
		{"record.app", "192.0.2.12,192.0.2.12", false},
		{"record.app", "192.0.2.12,", false},
		{"record.app", "2001:db8::1", false},
		{"record.app", "a", false},
		{"record.api", "192.0.2.12", false},
		{"record.app.ttl", "5s", true},
		{"record.app.ttl", "168h", true},
		{"record.app.ttl", "169h", false},
		{"record.app.ttl", "500ms", false},
		{"record.app.ttl", "0s", false},
		{"service.dns", "off", true},
	} {
		if err := r.CheckSet(c.property, c.value); (err == nil) != c.takes {
			t.Errorf("set r %s %s: got %v, want it to be taken: %v", c.property, c.value, err, c.takes)
		}
	}
}
