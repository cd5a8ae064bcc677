package topology

import (
	"net/netip"
	"slices"
	"testing"
)

// TestRouterProperties: what can be set on a router, and what it becomes. What
// was handed in stays as it was.
func TestRouterProperties(t *testing.T) {
	given := routed(Router{
		NAT:      &NAT{DNAT: []DNAT{{netip.MustParseAddrPort("198.51.100.80:80"), netip.MustParseAddrPort("192.0.2.100:80")}}},
		Firewall: &Firewall{Allow: []Allow{{Name: "web", Port: 80, Off: true}, {Port: 443}}},
	}).WithDefaults().Nodes["r"]
	names := []string{"firewall.allow.1", "firewall.allow.web", "firewall.default", "lan.address", "nat.dnat.0.via", "out.address", "reply-from"}
	if got := given.Properties(); !slices.Equal(got, names) {
		t.Errorf("got properties %v, want %v", got, names)
	}
	values := map[string]string{}
	for _, p := range given.Router.Properties() {
		values[p.Name] = p.Value
	}
	for _, c := range []struct {
		property, before string
		takes, refuses   []string
	}{
		{"firewall.allow.web", "off", []string{"on", "off"}, []string{"true"}},
		{"firewall.allow.1", "on", []string{"off", "on"}, []string{""}},
		{"firewall.default", "drop", []string{"accept", "drop"}, []string{"reject"}},
		{"nat.dnat.0.via", "192.0.2.100:80", []string{"192.0.2.11:8080", "none"}, []string{"192.0.2.11", "192.0.2.11:0", "[2001:db8::1]:80", "192.0.2.11:65536"}},
		{"reply-from", "any", []string{"same-mac", "same-interface", "any"}, []string{"none"}},
	} {
		if values[c.property] != c.before {
			t.Errorf("%s: got %q, want %q", c.property, values[c.property], c.before)
		}
		for _, v := range c.takes {
			changed, err := given.Router.With(c.property, v)
			if err != nil || given.CheckSet(c.property, v) != nil {
				t.Errorf("set r %s %s: got %v and %v, want it to be set", c.property, v, err, given.CheckSet(c.property, v))
			}
			for _, p := range changed.Properties() {
				want := values[p.Name]
				if p.Name == c.property {
					want = v
				}
				if got := p.Value; got != want && (v != "none" || got != "invalid AddrPort") {
					t.Errorf("set r %s %s: then %s is %s, want %s", c.property, v, p.Name, got, want)
				}
			}
		}
		for _, v := range c.refuses {
			if given.CheckSet(c.property, v) == nil {
				t.Errorf("set r %s %q: it is taken", c.property, v)
			}
		}
	}
	for _, p := range given.Router.Properties() {
		if p.Value != values[p.Name] {
			t.Errorf("the router that was handed in changed: %s is %s", p.Name, p.Value)
		}
	}
	for _, unknown := range []string{"firewall.allow.2", "nat.dnat.1.via", "nat.dnat.-1.via", "nat.dnat.x.via", "firewall"} {
		if _, err := given.Router.With(unknown, "on"); err == nil {
			t.Errorf("%s can be set", unknown)
		}
	}
}
