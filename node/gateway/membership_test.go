package gateway

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/backend"
	"github.com/cablepull/cablepull/node/cell"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// cellLab is an appliance whose group has its members from a cell on web: s1
// and s2, and s3 when it is listed.
type cellLab struct {
	*groupLab
	cell *cell.Cell
}

// newCellLab starts them. The group has no members of its own.
func newCellLab(t testing.TB, cfg topology.LBGroup, change ...func(*topology.LBGroup)) *cellLab {
	cfg.RetrieveInfo, cfg.WLMGroup = true, "app"
	if cfg.Cell == nil {
		cfg.Cell = &topology.WebSphereCell{}
	}
	cfg.Cell.Address = netip.MustParseAddrPort("192.0.2.50:9080")
	l := &cellLab{groupLab: newGroupLab(t, cfg, func(g *topology.Gateway) {
		app := g.Groups["app"]
		app.Servers = nil
		for _, f := range change {
			f(&app)
		}
		g.Groups["app"] = app
	})}
	servers := map[string]topology.CellMember{}
	for i, m := range l.members {
		servers[m.Name()] = topology.CellMember{Address: netip.AddrFrom4([4]byte{192, 0, 2, byte(51 + i)}), Stopped: i == 2}
	}
	l.cell = cell.New(l.web, *topology.Cell{Clusters: map[string]map[string]topology.CellMember{"app": servers}}.Complete(topology.Place{}).(*topology.Cell))
	return l
}

// set sets a property of the cell at an instant.
func (l *cellLab) set(at time.Duration, property, value string) {
	l.At(at, func() {
		if err := l.cell.Set(property, value); err != nil {
			l.TB.Error(err)
		}
	})
}

// news lists what the group has heard, such as "10s 2 s1 1, s2 0: changed".
func (l *cellLab) news() (all []string) {
	for e := range slices.Values(l.Log.Events()) {
		at := e.At.Round(second / 10)
		switch b := e.What.(type) {
		case event.CellChanged:
			all = append(all, fmt.Sprintf("%v %d %s: %s", at, b.Generation, b.Members, b.Reason))
		case event.CellFailed:
			all = append(all, fmt.Sprintf("%v %d %s! %s", at, b.Generation, b.Members, b.Reason))
		}
	}
	return all
}

func (l *cellLab) wantNews(what string, want ...string) {
	l.TB.Helper()
	if got := l.news(); fmt.Sprint(got) != fmt.Sprint(want) {
		l.TB.Errorf("%s: news: got\n%q\nwant\n%q", what, got, want)
	}
}

// TestCellShares: members and weights are the cell's. A change counts for the
// requests after it has become known: with poll at most the interval, 9.5 s,
// later, with subscribe at once. A weight of 0 ends a share.
func TestCellShares(t *testing.T) {
	for _, c := range []struct {
		update string
		known  string // when the change of 8.5 s is known
		want   [3]int
	}{
		// Those of 1 s to 9 s: s1 and s2 in turn. Those of 10 s to 20 s, 11 of them: s2
		// and s3, as 1 to 3.
		{"poll", "9.5s", [3]int{5, 4 + 3, 8}},
		// From 9 s on, 12 of them.
		{"subscribe", "8.5s", [3]int{4, 4 + 3, 9}},
	} {
		l := newCellLab(t, topology.LBGroup{Algorithm: "weighted-round-robin", Cell: &topology.WebSphereCell{Update: c.update, Interval: 9500 * millisecond}})
		l.set(8500*millisecond, "weight.app.s1", "0")
		l.set(8500*millisecond, "weight.app.s3", "3")
		l.set(8500*millisecond, "member.app.s3", "on")
		l.ask(topology.Client{Stop: 20500 * millisecond})
		l.Run(25 * second)
		l.wantOutcomes(map[string]int{"200 by a": 20})
		if got := l.served(); got != c.want {
			t.Errorf("%s: members served %v, want %v", c.update, got, c.want)
		}
		// s3's weight is of no account while it is not listed.
		l.wantNews(c.update, "0s 1 s1 1, s2 1: first answer", c.known+" 4 s1 0, s2 1, s3 3: changed")
		l.wantChanges("0s s1 →up", "0s s2 →up", c.known+" s3 →up")
	}
}

