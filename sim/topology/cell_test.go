package topology

import (
	"net/netip"
	"slices"
	"testing"
	"time"
)

// celled is a gateway whose group app has the members of a cell, and the cell.
func celled(change func(*LBGroup, *Cell)) Topology {
	weight := 0
	cell := &Cell{Clusters: map[string]map[string]CellMember{"app": {"s1": {}, "s2": {Weight: &weight, Port: 81}}}}
	group := LBGroup{RetrieveInfo: true, Cell: &WebSphereCell{Address: netip.MustParseAddrPort("192.0.2.60:9080")}, WLMGroup: "app"}
	change(&group, cell)
	return Topology{Segments: map[string]Segment{"lan": {}}, Nodes: map[string]Node{
		"dm": {NICs: nic("192.0.2.60/24"), Cell: cell},
		"gw": {NICs: nic("192.0.2.11/24"), Gateway: &Gateway{
			Groups:   map[string]LBGroup{"app": group},
			Services: map[string]Service{"web": {Forward: Forward{Group: "app"}}},
		}},
		"s1": {NICs: nic("192.0.2.51/24"), Backend: &Backend{}},
		"s2": {NICs: nic("192.0.2.52/24"), Backend: &Backend{}},
	}}
}

// TestCellProblems: what a group cannot get from its cell.
func TestCellProblems(t *testing.T) {
	const group, cell = "nodes.gw.gateway.groups.app.", "nodes.dm.cell.clusters."
	at := func(text string) *WebSphereCell { return &WebSphereCell{Address: netip.MustParseAddrPort(text)} }
	for _, c := range []struct {
		change func(*LBGroup, *Cell)
		want   []string
	}{
		{func(*LBGroup, *Cell) {}, nil},
		{func(g *LBGroup, _ *Cell) { g.Servers = []LBServer{{Address: addr("192.0.2.51")}} }, nil},
		{func(g *LBGroup, _ *Cell) {
			g.Cell.Update, g.Cell.Interval, g.ApplicationRouting, g.WLMTransport, g.WLMRetrieval = "subscribe", 86400*time.Second, true, "http", "use-websphere"
			g.Affinity = &SessionAffinity{Override: true}
		}, nil},
		{func(g *LBGroup, _ *Cell) { *g = LBGroup{} }, []string{group + "server: got no member, want at least one, or retrieve-wlm-info"}},
		{func(g *LBGroup, _ *Cell) {
			g.RetrieveInfo, g.Servers = false, []LBServer{{Address: addr("192.0.2.51")}}
			g.ApplicationRouting, g.Affinity = true, &SessionAffinity{Override: true}
		}, []string{
			group + "appl-routing: it is for retrieve-wlm-info, which is off",
			group + "session-affinity.override: it is for retrieve-wlm-info, which is off",
			group + "websphere-cell: it is for retrieve-wlm-info, which is off",
			group + "wlm-group: it is for retrieve-wlm-info, which is off",
		}},
		{func(g *LBGroup, _ *Cell) { g.Cell, g.WLMGroup = nil, "" }, []string{
			"nodes.gw.gateway.groups.app: websphere-cell is missing: retrieve-wlm-info asks it for the members",
			"nodes.gw.gateway.groups.app: wlm-group is missing: retrieve-wlm-info is about one cluster of the cell",
		}},
		{func(g *LBGroup, _ *Cell) { g.WLMGroup = "ap" }, []string{group + `wlm-group: the cell has no cluster "ap", want app (did you mean "app"?)`}},
		{func(g *LBGroup, _ *Cell) { g.ApplicationRouting = true }, []string{
			group + "appl-routing: got on, want off: it needs a websphere-cell with update-type subscribe",
		}},
		{func(g *LBGroup, _ *Cell) { g.WLMTransport = "https" }, []string{
			group + "wlm-transport: got https, want http: the bench forwards to members without TLS",
		}},
		{func(g *LBGroup, _ *Cell) { g.Cell.Interval = 999 * time.Millisecond }, []string{group + "websphere-cell.time-interval: got 999ms, want 1s to 86400s"}},
		{func(g *LBGroup, _ *Cell) { g.Cell.Interval = 86401 * time.Second }, []string{group + "websphere-cell.time-interval: got 24h0m1s, want 1s to 86400s"}},
		{func(g *LBGroup, _ *Cell) { g.Cell = &WebSphereCell{} }, []string{group[:len(group)-1] + ".websphere-cell: address is missing"}},
		{func(g *LBGroup, _ *Cell) { g.Cell = at("192.0.2.60:80") }, []string{group + "websphere-cell.address: got port 80, want 9080, that of the cell"}},
		{func(g *LBGroup, _ *Cell) { g.Cell = at("[2001:db8::1]:9080") }, []string{
			group + "websphere-cell.address: got [2001:db8::1]:9080, want an IPv4 address and a port, such as 192.0.2.60:9080",
		}},
		{func(g *LBGroup, _ *Cell) { g.Cell = at("192.0.2.61:9080") }, []string{group + "websphere-cell.address: no node has the address 192.0.2.61"}},
		{func(_ *LBGroup, k *Cell) {
			k.Clusters["app"]["s9"], k.Clusters["app"]["S 1"] = CellMember{}, CellMember{Address: addr("192.0.2.51")}
			k.Clusters["app"]["s3"], k.Clusters["A"] = CellMember{Address: addr("192.0.2.99")}, nil
			k.Clusters["app"]["s4"] = CellMember{Address: addr("224.0.0.1")}
		}, []string{
			cell + `A: bad name: "A" has 'A', want lower-case letters, digits and dashes`,
			cell + `app.S 1: got "S 1", want lower-case letters, digits, dots and dashes`,
			cell + "app.s3.address: no node has the address 192.0.2.99",
			cell + "app.s4.address: got 224.0.0.1, want the IPv4 address of a host",
			cell + "app.s9: address is missing: no node is called s9",
		}},
	} {
		wantProblems(t, celled(c.change).Validate(), c.want...)
	}
}

