package oracle

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/sim/event"
)

// balancedPaper is the cluster on paper with a third member, c. All three
// spread the connections to the virtual IP, but not those to its port 21.
func balancedPaper(duration time.Duration) Facts {
	f := paper(duration)
	c := f.Members[1]
	c.Node, c.Address = "c", "192.0.2.13"
	f.Members = append(f.Members, c)
	for i := range f.Members {
		f.Members[i].SelfBalance = &SelfBalance{
			Recovery: "rebuild", Report: time.Second, Lost: 3 * time.Second, Table: 100,
			Services: []Service{
				{Name: "files", Listen: netip.MustParseAddrPort(vip + ":21"), Fixed: "FTP server handler", DataFirst: 50000, DataLast: 50009},
				{Name: "web", Listen: netip.MustParseAddrPort(service)},
			},
		}
	}
	return f
}

// at is the interface address of a member.
func at(node string) string {
	return map[string]string{"a": "192.0.2.11", "b": "192.0.2.12", "c": "192.0.2.13"}[node]
}

// weighs adds a member's weight.
func (l *log) weighs(seconds float64, node string, weight int, reason string) *log {
	return l.at(seconds, node, event.BalanceWeight{Interface: "lan", Service: service, Member: at(node), Weight: weight, Reason: reason})
}

// hears adds that a member hears another one, or no more.
func (l *log) hears(seconds float64, node, other, state string) *log {
	return l.at(seconds, node, event.BalanceMember{Interface: "lan", Member: at(other), State: state})
}

// assigns adds that an owner assigns connection n.
func (l *log) assigns(seconds float64, owner string, n uint64, to string) *log {
	return l.at(seconds, owner, event.BalanceAssigned{Interface: "lan", Service: service, Client: local(n), Member: at(to)})
}

// started is a balanced group of which a is the owner and hears the others.
func started() *log {
	l := (&log{}).settled()
	for _, node := range []string{"a", "b", "c"} {
		l.weighs(1, node, 50, "cpu")
		for _, other := range []string{"a", "b", "c"} {
			if other != node {
				l.hears(2, node, other, "heard")
			}
		}
	}
	return l
}

// TestBalance: shares against weights, as they were when the owner chose. Who
// it does not hear has no share. Answers count on connections of the member.
func TestBalance(t *testing.T) {
	l := started().weighs(3, "b", 100, "cpu").
		assigns(30, "a", 1, "a").assigns(30, "a", 2, "b").assigns(30, "a", 3, "b").assigns(30, "a", 4, "c").
		weighs(40, "c", 0, "quiesce").hears(40, "a", "b", "lost").
		assigns(50, "a", 5, "a").assigns(50, "a", 6, "a")
	l.at(51, "b", event.RequestServed{Service: "web", Request: 1, Client: local(2)}).
		at(51, "a", event.RequestServed{Service: "web", Request: 2, Client: local(2)}). // of another member
		at(51, "a", event.RequestServed{Service: "web", Request: 3, Client: local(5)}).
		at(51, "a", event.RequestServed{Service: "web", Request: 4, Client: local(5)}).
		at(51, "web", event.RequestServed{Service: "http", Request: 4, Client: "192.0.2.11:5000"})
	got := Measure(l.in(), balancedPaper(time.Minute)).Balance
	want := []Balance{
		{Service: service, Member: "a", Assigned: 3, AssignedShare: 0.5, WeightShare: 0.5, Requests: 2, RequestShare: 2. / 3},
		{Service: service, Member: "b", Assigned: 2, AssignedShare: 1. / 3, WeightShare: 1. / 3, Requests: 1, RequestShare: 1. / 3},
		{Service: service, Member: "c", Assigned: 1, AssignedShare: 1. / 6, WeightShare: 1. / 6},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
		t.Errorf("balance (-want +got):\n%s", diff)
	}
}

func TestBalanceOff(t *testing.T) {
	for _, tc := range []struct{ share, weight, want float64 }{
		{0.5, 0.5, 0}, {0, 0, 0}, {0.55, 0.5, 0.1}, {0.45, 0.5, -0.1}, {0, 0.5, -1}, {0.1, 0, math.Inf(1)},
	} {
		b := Balance{AssignedShare: tc.share, WeightShare: tc.weight}
		if got := b.Off(); got != tc.want && math.Abs(got-tc.want) > 1e-9 {
			t.Errorf("share %v of %v: got %v, want %v", tc.share, tc.weight, got, tc.want)
		}
	}
}