// TestCellFails: whatever becomes of the cell from 5 s to 32 s, the group keeps
// its members and no request fails. Each reason is logged once, and so is the
// end. Polls begin each 10 s, and may take as long.
func TestCellFails(t *testing.T) {
	const kept = "s1 1, s2 1"
	for _, c := range []struct {
		mode string
		want []string
	}{
		{"garbage", []string{"10s 1 " + kept + "! document: got another format, want JSON", "40s 3 " + kept + ": answers again"}},
		{"empty", []string{"10s 1 " + kept + "! no servers", "40s 3 " + kept + ": answers again"}},
		// The poll of 30 s is answered when the hang ends.
		{"hang", []string{"20s 1 " + kept + "! timeout", "32s 3 " + kept + ": answers again"}},
		{"stale", nil},
		{"stop", []string{"10s 1 " + kept + "! refused", "40s 1 " + kept + ": answers again"}},
	} {
		l := newCellLab(t, topology.LBGroup{})
		if c.mode == "stop" {
			l.At(5*second, func() { l.must(l.cell.StopService(topology.CellService)) })
			l.At(32*second, func() { l.must(l.cell.StartService(topology.CellService)) })
		} else {
			l.set(5*second, "cell.mode", c.mode)
			l.set(32*second, "cell.mode", "ok")
		}
		l.ask(topology.Client{Stop: 50500 * millisecond})
		l.Run(55 * second)
		l.wantOutcomes(map[string]int{"200 by a": 50})
		l.wantNews(c.mode, append([]string{"0s 1 " + kept + ": first answer"}, c.want...)...)
		l.wantChanges("0s s1 →up", "0s s2 →up")
	}
}

func (l *cellLab) must(err error) {
	if err != nil {
		l.TB.Error(err)
	}
}

// TestCellUnknownYet: until the cell has first answered, the members are those
// of the configuration; without any, requests fail at once.
func TestCellUnknownYet(t *testing.T) {
	for configured, want := range map[bool]map[string]int{false: {"200 by a": 6, "status-500": 9}, true: {"200 by a": 15}} {
		l := newCellLab(t, topology.LBGroup{}, func(g *topology.LBGroup) {
			if configured {
				g.Servers = []topology.LBServer{{Name: "s3", Address: netip.MustParseAddr("192.0.2.53")}}
			}
		})
		l.must(l.cell.StopService(topology.CellService))
		l.At(8*second, func() { l.must(l.cell.StartService(topology.CellService)) })
		l.ask(topology.Client{Stop: 15500 * millisecond})
		l.Run(18 * second)
		l.wantOutcomes(want)
		served := [3]int{3, 3, 0}
		if configured {
			served[2] = 9
			l.wantChanges("10s s3 up→", "10s s1 →up", "10s s2 →up")
			l.wantNews("configured", "0s 0 s3 1! refused", "10s 1 s1 1, s2 1: first answer")
		} else {
			l.wantChanges("10s s1 →up", "10s s2 →up")
			l.wantNews("none configured", "0s 0 ! refused", "10s 1 s1 1, s2 1: first answer")
		}
		if got := l.served(); got != served {
			t.Errorf("configured %v: members served %v, want %v", configured, got, served)
		}
	}
}

// TestCellUnknownCluster: the group has no members if the cell has no such
// cluster.
func TestCellUnknownCluster(t *testing.T) {
	l := newCellLab(t, topology.LBGroup{}, func(g *topology.LBGroup) { g.WLMGroup = "shop" })
	l.Run(25 * second)
	l.wantNews("unknown cluster", "0s 0 ! no such cluster")
	l.wantChanges()
}

