package topology

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
)

// managed is am1 and am2 with an API manager each, and box with two.
func managed(change func(am2, box *APIM)) Topology {
	am2, box := &APIM{}, &APIM{Instances: map[string]APIMInstance{"left": {}, "right": {Offset: 1}}}
	change(am2, box)
	return Topology{Segments: map[string]Segment{"lan": {}}, Nodes: map[string]Node{
		"am1": {NICs: nic("192.0.2.11/24"), APIM: &APIM{APIMInstance: APIMInstance{Offset: 2}}},
		"am2": {NICs: nic("192.0.2.12/24"), APIM: am2},
		"box": {NICs: nic("192.0.2.13/24"), APIM: box},
	}}
}

// TestAPIMProblems: what instances of API managers cannot be told.
func TestAPIMProblems(t *testing.T) {
	const am2, right = "nodes.am2.apim.", "nodes.box.apim.instances.right."
	for _, c := range []struct {
		change func(am2, box *APIM)
		want   []string
	}{
		{func(_, _ *APIM) {}, nil},
		{func(a, _ *APIM) { a.Gateway = "am1" }, nil},
		{func(a, _ *APIM) { a.Gateway = "192.0.2.13:9444" }, nil},
		{func(a, _ *APIM) { a.Gateway, a.ReverseProxy, a.ProxyHost = "right", "on", "192.0.2.10:8443" }, nil},
		{func(a, _ *APIM) { a.Gateway = "am3" }, []string{am2 + `gateway: there is no API manager "am3", want localhost, am1, am2, left or right (did you mean "am1"?)`}},
		{func(a, _ *APIM) { a.Gateway = "192.0.2.99" }, []string{am2 + "gateway: got 192.0.2.99, want the address of a node"}},
		{func(a, _ *APIM) { a.Gateway = "am1:0" }, []string{am2 + `gateway: got "am1:0", want a port from 1 to 65535`}},
		{func(a, _ *APIM) { a.ReverseProxy = "on" }, []string{am2 + "reverse-proxy: got on without proxy-host, want the host that redirects name"}},
		{func(a, _ *APIM) { a.ProxyHost = "192.0.2.10" }, []string{am2 + "proxy-host: got 192.0.2.10 with reverse-proxy off: only on uses it"}},
		{func(a, _ *APIM) { a.Certificate, a.Keystore, a.APIs = "A", "k k", []string{"a", "a"} }, []string{
			am2 + "apis.1: got a twice",
			am2 + `certificate: bad name: "A" has 'A', want lower-case letters, digits and dashes`,
			am2 + `keystore: bad name: "k k" has ' ', want lower-case letters, digits and dashes`,
		}},
		{func(a, _ *APIM) { a.Users, a.Mounted = &DataSource{Hosts: []string{"db"}}, &DataSource{} }, []string{
			am2 + "registry-data-source: want an address or hosts, one of both",
			am2 + `user-data-source.hosts.0: got "db", want an address, perhaps with a port, such as 192.0.2.60:3306`,
		}},
		{func(_, b *APIM) { b.Instances["right"] = APIMInstance{} }, []string{right + "offset: got port 9443, which left has as well: want another offset"}},
		{func(_, b *APIM) { b.Instances["right"] = APIMInstance{Offset: 1, Gateway: "lef"} }, []string{
			right + `gateway: there is no API manager "lef", want localhost, am1, am2, left or right (did you mean "left"?)`,
		}},
	} {
		var got []string
		for _, p := range managed(c.change).Validate() {
			got = append(got, p.String())
		}
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("got\n%q\nwant\n%q", got, c.want)
		}
	}
}

// TestAPIMPlaces: to where instances deploy, and what their services are
// called.
func TestAPIMPlaces(t *testing.T) {
	whole := managed(func(a, b *APIM) {
		a.Gateway = "am1"
		b.Gateway, b.Keystore = "left", "k"
		b.Instances["right"] = APIMInstance{Offset: 1, Keystore: "other"}
	}).WithDefaults()
	for _, c := range []struct{ node, instance, want string }{
		{"am1", "am1", "127.0.0.1:9445 wso2carbon publisher apim.publisher"},
		{"am2", "am2", "192.0.2.11:9445 wso2carbon publisher apim.publisher"},
		{"box", "left", "127.0.0.1:9443 k left-publisher apim.left.publisher"},
		{"box", "right", "127.0.0.1:9443 other right-publisher apim.right.publisher"},
	} {
		a := whole.Nodes[c.node].APIM
		i := a.Instances[c.instance]
		got := fmt.Sprint(i.DeployTo, " ", i.Keystore, " ", a.ServiceOf(c.instance, APIMPublisher), " ", a.APIMProperty(c.instance, APIMPublisher))
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.instance, got, c.want)
		}
		n := whole.Nodes[c.node]
		if !slices.Contains(n.ServiceNames(), a.ServiceOf(c.instance, APIMPublisher)) || n.CheckSet(a.APIMProperty(c.instance, APIMPublisher), APIMHang) != nil {
			t.Errorf("%s: its publisher cannot be stopped or set", c.instance)
		}
	}
	if again := whole.WithDefaults(); !reflect.DeepEqual(again.Nodes["box"].APIM, whole.Nodes["box"].APIM) {
		t.Errorf("completed again: got %+v, want %+v", again.Nodes["box"].APIM, whole.Nodes["box"].APIM)
	}
}

// TestDeveloperProblems: what a user of API managers cannot do.
func TestDeveloperProblems(t *testing.T) {
	for _, c := range []struct {
		dev  Developer
		want []string
	}{
		{Developer{Portal: "https://192.0.2.11:9443/", Publish: 1}, nil},
		{Developer{Portal: "https://192.0.2.11:9443/"}, []string{"nodes.dev.developer.apis: got no API and nothing to publish: want one of both, such as publish: 10s"}},
		{Developer{Portal: "https://192.0.2.11:9443/", APIs: []string{"a"}, User: "a b", Start: 2, Stop: 1, Revoke: 1}, []string{
			"nodes.dev.developer.revoke: got 1ns, want an instant after start, 2ns",
			"nodes.dev.developer.stop: got 1ns, want an instant after start, 2ns",
			`nodes.dev.developer.user: bad name: "a b" has ' ', want lower-case letters, digits and dashes`,
		}},
		{Developer{Portal: "https://am1.example/", Publish: 1}, []string{
			"nodes.dev.developer.portal: got am1.example, want an address: this user looks up no names",
		}},
	} {
		whole := managed(func(_, _ *APIM) {})
		whole.Nodes["dev"] = Node{NICs: nic("192.0.2.201/24"), Developer: &c.dev}
		var got []string
		for _, p := range whole.Validate() {
			got = append(got, p.String())
		}
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("got\n%q\nwant\n%q", got, c.want)
		}
	}
}
