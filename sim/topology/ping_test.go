package topology

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

// pinging is a pair of machines with a client that pings.
func pinging(c Client) Topology {
	c.Mode = ModePing
	nic := func(address string) map[string]NIC {
		return map[string]NIC{"lan": {Address: netip.MustParsePrefix(address)}}
	}
	return Topology{Segments: map[string]Segment{"lan": {}}, Nodes: map[string]Node{
		"web": {NICs: nic("192.0.2.50/24")}, "c1": {NICs: nic("192.0.2.201/24"), Client: &c},
	}}
}

// TestPingProblems: a client that pings has no use for the settings of
// connections, and its target is the address of another machine.
func TestPingProblems(t *testing.T) {
	const target = "192.0.2.50"
	for _, c := range []struct {
		client Client
		want   string // empty: nothing is wrong
	}{
		{Client{Target: target}, ""},
		{Client{Target: target, Rate: 20, Arrival: ArrivalPoisson, Timeout: time.Minute, Start: time.Second, Stop: time.Minute}, ""},
		{Client{Target: target, Rate: 20, Phase: time.Millisecond}, ""},
		{Client{}, "missing"},
		{Client{Target: "http://192.0.2.50/"}, "want an IPv4 address such as 192.0.2.100: a client of mode ping has no URL"},
		{Client{Target: "2001:db8::1"}, "want an IPv4 address"},
		{Client{Target: "224.0.0.2"}, "want the address of another machine"},
		{Client{Target: "192.0.2.201"}, "which this node may have itself"},
		{Client{Target: "198.51.100.1"}, "no node has the address"},
		{Client{Target: target, Connections: 5}, "has no connections"},
		{Client{Target: target, Retries: 1}, "has no retries"},
		{Client{Target: target, Users: 3}, "has no users"},
		{Client{Target: target, Connect: time.Second}, "has no connect-timeout"},
		{Client{Target: target, Rate: 2000, Timeout: time.Minute}, "120000 pings would be under way"},
		{Client{Target: target, Phase: time.Second}, "want less than the time between two requests"},
	} {
		problems := pinging(c.client).Validate()
		found := slices.ContainsFunc(problems, func(p Problem) bool { return c.want != "" && strings.Contains(p.Message, c.want) })
		if c.want == "" && len(problems) > 0 || c.want != "" && !found {
			t.Errorf("%+v: got %v, want %q", c.client, problems, c.want)
		}
	}
}

// TestPingOwners: answers are known by the MAC addresses of other machines on
// the segment, routers apart, which pass on what others answer.
func TestPingOwners(t *testing.T) {
	top := pinging(Client{Target: "192.0.2.50"})
	top.Nodes["r"] = Node{NICs: map[string]NIC{"lan": {Address: netip.MustParsePrefix("192.0.2.1/24")}}, Router: &Router{}}
	done := top.WithDefaults()
	got := done.Nodes["c1"].Client.Owners
	if len(got) != 1 || got[done.Nodes["web"].NICs["lan"].MAC] != "web" {
		t.Errorf("got %v, want web alone", got)
	}
}
