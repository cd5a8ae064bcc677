package oracle

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// TestMembers: the last status counts, what is not running says why, and who is
// on no paper is left out.
func TestMembers(t *testing.T) {
	shown := event.StandbyStatus{
		Interface: "lan", Group: 1, IP: vip, Priority: 110, Mode: "active", Preempt: true, GroupLeader: "192.0.2.11", State: "Active",
		HellosSent: 1, HellosReceived: 2, CoupsSent: 3, CoupsReceived: 4, ResignsSent: 5, ResignsReceived: 6,
		AuthFailures: 7, GroupMismatches: 8, VIPMismatches: 9, Transitions: 10,
	}
	a := MemberStatus{
		Node: "a", Interface: "lan", Group: 1, VIP: vip, Mode: "active", Priority: 110, Preempt: true, Leader: "192.0.2.11", State: "Active",
		ChangedAt: 30 * time.Second, HellosSent: 1, HellosReceived: 2, CoupsSent: 3, CoupsReceived: 4, ResignsSent: 5, ResignsReceived: 6,
		AuthFailures: 7, GroupMismatches: 8, VIPMismatches: 9, Transitions: 10,
	}
	for _, c := range []struct {
		power []event.Power // of b
		want  string
	}{
		{nil, "down"},
		{[]event.Power{"booting"}, "booting"},
		{[]event.Power{"up"}, "off"},
		{[]event.Power{"up", "frozen"}, "frozen"},
		{[]event.Power{"up", "frozen", "thawed"}, "off"},
		{[]event.Power{"up", "crashed"}, "down"},
		{[]event.Power{"up", "off"}, "down"},
	} {
		l := (&log{}).at(50, "a", event.StandbyStatus{Interface: "lan", Mode: "standby"}).
			at(20, "a", event.StandbyChanged{Interface: "lan", From: "Initial", To: "Listen"}).
			at(30, "a", event.StandbyChanged{Interface: "lan", From: "Listen", To: "Speak"}).
			at(40, "a", event.StandbyChanged{Interface: "dmz", From: "Listen", To: "Speak"}).
			at(60, "a", shown).
			at(60, "a", event.StandbyStatus{Interface: "dmz"}).
			at(60, "stranger", shown)
		for _, state := range c.power {
			l.at(1, "b", event.PowerChanged{State: state})
		}
		b := MemberStatus{Node: "b", Interface: "lan", Group: 1, VIP: vip, Mode: c.want}
		same(t, "members", Measure(l.in(), paper(time.Minute)).Members, []MemberStatus{a, b})
	}
}