// TestRecoveries: each ends by its own account, with the power of its member,
// or is open at the end. The instants of others do not count.
func TestRecoveries(t *testing.T) {
	began := event.BalanceRecovery{Interface: "lan", Mode: "rebuild", State: "began", Reason: "takeover"}
	ended := began
	ended.State, ended.Flows, ended.Held, ended.Undecided, ended.Took = "ended", 20, 4, 1, 300*ms
	l := (&log{}).at(10, "b", began).at(10.1, "c", began).at(10.3, "b", ended).
		at(20, "b", began).at(20.2, "b", event.PowerChanged{State: "crashed"}).at(20.3, "a", event.PowerChanged{State: "crashed"}).
		at(40, "dmz", ended)
	r := Recovery{Interface: "lan", Mode: "rebuild", Reason: "takeover"}
	first, second, third := r, r, r
	first.Node, first.At, first.Blind, first.Flows, first.Held, first.Undecided = "b", 10*time.Second, 300*ms, 20, 4, 1
	second.Node, second.At, second.Blind, second.Open = "c", 10100*ms, 49900*ms, true
	third.Node, third.At, third.Blind, third.Open = "b", 20*time.Second, 200*ms, true
	same(t, "recoveries", Measure(l.in(), paper(time.Minute)).Recoveries, []Recovery{first, second, third})
}

// TestForwarding: the size of a table over time, as long as its member owns the
// address.
func TestForwarding(t *testing.T) {
	table := func(entries int) event.Body { return event.BalanceTable{Interface: "lan", Entries: entries} }
	l := started().at(21, "a", table(10)).at(30, "a", table(70)).at(35, "a", table(40)).
		gives(41, "a", "Speak", standby.CauseCoup).takes(41, "b", "Standby", standby.CauseActiveTimer).at(45, "b", table(30))
	same(t, "forwarding", Measure(l.in(), balancedPaper(time.Minute)).Forwarding, []Forwarding{
		{Node: "a", Interface: "lan", Most: 70, MostAt: 30 * time.Second, Last: 40, Samples: []int{-1, -1, -1, -1, 10, 70, 40, 40, -1, -1, -1, -1}},
		{Node: "b", Interface: "lan", Most: 30, MostAt: 45 * time.Second, Last: 30, Samples: []int{-1, -1, -1, -1, -1, -1, -1, -1, 30, 30, 30, 30}},
	})
}

// TestBalancedStatus: rows of all members, in order, and which of them are
// about the member itself.
func TestBalancedStatus(t *testing.T) {
	row := func(port uint16, node string) event.BalanceStatus {
		return event.BalanceStatus{Interface: "lan", VIP: vip, Port: port, RealServer: at(node), TargetState: "standby", Weight: 7, Reason: "lost"}
	}
	l := (&log{}).at(60, "b", row(443, "a"), row(80, "b"), row(80, "a"), event.BalanceCounters{Interface: "lan", Local: 5}).
		at(60, "a", row(80, "a"), event.BalanceCounters{Interface: "lan", Replayed: 6})
	m := Measure(l.in(), balancedPaper(time.Minute))
	var got []string
	for _, s := range m.Balanced {
		got = append(got, fmt.Sprintf("%s %s %s local %v weight %d", s.Node, s.Address(), s.RealServer, s.Local, s.Weight))
	}
	same(t, "rows", got, []string{
		"a 192.0.2.100:80 192.0.2.11 local true weight 7",
		"b 192.0.2.100:80 192.0.2.11 local false weight 7",
		"b 192.0.2.100:80 192.0.2.12 local true weight 7",
		"b 192.0.2.100:443 192.0.2.11 local false weight 7",
	})
	same(t, "counters", m.BalanceCounters, []BalanceCounters{
		{Node: "a", Interface: "lan", Replayed: 6}, {Node: "b", Interface: "lan", Local: 5},
	})
}

