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
func clustered(change func(*ClusterMember)) Topology {
	b := ClusterMember{Members: []string{"a", "b:4000"}}
	change(&b)
	return Topology{
		Segments: map[string]Segment{"lan": {}},
		Nodes: map[string]Node{
			"a": {NICs: map[string]NIC{"lan": {Address: netip.MustParsePrefix("192.0.2.11/24")}}, Cluster: &Cluster{ClusterMember: ClusterMember{Members: []string{"a", "b"}}}},
			"b": {NICs: map[string]NIC{"lan": {Address: netip.MustParsePrefix("192.0.2.12/24")}}, Cluster: &Cluster{ClusterMember: b}},
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
		k := clustered(func(k *ClusterMember) { k.Profile = row.profile }).WithDefaults().Nodes["b"].Cluster.Instances["b"]
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
		change func(*ClusterMember)
		want   string
	}{
		{func(*ClusterMember) {}, ""},
		{func(k *ClusterMember) { k.Members = []string{"a", "apim-c"} }, `nodes.b.cluster.members.1: unknown host "apim-c", want an address or a or b`},
		{func(k *ClusterMember) { k.Members = []string{"a:0"} }, `nodes.b.cluster.members.0: got port "0", want 1 to 65535`},
		{func(k *ClusterMember) { k.Members = []string{"a:4001"} }, "~nodes.b.cluster.members.0: no member of wso2.carbon.domain listens on 192.0.2.11:4001"},
		{func(k *ClusterMember) { k.Members = []string{"a", "192.0.2.11"} }, "nodes.b.cluster.members.1: 192.0.2.11:4000 is in the list twice"},
		{func(k *ClusterMember) { k.LocalHost = netip.MustParseAddr("192.0.2.11") }, "nodes.b.cluster.local-member-host: got 192.0.2.11, which is the address of node a: the member could not listen on it"},
		{func(k *ClusterMember) { k.LocalHost = netip.MustParseAddr("192.0.2.13") }, "nodes.b.cluster.local-member-host: got 192.0.2.13, want an address of the node"},
		{func(k *ClusterMember) { k.Members = []string{"b"} }, ""}, // a names it
		{func(k *ClusterMember) { k.Members = nil }, "nodes.b.cluster.members: got none, want the well-known members"},
		{func(k *ClusterMember) { k.Members, k.LocalPort = []string{"b:4001"}, 4001 }, "nodes.b.cluster.members: got only the member itself, and no other one names it: it would stay alone"},
		{func(k *ClusterMember) { k.MaxNoHeartbeat = time.Second }, "nodes.b.cluster.max-no-heartbeat: got 1s, want more than heartbeat-interval, 1s"},
		{func(k *ClusterMember) { k.MaxNoConfirm = 30 * time.Second }, "nodes.b.cluster.max-no-master-confirmation: got 30s, want more than master-confirmation-interval, 30s"},
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

// TestClusterInstances: members of one machine take from beside them what they
// leave out, are known by their names, and need ports of their own.
func TestClusterInstances(t *testing.T) {
	box := func(port int) Topology {
		k := Cluster{ClusterMember: ClusterMember{Members: []string{"am1", "am2"}, Heartbeat: 2 * time.Second}}
		k.Instances = map[string]ClusterMember{"am1": {}, "am2": {LocalPort: port, Heartbeat: 3 * time.Second}}
		return Topology{Segments: map[string]Segment{"lan": {}}, Nodes: map[string]Node{
			"box": {NICs: map[string]NIC{"lan": {Address: netip.MustParsePrefix("192.0.2.10/24")}}, Cluster: &k},
			"far": {NICs: map[string]NIC{"lan": {Address: netip.MustParsePrefix("192.0.2.11/24")}}, Cluster: &Cluster{ClusterMember: ClusterMember{Members: []string{"am2", "am2:4009"}}}},
		}}
	}
	done := box(4001).WithDefaults().Nodes
	want := []string{"192.0.2.10:4000", "192.0.2.10:4001"}
	one, two := done["box"].Cluster.Instances["am1"], done["box"].Cluster.Instances["am2"]
	if !slices.Equal(one.Members, want) || !slices.Equal(two.Members, want) || one.Heartbeat != 2*time.Second || two.Heartbeat != 3*time.Second {
		t.Errorf("got %+v and %+v, want both members, and a heartbeat of each", one, two)
	}
	if got := done["far"].Cluster.Instances["far"].Members; !slices.Equal(got, []string{"192.0.2.10:4001", "192.0.2.10:4009"}) {
		t.Errorf("of another node: got %q, want the port of am2, and the one given", got)
	}
	if got := done["box"].Cluster.ServiceNames(); !slices.Equal(got, []string{"am1-cluster", "am2-cluster"}) {
		t.Errorf("services: got %q", got)
	}
	var got []string
	for _, p := range box(0).Validate() {
		if !p.Warning { // that nobody listens on 4009
			got = append(got, p.String())
		}
	}
	if want := []string{"nodes.box.cluster.instances.am2.local-member-port: got 4000, which member am1 of this node has as well: only one of them could listen"}; !slices.Equal(got, want) {
		t.Errorf("one port: got %q, want %q", got, want)
	}
}