// TestCellLeavesOut: a member that leaves takes no more requests, its idle
// connections are closed, and it is up when it is back, whatever it was. A
// server of the configuration that was disabled stays so, even if that was done
// while it was not listed.
func TestCellLeavesOut(t *testing.T) {
	l := newCellLab(t, topology.LBGroup{Cell: &topology.WebSphereCell{Update: "subscribe"}}, func(g *topology.LBGroup) {
		g.Servers = []topology.LBServer{{Name: "s2", Address: netip.MustParseAddr("192.0.2.52")}}
	})
	l.At(2500*millisecond, func() { l.stop(0) }) // s1 is softdown for 120 s with the request of 3 s
	l.set(5*second, "member.app.s1", "off")
	l.At(6*second, func() { l.must(l.backends[0].StartService(topology.BackendService)) })
	l.set(7*second, "member.app.s1", "on")
	l.set(9*second, "member.app.s3", "on")
	l.set(11*second, "member.app.s2", "off")
	l.At(12*second, func() { l.must(l.gateway.SetMember("app", "s2", false)) })
	l.set(13*second, "member.app.s2", "on")
	l.At(14*second, func() {
		if l.gateway.SetMember("app", "s4", true) == nil {
			t.Error("a member that there never was: got no error")
		}
	})
	l.ask(topology.Client{Stop: 20500 * millisecond})
	l.Run(30 * second)
	l.wantOutcomes(map[string]int{"200 by a": 19, "status-500": 1})
	l.wantChanges("0s s1 →up", "3s s1 up→softdown", "5s s1 softdown→", "7s s1 →up", "9s s3 →up", "11s s2 up→", "13s s2 →disabled")
}

// TestCellHealth: members that a cell lists are checked, whether one after
// another or each by itself, and those that it does not list are not.
func TestCellHealth(t *testing.T) {
	for _, independent := range []bool{true, false} {
		check := topology.LBHealthCheck{Type: topology.LBCheckStatus, Frequency: 10 * second, IndependentChecks: independent}
		l := newCellLab(t, topology.LBGroup{HealthCheck: &check})
		l.must(l.backends[2].Set(backend.Mode{Kind: backend.ModeStatus, Status: 503}))
		l.set(35*second, "member.app.s3", "on")
		l.set(75*second, "member.app.s3", "off")
		l.Run(38 * second)
		if n := hosttest.Count[event.RequestServed](l.Lab, "s3"); n != 0 {
			t.Errorf("independent %v: %d checks of s3 before it is listed, want none", independent, n)
		}
		l.Run(100 * second)
		at, all := hosttest.Bodies[event.LBMemberChanged](l.Lab, "a")
		if len(all) != 5 || all[3].Member != "s3" || all[3].To != "down" || at[3] < 40*second || at[3] > 50*second+second/10 || all[4].To != "" {
			t.Errorf("independent %v: got %v %+v, want s3 down within 10s of 40s, and gone at 80s", independent, at, all)
		}
		checks, _ := hosttest.Bodies[event.RequestServed](l.Lab, "s3")
		if len(checks) < 3 || len(checks) > 4 || checks[len(checks)-1] > 81*second {
			t.Errorf("independent %v: checks of s3 at %v, want 3 or 4 of them, from 40s to 80s", independent, checks)
		}
	}
}

// TestCellAffinity: with a cell affinity is passive, by clone ids, unless it is
// overridden; then the mode counts, whose cookie clients of another host than
// datapower.com refuse. s1 gets the weight 0 at 3.5 s, after the first
// requests of all three sessions: those that it has stay.
func TestCellAffinity(t *testing.T) {
	for _, c := range []struct {
		name     string
		affinity *topology.SessionAffinity
		want     []string
	}{
		{"passive", &topology.SessionAffinity{Mode: "active"}, []string{"1 [s1]", "2 [s2]", "3 [s1]"}},
		{"overridden", &topology.SessionAffinity{Mode: "active", Override: true, Domain: topology.NoDomain}, []string{"1 [s1]", "2 [s2]", "3 [s1]"}},
		{"overridden with the product's domain", &topology.SessionAffinity{Mode: "active", Override: true}, []string{"1 [s1 s2]", "2 [s2]", "3 [s1 s2]"}},
		{"passive, of another cookie", &topology.SessionAffinity{Monitored: []string{"OTHER"}}, []string{"1 [s1 s2]", "2 [s2]", "3 [s1 s2]"}},
		{"none", nil, []string{"1 [s1 s2]", "2 [s2]", "3 [s1 s2]"}},
	} {
		l := newCellLab(t, topology.LBGroup{Affinity: c.affinity, Cell: &topology.WebSphereCell{Update: "subscribe"}})
		l.set(3500*millisecond, "weight.app.s1", "0")
		l.ask(topology.Client{Sessions: 3, Stop: 9500 * millisecond})
		l.Run(15 * second)
		l.wantOutcomes(map[string]int{"200 by a": 9})
		if got := l.sessions(); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