// survivalCases are what can become of connection 1 to a balanced virtual IP,
// which b serves, after a crashes at 40 s; it was opened at 35 s.
var survivalCases = []struct {
	name string
	then func(*log) *log
	want Survival
}{
	{"nothing more happens", func(l *log) *log { return l }, Survival{Age: AgeUnder3, Unused: 1}},
	{"kept", func(l *log) *log { return l.asked(41, 2, 1).told(42, 2, 1, "b") }, Survival{Age: AgeUnder3, Kept: 1}},
	{"it was old enough for its first message", func(l *log) *log {
		return l.ages(36, 1, 3).asked(41, 2, 1).told(42, 2, 1, "b")
	}, Survival{Age: AgeUnder50, Kept: 1}},
	{"it was older", func(l *log) *log {
		return l.ages(36, 1, 3).ages(37, 1, 50).asked(41, 2, 1).told(42, 2, 1, "b")
	}, Survival{Age: AgeOlder, Kept: 1}},
	{"what ages after the fault was young", func(l *log) *log {
		return l.ages(41, 1, 3).asked(41, 2, 1).told(42, 2, 1, "b")
	}, Survival{Age: AgeUnder3, Kept: 1}},
	{"reset", func(l *log) *log { return l.asked(41, 2, 1).closed(42, 1, "reset", 0) }, Survival{Age: AgeUnder3, Reset: 1}},
	{"closed on a request", func(l *log) *log { return l.asked(41, 2, 1).closed(42, 1, "server", 0) }, Survival{Age: AgeUnder3, Reset: 1}},
	{"timed out", func(l *log) *log {
		return l.asked(41, 2, 1).fails(51, "c1", 2, 1, "timeout").closed(51, 1, "client", 0)
	}, Survival{Age: AgeUnder3, TimedOut: 1}},
	{"no answer until the end", func(l *log) *log { return l.asked(41, 2, 1) }, Survival{Age: AgeUnder3, TimedOut: 1}},
	{"its client gives up", func(l *log) *log { return l.asked(41, 2, 1).closed(45, 1, "client", 0) }, Survival{Age: AgeUnder3, TimedOut: 1}},
	{"mixed up", func(l *log) *log { return l.asked(41, 2, 1).fails(42, "c1", 2, 1, "mismatched") }, Survival{Age: AgeUnder3, Misrouted: 1}},
	{"another member comes to serve it", func(l *log) *log {
		return l.asked(41, 2, 1).at(41, "c", event.RequestServed{Service: "web", Request: 2, Client: local(1)}).closed(42, 1, "reset", 0)
	}, Survival{Age: AgeUnder3, Misrouted: 1}},
	{"lost to something nearer", func(l *log) *log {
		return l.at(43, "", applied("pull c1.lan")).closed(44, 1, "timeout", 0)
	}, Survival{Age: AgeUnder3, Otherwise: 1}},
}

// ages adds that the client of a connection has sent so many segments.
func (l *log) ages(seconds float64, n uint64, segments int) *log {
	return l.at(seconds, "c1", event.ConnAged{Client: local(n), Service: service, Segments: segments})
}

func TestSurvival(t *testing.T) {
	for _, tc := range survivalCases {
		t.Run(tc.name, func(t *testing.T) {
			l := started().opened(35, 1, "b").at(40, "a", event.FaultApplied{Fault: crashed}, event.PowerChanged{State: "crashed"})
			tc.want.Fault, tc.want.At, tc.want.Established, tc.want.Terminated = crashed, 40*time.Second, 1, TerminatedByOthers
			m := Measure(tc.then(l).in(), balancedPaper(100*time.Second))
			same(t, "survival", m.Survival[:1], []Survival{tc.want})
			c := m.Connections[0]
			if got, want := []int{c.Established, c.KeptOnOthers, c.LostOnOthers, c.LostOtherwise, c.Idle},
				[]int{1, tc.want.Kept, tc.want.Lost(), tc.want.Otherwise, tc.want.Unused}; !slices.Equal(got, want) {
				t.Errorf("connections: got %v, want %v as counted by age", got, want)
			}
		})
	}
}

// TestSurvivalClasses: who failed and who did not, and who was idle, in a row
// each. Connections to other addresses do not count.
func TestSurvivalClasses(t *testing.T) {
	f := balancedPaper(100 * time.Second)
	f.Clients = append(f.Clients, Client{Node: "c2", Target: "192.0.2.50", Interval: 100 * ms})
	l := started().opened(25, 1, "a").opened(25, 2, "b").ages(25, 2, 3). // idle both
										opened(25, 3, "a").ages(26, 3, 3).asked(30.1, 3, 3).told(30.2, 3, 3, "a").
										at(35, "c2", event.ConnOpened{Conn: 4}, event.ConnEstablished{Conn: 4, Local: "192.0.2.202:1"}).
										at(40, "a", event.FaultApplied{Fault: crashed})
	same(t, "survival", Measure(l.in(), f).Survival, []Survival{
		{Fault: crashed, At: 40 * time.Second, Terminated: "failed", Age: "under-50", Established: 1, Unused: 1},
		{Fault: crashed, At: 40 * time.Second, Terminated: "failed", Age: "idle", Established: 1, Unused: 1},
		{Fault: crashed, At: 40 * time.Second, Terminated: "others", Age: "idle", Established: 1, Unused: 1},
	})
	same(t, "survival without balancing", Measure(l.in(), paper(100*time.Second)).Survival, []Survival{})
}
