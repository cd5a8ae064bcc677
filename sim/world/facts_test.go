package world_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

func TestFactsOf(t *testing.T) {
	far := func(addr string, latency time.Duration) map[string]topology.NIC {
		return map[string]topology.NIC{"eth0": {Address: netip.MustParsePrefix(addr), Segment: "lan", Latency: latency}}
	}
	nic := func(addr string) map[string]topology.NIC {
		return map[string]topology.NIC{"lan": {Address: netip.MustParsePrefix(addr)}}
	}
	const vip = "192.0.2.100"
	paper := topology.Topology{
		Segments: map[string]topology.Segment{
			"lan": {Snooping: topology.SnoopingPrune, Isolated: []string{"a", "b"}},
			"dmz": {},
		},
		Nodes: map[string]topology.Node{
			"b": {NICs: nic("192.0.2.12/24"), Gateway: &topology.Gateway{}, Standby: map[string]topology.Standby{
				"lan": {Group: 30, Hello: 2 * time.Second, Hold: 6 * time.Second, Takeover: topology.TakeoverMAC}, // learns its address
			}},
			"a": {NICs: nic("192.0.2.11/24"), Gateway: &topology.Gateway{Services: map[string]topology.Service{
				"web": {}, "admin": {Kind: topology.KindManagement}, "files": {Kind: topology.KindFTP, Passive: topology.PortRange{First: 6000, Last: 6001}}, "shop": {
					Listen: netip.MustParseAddrPort("192.0.2.101:80"), Forward: topology.ForwardTo(netip.MustParseAddrPort("192.0.2.50:80")),
					Source: topology.SourceVIP,
				},
			}}, Standby: map[string]topology.Standby{
				"lan": {Group: 30, VIP: netip.MustParseAddr(vip), Secondary: []netip.Addr{netip.MustParseAddr("192.0.2.101")}, SelfBalance: &topology.SelfBalance{Report: 2 * time.Second}},
			}},
			"c1": {NICs: far("192.0.2.201/24", 20*time.Millisecond), Boot: 5 * time.Second, Client: &topology.Client{
				Target: "http://192.0.2.101:8080/x", Rate: 20, Arrival: "poisson", Start: time.Second, Stop: 50 * time.Second,
			}},
			"c2":  {NICs: far("192.0.2.202/24", 15*time.Millisecond), Client: &topology.Client{Target: "http://192.0.2.100/", Users: 4, Think: 2 * time.Second}},
			"web": {NICs: far("192.0.2.50/24", time.Millisecond), Backend: &topology.Backend{}},
		},
	}
	want := oracle.Facts{
		Duration: time.Minute,
		Clients: []oracle.Client{{
			Node: "c1", Target: "192.0.2.101", Interval: 50 * time.Millisecond, Poisson: true,
			Start: 5 * time.Second, Stop: 50 * time.Second,
		}, {Node: "c2", Target: vip, Interval: 500 * time.Millisecond, Users: 4}},
		Members: []oracle.Member{
			{
				Node: "a", Interface: "lan", Segment: "lan", Address: "192.0.2.11", Group: 30, VIP: vip,
				Secondary: []string{"192.0.2.101"}, Hello: 3 * time.Second, Hold: 10 * time.Second,
				SelfBalance: &oracle.SelfBalance{
					Recovery: topology.RecoveryRebuild, Report: 2 * time.Second, Lost: 7 * time.Second, Table: 1_000_000,
					Services: []oracle.Service{
						{Name: "admin", Listen: netip.MustParseAddrPort("192.0.2.100:9090"), Fixed: "administrative service"},
						{Name: "files", Listen: netip.MustParseAddrPort("192.0.2.100:21"), Fixed: "FTP server handler", DataFirst: 6000, DataLast: 6001},
						{Name: "shop", Listen: netip.MustParseAddrPort("192.0.2.101:80")},
						{Name: "web", Listen: netip.MustParseAddrPort("192.0.2.100:80")},
					},
				},
			},
			{
				Node: "b", Interface: "lan", Segment: "lan", Address: "192.0.2.12", Group: 30, VIP: vip,
				Hello: 2 * time.Second, Hold: 6 * time.Second, VirtualMAC: true,
			},
		},
		Sources:  []string{"192.0.2.101"},
		Segments: []oracle.Segment{{Name: "dmz"}, {Name: "lan", Pruned: true, Isolated: []string{"a", "b"}}},
		Transit:  200*time.Microsecond + 35*time.Millisecond, // both segments, and the cables of c1 and c2
	}
	if diff := cmp.Diff(want, world.FactsOf(paper.WithDefaults(), time.Minute), cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
}
