package oracle

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/sim/event"
)

// coldStart is the first takeover: nobody had the address before, and
// nothing was broken.
var coldStart = Takeover{VIP: vip, To: "a", At: 20 * time.Second}

// takeoverCases are moves of the virtual IP after the cold start.
var takeoverCases = []struct {
	name string
	log  *log
	want []Takeover
}{
	{"none but the first", (&log{}).settled(), nil},
	{
		"a crash", (&log{}).settled().
			at(40, "a", event.FaultApplied{Fault: "crash a"}, event.PowerChanged{State: "crashed"}).
			takes(48, "b", "Standby", standby.CauseActiveTimer).
			at(48.5, "b", event.VIPServed{Segment: "lan", VIP: vip, Previous: "a", PreviousAt: 39900 * ms}),
		[]Takeover{{
			VIP: vip, From: "a", To: "b", At: 48 * time.Second, Moved: true, Causes: begun("crash a", 40*time.Second),
			Detected: true, Detection: 8 * time.Second, Served: true, Gap: 8600 * ms,
		}},
	},
	{
		// The coup goes out before the address is taken.
		"a preemption after a priority was raised", (&log{}).settled().
			at(40, "b", event.FaultApplied{Fault: "set b standby.priority 200"}).
			at(41, "b", event.VIPClaimed{Segment: "lan", VIP: vip, Frame: "coup"}).
			takes(41.001, "b", "Standby", standby.CausePreempt).
			gives(41.002, "a", "Speak", standby.CauseCoup),
		[]Takeover{{
			VIP: vip, From: "a", To: "b", At: 41001 * ms, Moved: true, Shared: true, Both: ms, Causes: begun("set b standby.priority 200", 40*time.Second),
			Detected: true, Detection: time.Second,
		}},
	},
	{
		// Both have it from 50 s on; when b gives it up, it is a's again.
		"back to the one who never gave it up", (&log{}).settled().
			at(40, "", event.FaultApplied{Fault: "partition a | b"}).
			takes(50, "b", "Standby", standby.CauseActiveTimer).
			at(60, "", event.FaultHealed{Fault: "partition a | b"}).
			at(61, "a", event.VIPClaimed{Segment: "lan", VIP: vip, Frame: "hello"}).
			gives(61.001, "b", "Speak", standby.CauseHigherActive).
			at(61.002, "a", event.VIPServed{Segment: "lan", VIP: vip, Previous: "b", PreviousAt: 60 * time.Second}),
		[]Takeover{{
			VIP: vip, From: "a", To: "b", At: 50 * time.Second, Shared: true, Both: 11001 * ms, Causes: begun("partition a | b", 40*time.Second),
			Detected: true, Detection: 10 * time.Second,
		}, {
			VIP: vip, From: "b", To: "a", At: 61001 * ms, Causes: ended("partition a | b", 40*time.Second, 60*time.Second),
			Detected: true, Detection: 21 * time.Second, Served: true, Gap: 1002 * ms,
		}},
	},
	{
		// As above, but a's claim before the heal is the last one: its next one is
		// nothing new, and so it is not in the log.
		"back to the one who claimed it last", (&log{}).settled().
			at(40, "", event.FaultApplied{Fault: "partition a | b"}).
			takes(50, "b", "Standby", standby.CauseActiveTimer).
			at(59, "a", event.VIPClaimed{Segment: "lan", VIP: vip, Frame: "hello"}).
			at(60, "", event.FaultApplied{Fault: "heal"}).
			gives(61, "b", "Speak", standby.CauseHigherActive),
		[]Takeover{{
			VIP: vip, From: "a", To: "b", At: 50 * time.Second, Shared: true, Both: 11 * time.Second, Causes: begun("partition a | b", 40*time.Second),
			Detected: true, Detection: 10 * time.Second,
		}, {
			VIP: vip, From: "b", To: "a", At: 61 * time.Second, Causes: begun("heal", 60*time.Second),
			Detected: true, Detection: time.Second,
		}},
	},
	{
		// Both say hello in one instant; a's later ones cannot be what b heard.
		"back, with hellos that crossed", (&log{}).settled().
			at(40, "", event.FaultApplied{Fault: "partition a | b"}).
			takes(50, "b", "Standby", standby.CauseActiveTimer).
			at(60, "", event.FaultApplied{Fault: "heal"}).
			at(61, "a", event.VIPClaimed{Segment: "lan", VIP: vip, Frame: "hello"}).
			at(61, "b", event.VIPClaimed{Segment: "lan", VIP: vip, Frame: "hello"}).
			gives(61.001, "b", "Speak", standby.CauseHigherActive).
			at(64, "a", event.VIPClaimed{Segment: "lan", VIP: vip, Frame: "hello"}),
		[]Takeover{{
			VIP: vip, From: "a", To: "b", At: 50 * time.Second, Shared: true, Both: 11001 * ms, Causes: begun("partition a | b", 40*time.Second),
			Detected: true, Detection: 10 * time.Second,
		}, {
			VIP: vip, From: "b", To: "a", At: 61001 * ms, Causes: begun("heal", 60*time.Second),
			Detected: true, Detection: 1001 * ms,
		}},
	},
	{
		// What a had not yet sent as it was frozen is no answer to anybody: b serves
		// on, and the takeover comes later.
		"back, after a frame of before", (&log{}).settled().
			at(40, "a", event.FaultApplied{Fault: "freeze a"}, event.PowerChanged{State: "frozen"}).
			takes(43, "b", "Standby", standby.CauseActiveTimer).
			at(43.1, "b", event.VIPServed{Segment: "lan", VIP: vip, Previous: "a", PreviousAt: 40 * time.Second}).
			at(45, "a", event.FaultApplied{Fault: "thaw a"}, event.PowerChanged{State: "thawed"}).
			at(45, "a", event.VIPServed{Segment: "lan", VIP: vip, Previous: "b", PreviousAt: 44900 * ms}).
			at(45.001, "b", event.VIPServed{Segment: "lan", VIP: vip, Previous: "a", PreviousAt: 45 * time.Second}).
			gives(45.002, "b", "Speak", standby.CauseHigherActive).
			at(60, "a", event.VIPServed{Segment: "lan", VIP: vip, Previous: "b", PreviousAt: 45002 * ms}),
		[]Takeover{{
			VIP: vip, From: "a", To: "b", At: 43 * time.Second, Moved: true, Causes: begun("freeze a", 40*time.Second),
			Detected: true, Detection: 3 * time.Second, Served: true, Gap: 3100 * ms,
		}, {
			VIP: vip, From: "b", To: "a", At: 45002 * ms, Moved: true, Causes: begun("thaw a", 45*time.Second),
			Detected: true, Detection: 2 * ms, Served: true, Gap: 14998 * ms,
		}},
	},
	{
		"the same member takes it again", (&log{}).settled().
			at(40, "a", event.FaultApplied{Fault: "reboot a down 1s"}, event.PowerChanged{State: "crashed"}).
			takes(60, "a", "Standby", standby.CauseNoActive),
		nil,
	},
	{
		// b claims the address and dies before it has served a frame. Nobody is there
		// to take it until a is back.
		"two in a row", (&log{}).settled().
			at(40, "a", event.FaultApplied{Fault: "crash a"}, event.PowerChanged{State: "crashed"}).
			takes(48, "b", "Standby", standby.CauseActiveTimer).
			at(49, "b", event.FaultApplied{Fault: "crash b"}, event.PowerChanged{State: "crashed"}).
			at(60, "a", event.FaultApplied{Fault: "boot a"}, event.PowerChanged{State: "booting"}, event.FaultHealed{Fault: "crash a"}).
			at(60, "a", turn("Initial", "Listen", standby.CauseStart)).
			takes(70, "a", "Standby", standby.CauseNoActive).
			at(71, "a", event.VIPServed{Segment: "lan", VIP: vip, Previous: "c", PreviousAt: 0}),
		[]Takeover{{
			VIP: vip, From: "a", To: "b", At: 48 * time.Second, Moved: true, Causes: begun("crash a", 40*time.Second),
			Detected: true, Detection: 8 * time.Second,
		}, {
			VIP: vip, From: "b", To: "a", At: 70 * time.Second, Moved: true, Causes: begun("boot a", 60*time.Second),
			Detected: true, Detection: 10 * time.Second,
		}},
	},
}

