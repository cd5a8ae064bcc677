package oracle

import (
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

func settleAt(n int) time.Duration { return time.Duration(n) * time.Second }

func settleEvent(at int, node string, what event.Body) event.Event {
	return event.Event{At: settleAt(at), Node: node, What: what}
}

func settleChange(at int, node, to, cause string) event.Event {
	return settleEvent(at, node, event.StandbyChanged{Interface: "lan", Group: 1, To: to, Owner: to == "Active", Cause: cause})
}

func settleFault(at int, line string) event.Event {
	return settleEvent(at, "", event.FaultApplied{Fault: line})
}

func settleHealed(at int, line string) event.Event {
	return settleEvent(at, "", event.FaultHealed{Fault: line})
}

// settleAnswers are the answers that c gets, one a second.
func settleAnswers(from, to int) (all []event.Event) {
	for at := from; at < to; at++ {
		all = append(all, settleEvent(at, "c", event.RequestSent{Request: uint64(at)}), settleEvent(at, "c", event.RequestAnswered{Request: uint64(at), Status: 200}))
	}
	return all
}

// settlings are histories, and what has not settled after them: two members a
// and b of one group and a client c begin at 0, and a is the owner from 5 s on.
var settlings = map[string]struct {
	events []event.Event
	want   []string
}{
	"all is well": {settleAnswers(6, 100), nil},
	"nobody takes over while a is down for good": {
		append(settleAnswers(6, 30), settleFault(30, "crash a"), settleEvent(30, "a", event.PowerChanged{State: event.PowerCrashed})),
		[]string{"nobody owns 192.0.2.100, want one of b"},
	},
	"b takes over, and the client is not asked for while a is down": {
		append(settleAnswers(6, 30), settleFault(30, "crash a"), settleEvent(30, "a", event.PowerChanged{State: event.PowerCrashed}), settleChange(40, "b", "Active", "active timer expired")),
		nil,
	},
	"nobody answers after the end": {
		append(settleAnswers(6, 30), settleFault(30, "pull c.lan for 5s"), settleHealed(35, "pull c.lan for 5s")),
		[]string{"c is not answered"},
	},
	"the answer of before the time is up does not count": {
		append(settleAnswers(6, 50), settleFault(20, "pull c.lan for 5s"), settleHealed(35, "pull c.lan for 5s")),
		[]string{"c is not answered"},
	},
	"a partition allows two owners, not two that stay": {
		slices.Concat(settleAnswers(6, 99), []event.Event{
			settleFault(30, "partition a | b for 20s"), settleChange(40, "b", "Active", "active timer expired"), settleHealed(50, "partition a | b for 20s"),
		}),
		[]string{"a and b own 192.0.2.100, want one of them"},
	},
	"a partition allows two owners as long as it lasts": {
		slices.Concat(settleAnswers(6, 99), []event.Event{settleFault(30, "partition a | b"), settleChange(40, "b", "Active", "active timer expired")}), nil,
	},
	"a cable that is plugged while its machine is down": {
		slices.Concat(settleAnswers(6, 99), []event.Event{
			settleFault(30, "pull a.lan for 20s"), settleEvent(30, "a", event.LinkChanged{Interface: "lan"}),
			settleFault(40, "crash a for 20s"), settleEvent(40, "a", event.PowerChanged{State: event.PowerCrashed}), settleHealed(50, "pull a.lan for 20s"),
			settleEvent(60, "a", event.PowerChanged{State: event.PowerUp}), settleHealed(60, "crash a for 20s"), settleChange(60, "a", "Active", ""), settleChange(70, "b", "Standby", ""),
		}), nil,
	},
	"each side of a partition needs an owner": {
		slices.Concat(settleAnswers(6, 99), []event.Event{settleFault(30, "partition a | b")}), []string{"nobody owns 192.0.2.100, want one of b"},
	},
	"nobody knows who should own what on a bad cable": {
		slices.Concat(settleAnswers(6, 99), []event.Event{settleFault(30, "impair a~lan loss 50%"), settleChange(40, "b", "Active", "active timer expired")}), nil,
	},
	"a fault that another one lifts has ended": {
		slices.Concat(settleAnswers(6, 30), []event.Event{settleFault(30, "pull c.lan"), settleFault(35, "plug c.lan"), settleHealed(35, "pull c.lan")}), []string{"c is not answered"},
	},
	"b takes the role from a, which it hears": {
		slices.Concat(settleAnswers(6, 99), []event.Event{settleChange(60, "b", "Active", "active timer expired"), settleChange(61, "a", "Speak", "higher member is active")}),
		[]string{"b takes 192.0.2.100 from a, which it hears, and does not preempt"},
	},
	"b preempts": {
		slices.Concat(settleAnswers(6, 99), []event.Event{settleChange(60, "b", "Active", "lower member is active, preempt"), settleChange(61, "a", "Speak", "higher member is active")}), nil,
	},
	"b did not hear a for long": {
		slices.Concat(settleAnswers(6, 99), []event.Event{
			settleFault(50, "partition a | b for 5s"), settleHealed(55, "partition a | b for 5s"), settleChange(56, "b", "Active", "active timer expired"), settleChange(57, "a", "Speak", "x"),
		}), nil,
	},
	"two coordinators of one cluster": {
		slices.Concat(settleAnswers(6, 99), []event.Event{
			settleEvent(6, "m1", event.ClusterStateChanged{State: "joined", Members: "m1, m2"}), settleEvent(6, "m1", event.ClusterCoordinatorChanged{Coordinator: true}),
			settleEvent(7, "m2", event.ClusterCoordinatorChanged{Coordinator: true}),
		}),
		[]string{"m1 and m2 both coordinate one cluster"},
	},
	"a member that is down at the end": {
		slices.Concat(settleAnswers(6, 99), []event.Event{settleEvent(99, "gw", event.LBStatus{Group: "app", Server: "s1", Port: 80, Health: "down", AdminState: "enabled"})}),
		[]string{"gw counts s1:80 of group app as down"},
	},
	"nobody works on a queue": {
		slices.Concat(settleAnswers(6, 99), []event.Event{settleEvent(98, "p", event.MessagePublished{To: "queue orders", Confirmed: true})}), []string{"nobody works on the queue orders"},
	},
}

// TestSettling: what has not settled 20 s after the last change is a trouble,
// and nothing else is.
func TestSettling(t *testing.T) {
	for name, test := range settlings {
		member := func(node string) Member {
			return Member{Node: node, Interface: "lan", Segment: "lan", Group: 1, VIP: "192.0.2.100", Hello: settleAt(3), Hold: settleAt(10)}
		}
		settling := NewSettling(Facts{
			Duration: settleAt(100), Members: []Member{member("a"), member("b")}, Segments: []Segment{{Name: "lan"}},
			Clients: []Client{{Node: "c", Target: "192.0.2.100", Interval: settleAt(1)}},
		}, settleAt(20))
		begin := []event.Event{
			settleEvent(0, "a", event.PowerChanged{State: event.PowerUp}), settleEvent(0, "b", event.PowerChanged{State: event.PowerUp}),
			settleChange(0, "b", "Listen", ""), settleChange(5, "a", "Active", "active timer expired"),
		}
		events := append(begin, test.events...)
		slices.SortStableFunc(events, func(a, b event.Event) int { return int(a.At - b.At) })
		for _, e := range events {
			settling.Observe(e)
		}
		settling.Finish(settleAt(100))
		var got []string
		for _, trouble := range settling.Troubles() {
			got = append(got, trouble.Detail)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s:\n got %q\nwant %q", name, got, test.want)
		}
	}
}