// TestCellDefaults: a server of a cell is at the address of the node of its
// name, and a weight of 0 is none that was left out.
func TestCellDefaults(t *testing.T) {
	top := celled(func(g *LBGroup, _ *Cell) {
		g.Servers = []LBServer{{Address: addr("192.0.2.60"), Name: "spare"}, {Address: addr("192.0.2.52")}}
	}).WithDefaults()
	app := top.Nodes["dm"].Cell.Clusters["app"]
	if m := app["s1"]; m.Address != addr("192.0.2.51") || m.Port != 80 || *m.Weight != 1 {
		t.Errorf("s1: got %+v with weight %d", m, *m.Weight)
	}
	if m := app["s2"]; m.Address != addr("192.0.2.52") || m.Port != 81 || *m.Weight != 0 {
		t.Errorf("s2: got %+v with weight %d", m, *m.Weight)
	}
	if got, want := top.MemberNames("gw")["app"], []string{"spare", "s2", "s1"}; !slices.Equal(got, want) {
		t.Errorf("members: got %v, want %v", got, want)
	}
	if got := top.MemberNames("dm"); len(got) > 0 {
		t.Errorf("members of groups of a node that has none: got %v", got)
	}
}

// TestCellProperties: what can be set on a cell while it runs.
func TestCellProperties(t *testing.T) {
	n := celled(func(*LBGroup, *Cell) {}).WithDefaults().Nodes["dm"]
	for property, values := range map[string][2]string{ // one that it takes, one that it does not
		"cell.mode": {"stale", "old"}, "weight.app.s1": {"0", "-1"}, "weight.app.s2": {"65000", "65001"}, "member.app.s2": {"off", "0"}, "service.odcinfo": {"off", "stop"},
	} {
		if err := n.CheckSet(property, values[0]); err != nil {
			t.Errorf("%s %s: %v", property, values[0], err)
		}
		if n.CheckSet(property, values[1]) == nil {
			t.Errorf("%s %s: got no error", property, values[1])
		}
	}
	if n.CheckProperty("weight.app.s3") == nil {
		t.Error("weight.app.s3: got no error, but there is no s3")
	}
}