// begun is a fault that caused something by its beginning.
func begun(line string, at time.Duration) []Cause { return []Cause{{Fault: line, At: at}} }

// ended is one that did by its end.
func ended(line string, at, end time.Duration) []Cause {
	return []Cause{{Fault: line, At: at, Ended: true, EndedAt: end}}
}

// brief leaves out what follows from the rest, and the sentences.
func brief(all []Takeover) []Takeover {
	var out []Takeover
	for _, t := range all {
		if t.DetectedAt = 0; len(t.Causes) == 0 {
			t.Causes = nil
		}
		if len(t.Possible) == 0 {
			t.Possible = nil
		}
		t.Why = ""
		out = append(out, t)
	}
	return out
}

func TestTakeovers(t *testing.T) {
	for _, tc := range takeoverCases {
		t.Run(tc.name, func(t *testing.T) {
			m := Measure(tc.log.in(), paper(100*time.Second))
			same(t, "takeovers", brief(m.Takeovers), append([]Takeover{coldStart}, tc.want...))
		})
	}
}

// TestGroups follows who is Active through a partition with two owners, a
// frozen machine and a time without any.
func TestGroups(t *testing.T) {
	l := (&log{}).settled().
		at(40, "", event.FaultApplied{Fault: "partition a | b"}).
		takes(50, "b", "Standby", standby.CauseActiveTimer).
		at(60, "", event.FaultHealed{Fault: "partition a | b"}).
		gives(63, "b", "Speak", standby.CauseHigherActive). // 13 s of two, 3 s of them joined
		at(70, "a", event.PowerChanged{State: "frozen"}).
		takes(79, "b", "Standby", standby.CauseActiveTimer). // 9 s of none; b is the one
		at(80, "a", event.PowerChanged{State: "thawed"}).
		gives(81, "b", "Speak", standby.CauseHigherActive). // 1 s of two; a is the one again
		at(90, "a", event.PowerChanged{State: "crashed"})
	m := Measure(l.in(), paper(100*time.Second))
	same(t, "groups", m.Groups, []Group{{
		VIP: vip, HadActive: true, Moves: 2, FalseFailovers: 1, Transitions: 6,
		DualActive: 14 * time.Second, DualJoined: 4 * time.Second, DualLongest: 13 * time.Second,
		NoActive: 19 * time.Second, NoLongest: 10 * time.Second,
	}})
}

