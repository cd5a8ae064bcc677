package text

import (
	"strings"
	"testing"

	"github.com/cablepull/cablepull/sim/oracle"
)

// TestBalancedStatus: SelfBalancedStatus is what the active member shows, and
// SelfBalancedTable what each member says of itself.
func TestBalancedStatus(t *testing.T) {
	row := func(node, server, target string, weight uint16, reason string) oracle.BalancedStatus {
		return oracle.BalancedStatus{
			Node: node, Interface: "lan", VIP: vip, Port: 80, RealServer: server, Local: server == map[string]string{"a": "192.0.2.11", "b": "192.0.2.12"}[node],
			TargetState: target, ServiceName: "web", ServiceKind: "http", Weight: weight, ActiveConns: 3, Reason: reason,
		}
	}
	all := []oracle.BalancedStatus{
		row("a", "192.0.2.11", "active", 50, ""), row("a", "192.0.2.12", "standby", 0, "quiesce"),
		row("b", "192.0.2.11", "active", 50, ""), row("b", "192.0.2.12", "standby", 0, "quiesce"),
	}
	for _, tc := range []struct {
		name  string
		table *table
		want  string
	}{
		{"of the active", balancedStatus(all), `
SelfBalancedStatus at the end
  by  service         name  server      target   weight  active  inactive  quiesce  gets none
  a   192.0.2.100:80  web   192.0.2.11  active       50       3         0  off      -
  a   192.0.2.100:80  web   192.0.2.12  standby       0       3         0  off      quiesce`},
		{"without an active", balancedStatus(all[3:]), `
SelfBalancedStatus at the end
  by  service         name  server      target   weight  active  inactive  quiesce  gets none
  b   192.0.2.100:80  web   192.0.2.12  standby       0       3         0  off      quiesce`},
		{"local services", balancedTable(all), `
SelfBalancedTable at the end
  member  service         ssl  kind  name  gets no connections
  a.lan   192.0.2.100:80  off  http  web   -
  b.lan   192.0.2.100:80  off  http  web   quiesce`},
		{"counters", balanceCounters([]oracle.BalanceCounters{{Node: "a", Interface: "lan", Local: 1, Forwarded: 2, Reports: 30, ReportsReceived: 60, Replayed: 4}}), `
Self-balancing: segments, the forwarding table, reports sent/received, and messages refused
  member  local  forwarded  passed on  unknown  entries  evicted  full  reports  malformed  newer  auth  replayed
  a.lan       1          2          0        0        0        0     0    30/60          0      0     0         4`},
		{"nothing", balancedStatus(nil), ""},
	} {
		p := newPage(Options{Width: 140})
		p.table(tc.table)
		if got := strings.TrimRight(p.out.String(), "\n"); got != tc.want {
			t.Errorf("%s: got\n%s\nwant\n%s", tc.name, got, tc.want)
		}
	}
}
