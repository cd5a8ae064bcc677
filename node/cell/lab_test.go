package cell

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim/topology"
)

const (
	second      = time.Second
	millisecond = time.Millisecond
)

// lab is a cell on dm with the cluster app of s1 and s2, and a watcher of it on
// gw.
type lab struct {
	*hosttest.Lab
	dm, gw  *host.Host
	cell    *Cell
	reports []string // such as "1s: 3 s1 10, s2 0", or "1s: refused"
}

func newLab(t testing.TB) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{})}
	l.dm = l.Add("dm", "192.0.2.60/24")
	l.gw = l.Add("gw", "192.0.2.11/24")
	return l
}

func (l *lab) serve() {
	one := 1
	l.cell = New(l.dm, *topology.Cell{Clusters: map[string]map[string]topology.CellMember{"app": {
		"s1": {Address: netip.MustParseAddr("192.0.2.51"), Weight: &one},
		"s2": {Address: netip.MustParseAddr("192.0.2.52"), Weight: &one},
	}}}.Complete(topology.Place{}).(*topology.Cell))
}

// watch begins to ask, and notes what comes.
func (l *lab) watch(update string, interval time.Duration) {
	cfg := topology.WebSphereCell{Address: netip.MustParseAddrPort("192.0.2.60:9080"), Update: update, Interval: interval}
	Watch(l.gw, "cell", cfg, func(d Document, err error) {
		text := ""
		if err != nil {
			text = err.Error()
		} else {
			text = fmt.Sprint(d.Generation)
			app, _ := d.Cluster("app")
			for _, m := range app.Members {
				text += fmt.Sprintf(" %s %d", m.Name, m.Weight)
			}
		}
		l.reports = append(l.reports, fmt.Sprintf("%v: %s", l.Loop.Now().Round(second/10), text))
	})
}

// set sets a property of the cell at an instant.
func (l *lab) set(at time.Duration, property, value string) {
	l.At(at, func() {
		if err := l.cell.Set(property, value); err != nil {
			l.TB.Error(err)
		}
	})
}

func (l *lab) wantReports(what string, want ...string) {
	l.TB.Helper()
	if fmt.Sprint(l.reports) != fmt.Sprint(want) {
		l.TB.Errorf("%s: got\n%q\nwant\n%q", what, l.reports, want)
	}
}