// TestGroupsWithoutElection: before the first Active none is missing.
func TestGroupsWithoutElection(t *testing.T) {
	f := paper(100 * time.Second)
	other := f.Members[0]
	other.Interface, other.VIP, other.Secondary = "wan", "192.0.2.9", []string{"192.0.2.10"}
	f.Members = append(f.Members, other)
	m := Measure((&log{}).at(10, "a", turn("Listen", "Speak", standby.CauseActiveTimer), event.StandbyChanged{Interface: "nowhere"}).in(), f)
	same(t, "groups", m.Groups, []Group{{VIP: "192.0.2.9"}, {VIP: vip, Transitions: 1}})
}

// TestGroupsPartedWhileDual: what was joined is so only until the partition.
func TestGroupsPartedWhileDual(t *testing.T) {
	l := (&log{}).settled().takes(50, "b", "Standby", standby.CauseActiveTimer).
		at(52, "", event.FaultApplied{Fault: "partition a | b"}).
		gives(60, "b", "Initial", standby.CauseStop)
	m := Measure(l.in(), paper(100*time.Second))
	same(t, "groups", m.Groups, []Group{{
		VIP: vip, HadActive: true, FalseFailovers: 1, Transitions: 4, DualActive: 10 * time.Second, DualJoined: 2 * time.Second, DualLongest: 10 * time.Second,
	}})
}
