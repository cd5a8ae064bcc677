package topology

import (
	"net/netip"
	"testing"
)

// tlsPair is two members with a service of kind tls each and a client. An empty
// name leaves the certificate out.
func tlsPair(a, b, client string) Topology {
	member := func(address, certificate string) Node {
		return Node{
			NICs: nic(address), Standby: map[string]Standby{"lan": {VIP: netip.MustParseAddr("192.0.2.100")}},
			Gateway: &Gateway{Services: map[string]Service{"web": {Kind: KindTLS, Certificate: certificate}}},
		}
	}
	return Topology{
		Segments: map[string]Segment{"lan": {}},
		Nodes: map[string]Node{
			"a": member("192.0.2.11/24", a), "b": member("192.0.2.12/24", b),
			"c1": {NICs: nic("192.0.2.201/24"), Client: &Client{Target: "https://192.0.2.100/", Certificate: client}},
		},
	}
}

// TestCertificates: what members and client present and accept, and what is
// wrong with it.
func TestCertificates(t *testing.T) {
	const at = "nodes.c1.client.certificate: "
	for _, c := range []struct {
		a, b, client string
		want         [3]string // of a, b and c1
		problem      string    // a leading ~ only warns
	}{
		{"", "", "", [3]string{"web", "web", "web"}, ""},
		{"shop", "shop", "", [3]string{"shop", "shop", "shop"}, ""},
		{"", "none", "", [3]string{"web", "none", "web"}, ""},
		{"", "b", "web", [3]string{"web", "b", "web"}, ""},
		{"", "b", "any", [3]string{"web", "b", "any"}, ""},
		{"", "b", "", [3]string{"web", "b", ""}, at + "certificate is missing: the services on 192.0.2.100:443 present b and web; want the name of the one to accept, or any"},
		{"none", "none", "", [3]string{"none", "none", ""}, "nodes.c1.client.target: nothing with a certificate listens on 192.0.2.100:443: want an http:// target, a service of kind tls there, or certificate: any"},
		{"", "", "none", [3]string{"web", "web", "none"}, at + "got none, want the name of a certificate, or any"},
		{"", "", "wbe", [3]string{"web", "web", "wbe"}, "~" + at + "no service on 192.0.2.100:443 presents wbe: every handshake will fail"},
		{"any", "any", "any", [3]string{"any", "any", "any"}, "nodes.a.gateway.services.web.certificate: got any, want a name, or none"},
		{"", "B", "web", [3]string{"web", "B", "web"}, `nodes.b.gateway.services.web.certificate: bad name: "B" has 'B', want lower-case letters, digits and dashes`},
	} {
		whole := tlsPair(c.a, c.b, c.client)
		done := whole.WithDefaults()
		got := [3]string{done.Nodes["a"].Gateway.Services["web"].Certificate, done.Nodes["b"].Gateway.Services["web"].Certificate, done.Nodes["c1"].Client.Certificate}
		if got != c.want {
			t.Errorf("%q, %q, %q: got %q, want %q", c.a, c.b, c.client, got, c.want)
		}
		problem := ""
		if all := whole.Validate(); len(all) > 0 {
			if problem = all[0].String(); all[0].Warning {
				problem = "~" + problem
			}
		}
		if problem != c.problem {
			t.Errorf("%q, %q, %q: got %q, want %q", c.a, c.b, c.client, problem, c.problem)
		}
	}
}

// TestCertificateAnywhere: a service that listens on all addresses counts, and
// plain services and clients have no certificate.
func TestCertificateAnywhere(t *testing.T) {
	whole := tlsPair("", "", "")
	for _, name := range []string{"a", "b"} {
		whole.Nodes[name].Gateway.Services["web"] = Service{Kind: KindTLS, Listen: netip.MustParseAddrPort("0.0.0.0:443")}
	}
	if got := whole.WithDefaults().Nodes["c1"].Client.Certificate; got != "web" {
		t.Errorf("all addresses: the client accepts %q, want web", got)
	}
	whole = tlsPair("x", "x", "x")
	whole.Nodes["a"].Gateway.Services["web"] = Service{Certificate: "x"}
	whole.Nodes["c1"].Client.Target = "http://192.0.2.100/"
	var got []string
	for _, p := range whole.Validate() {
		got = append(got, p.String())
	}
	want := []string{
		"nodes.a.gateway.services.web.certificate: got x, but a service of kind http has no certificate",
		"nodes.c1.client.certificate: got x, but the target is not an https URL",
	}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestHasTLS: services, clients and probes use TLS, each alone.
func TestHasTLS(t *testing.T) {
	node := func(n Node) Topology { return Topology{Nodes: map[string]Node{"a": n}} }
	for _, c := range []struct {
		name string
		t    Topology
		want bool
	}{
		{"nothing", node(Node{}), false},
		{"plain", node(Node{Gateway: &Gateway{Services: map[string]Service{"web": {}}}, Client: &Client{Target: "http://192.0.2.1/"}, Probe: &Probe{Target: "http://192.0.2.1/"}}), false},
		{"service", node(Node{Gateway: &Gateway{Services: map[string]Service{"web": {Kind: KindTLS}}}}), true},
		{"client", node(Node{Client: &Client{Target: "HTTPS://192.0.2.1/"}}), true},
		{"probe", node(Node{Probe: &Probe{Target: "https://192.0.2.1/"}}), true},
	} {
		if got := c.t.HasTLS(); got != c.want {
			t.Errorf("%s: got %t, want %t", c.name, got, c.want)
		}
	}
}
