package topology

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

// clustered is two machines with a member each, after a change to the second
// one.
func clustered(change func(*Cluster)) Topology {
	b := Cluster{Members: []string{"a", "b:4000"}}
	change(&b)
	return Topology{
		Segments: map[string]Segment{"lan": {}},
		Nodes: map[string]Node{
			"a": {NICs: map[string]NIC{"lan": {Address: netip.MustParsePrefix("192.0.2.11/24")}}, Cluster: &Cluster{Members: []string{"a", "b"}}},
			"b": {NICs: map[string]NIC{"lan": {Address: netip.MustParsePrefix("192.0.2.12/24")}}, Cluster: &b},
		},
	}
}

// TestClusterDefaults: the timers are those of the profile, and nodes are
// addresses.
func TestClusterDefaults(t *testing.T) {
	for _, row := range []struct {
		profile                     string
		silence, confirm, run, next time.Duration
	}{
		{"", 600 * time.Second, 900 * time.Second, 60 * time.Second, 30 * time.Second},
		{ClusterHazelcast, 300 * time.Second, 300 * time.Second, 300 * time.Second, 120 * time.Second},
	} {
		k := clustered(func(k *Cluster) { k.Profile = row.profile }).WithDefaults().Nodes["b"].Cluster
		if k.MaxNoHeartbeat != row.silence || k.MaxNoConfirm != row.confirm || k.MergeFirst != row.run || k.MergeNext != row.next {
			t.Errorf("%q: got %+v, want %+v", row.profile, k, row)
		}
		if want := []string{"192.0.2.11:4000", "192.0.2.12:4000"}; !slices.Equal(k.Members, want) {
			t.Errorf("members: got %q, want %q", k.Members, want)
		}
	}
}

// TestClusterProblems: what is refused, and where. A warning begins with ~.
func TestClusterProblems(t *testing.T) {
	for _, row := range []struct {
		change func(*Cluster)
		want   string
	}{
		{func(*Cluster) {}, ""},
		{func(k *Cluster) { k.Members = []string{"a", "apim-c"} }, `nodes.b.cluster.members.1: unknown host "apim-c", want an address or a or b`},
		{func(k *Cluster) { k.Members = []string{"a:0"} }, `nodes.b.cluster.members.0: got port "0", want 1 to 65535`},
		{func(k *Cluster) { k.Members = []string{"a:4001"} }, "~nodes.b.cluster.members.0: no member of wso2.carbon.domain listens on 192.0.2.11:4001"},
		{func(k *Cluster) { k.Members = []string{"a", "192.0.2.11"} }, "nodes.b.cluster.members.1: 192.0.2.11:4000 is in the list twice"},
		{func(k *Cluster) { k.LocalHost = netip.MustParseAddr("192.0.2.11") }, "nodes.b.cluster.local-member-host: got 192.0.2.11, which is the address of node a: the member could not listen on it"},
		{func(k *Cluster) { k.LocalHost = netip.MustParseAddr("192.0.2.13") }, "nodes.b.cluster.local-member-host: got 192.0.2.13, want an address of the node"},
		{func(k *Cluster) { k.Members = []string{"b"} }, ""}, // a names it
		{func(k *Cluster) { k.Members, k.LocalPort = []string{"b:4001"}, 4001 }, "nodes.b.cluster.members: got only the member itself, and no other one names it: it would stay alone"},
		{func(k *Cluster) { k.MaxNoHeartbeat = time.Second }, "nodes.b.cluster.max-no-heartbeat: got 1s, want more than heartbeat-interval, 1s"},
		{func(k *Cluster) { k.MaxNoConfirm = 30 * time.Second }, "nodes.b.cluster.max-no-master-confirmation: got 30s, want more than master-confirmation-interval, 30s"},
	} {
		var got []string
		for _, p := range clustered(row.change).Validate() {
			if p.Path[1] == "a" && p.Warning { // that b does not listen where a expects it
				continue
			}
			got = append(got, map[bool]string{true: "~"}[p.Warning]+p.String())
			if p.Path[len(p.Path)-1] == "local-member-host" {
				break // then it does not listen where its own list says
			}
		}
		if strings.Join(got, "\n") != row.want {
			t.Errorf("got %q, want %q", got, row.want)
		}
	}
}
