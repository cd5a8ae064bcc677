package oracle

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// realPaper is the cluster of paper, with real programs in place of members.
func realPaper(duration time.Duration) Facts {
	f := paper(duration)
	for i := range f.Members {
		m := &f.Members[i]
		m.Group, m.Hello, m.Hold, m.Real = 0, time.Second, 4*time.Second, true
	}
	return f
}

// has adds what the bench sees of a real program that takes the address.
func (l *log) has(seconds float64, node string) *log {
	mac := map[string]string{"a": macA, "b": macB}[node]
	return l.at(seconds, node,
		event.VIPClaimed{Segment: "lan", VIP: vip, Frame: "vrrp-advert"},
		event.VIPGained{Interface: "lan", VIP: vip},
		event.VIPAnnounced{Interface: "lan", VIP: vip, MAC: mac},
	)
}

// TestRealMembers: keepalived is measured as our members are, though it says
// nothing of its states: it is Active while its kernel has the address.
func TestRealMembers(t *testing.T) {
	l := (&log{}).
		has(1, "a").at(1.01, "c1", event.NeighbourChanged{Interface: "lan", IP: vip, MAC: macA}).
		at(1.02, "a", event.VIPServed{Segment: "lan", VIP: vip}).
		answers("c1", "a", 1.1, 9.9).
		at(10, "a", event.FaultApplied{Fault: "pull a.lan silently"}).
		has(13, "b").at(13.2, "c1", event.NeighbourChanged{Interface: "lan", IP: vip, MAC: macB}).
		at(13.3, "b", event.VIPServed{Segment: "lan", VIP: vip, Previous: "a", PreviousAt: 9900 * ms}).
		answers("c1", "b", 13.3, 20)
	m := Measure(l.in(), realPaper(20*time.Second))
	same(t, "takeovers", brief(m.Takeovers), []Takeover{
		{VIP: vip, To: "a", At: time.Second},
		{
			VIP: vip, From: "a", To: "b", At: 13 * time.Second, Shared: true, Both: 7 * time.Second, Causes: begun("pull a.lan silently", 10*time.Second),
			Detected: true, Detection: 3 * time.Second, Served: true, Gap: 3400 * ms,
		},
	})
	same(t, "outages", m.Outages, []Outage{{
		Client: "c1", From: 10 * time.Second, To: 13300 * ms, Duration: 3300 * ms,
		Detection: 3 * time.Second, Neighbour: 200 * ms, Retry: 100 * ms,
	}})
	// Both have the address from 13 s on, in two partitions; nobody is Active
	// alone.
	same(t, "groups", m.Groups, []Group{{VIP: vip, HadActive: true, DualActive: 7 * time.Second, DualLongest: 7 * time.Second}})
	if len(m.Members) > 0 {
		t.Errorf("status of members: got %v, want none: they have no standby control", m.Members)
	}
	quiet(t, l.in(), realPaper(20*time.Second))
}

// TestRealServesBeforeItMoves: after a thaw the old owner, whose kernel has had
// the address all the time, announces it and serves before the other one gives
// it up. The takeover comes with the last of that, and knows what went before.
func TestRealServesBeforeItMoves(t *testing.T) {
	l := (&log{}).
		has(1, "a").at(1.02, "a", event.VIPServed{Segment: "lan", VIP: vip}).
		at(10, "a", event.FaultApplied{Fault: "freeze a process"}, event.PowerChanged{State: "frozen"}).
		has(13, "b").at(13.1, "b", event.VIPServed{Segment: "lan", VIP: vip, Previous: "a", PreviousAt: 13 * time.Second}).
		at(14, "a", event.FaultApplied{Fault: "thaw a"}, event.PowerChanged{State: "thawed"}).
		at(14.01, "a", event.VIPClaimed{Segment: "lan", VIP: vip, Frame: "vrrp-advert"}).
		at(14.02, "a", event.VIPServed{Segment: "lan", VIP: vip, Previous: "b", PreviousAt: 13980 * ms}).
		at(14.03, "b", event.VIPLost{Interface: "lan", VIP: vip}).
		at(15, "a", event.FaultApplied{Fault: "freeze a"}, event.PowerChanged{State: "frozen"}).
		has(18, "b").at(19, "b", event.VIPLost{Interface: "lan", VIP: vip})
	same(t, "takeovers", brief(Measure(l.in(), realPaper(20*time.Second)).Takeovers), []Takeover{
		{VIP: vip, To: "a", At: time.Second},
		{
			VIP: vip, From: "a", To: "b", At: 13 * time.Second, Moved: true, Causes: begun("freeze a process", 10*time.Second),
			Detected: true, Detection: 3 * time.Second, Served: true, Gap: 100 * ms,
		},
		{
			VIP: vip, From: "b", To: "a", At: 14030 * ms, Moved: true, Causes: begun("thaw a", 14*time.Second),
			Detected: true, Detection: 10 * ms, Served: true, Gap: 40 * ms,
		},
		// What was handed over once counts once; nobody owns it when b gives it up.
		{VIP: vip, From: "a", To: "b", At: 18 * time.Second, Moved: true, Causes: begun("freeze a", 15*time.Second), Detected: true, Detection: 3 * time.Second},
	})
}

// TestRealOneActive: two real programs may hold the address together for a hold
// time and two hellos of VRRP's defaults, 6 s, and no longer.
func TestRealOneActive(t *testing.T) {
	both := func(until float64) []event.Event {
		return (&log{}).has(1, "a").has(2, "b").at(until, "b", event.VIPLost{Interface: "lan", VIP: vip}).in()
	}
	quiet(t, both(7.9), realPaper(20*time.Second))
	if got := Check(both(8.1), realPaper(20*time.Second)); len(got) != 1 || got[0].Invariant != "one-active" || got[0].At != 8*time.Second {
		t.Errorf("got %v, want one-active at 8s", got)
	}
	m := Measure(both(7.9), realPaper(20*time.Second))
	same(t, "groups", m.Groups, []Group{{VIP: vip, HadActive: true, FalseFailovers: 1, DualActive: 5900 * ms, DualLongest: 5900 * ms, DualJoined: 5900 * ms}})
}
