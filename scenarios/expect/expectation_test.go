package expect

import (
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
)

// The evidence of a made-up run: a and b start together, a is Active from 20s,
// its cable is pulled at 40s, b takes over at 48s, the cable is plugged at 60s,
// the machine a crashes at 70s.

func at(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }

func changed(seconds float64, node, from, to string) event.Event {
	return event.Event{At: at(seconds), Node: node, What: event.StandbyChanged{Interface: "lan", Group: 30, From: from, To: to, Owner: to == "Active"}}
}

func answered(seconds float64, client, by string) event.Event {
	return event.Event{At: at(seconds), Node: client, What: event.RequestAnswered{By: by, Status: 200}}
}

func said(seconds float64, program, line string) event.Event {
	return event.Event{At: at(seconds), Node: "lb", What: event.ProgramSaid{Program: program, Line: line}}
}

func runEvents() []event.Event {
	return []event.Event{
		changed(0, "a", "Initial", "Listen"), changed(0, "b", "Initial", "Listen"),
		changed(10, "a", "Listen", "Speak"), changed(10, "b", "Listen", "Speak"),
		changed(12, "b", "Speak", "Listen"),
		changed(20, "a", "Speak", "Standby"), changed(20, "a", "Standby", "Active"),
		changed(20, "b", "Listen", "Speak"), changed(30, "b", "Speak", "Standby"),
		{At: at(30), Node: "b", What: event.FaultApplied{Fault: "drift b 20%"}},
		answered(35, "c1", "a"), answered(36, "c1", "a"), answered(37, "c2", "a"),
		load(37, 10, 10, 1<<20),
		{At: at(40), Node: "a", What: event.FaultApplied{Fault: "pull a.lan"}},
		load(42, 20, 15, 2<<20),
		{At: at(45), Node: "gw", What: event.LBMemberChanged{Group: "app", Member: "s2", From: "up", To: "softdown", Reason: "connect failed"}},
		changed(48, "b", "Standby", "Active"), {At: at(48), Node: "b", What: event.VIPGained{Interface: "lan", VIP: "192.0.2.100"}},
		{At: at(48), Node: "b", What: event.VIPAnnounced{Interface: "lan", VIP: "192.0.2.100", MAC: "02:00:00:00:00:02"}},
		{At: at(49), Node: "b", What: event.VIPAnnounced{Interface: "lan", VIP: "192.0.2.100", MAC: "02:00:00:00:00:02", Repeat: 1}},
		answered(50, "c1", "b"), load(50, 5, 0, 64<<10), answered(51, "c1", "b"),
		{At: at(52), Node: "gw", What: event.LBMemberChanged{Group: "app", Member: "s2", From: "softdown", To: "up", Reason: "damp elapsed"}},
		served(52, "a", "back", 1), served(52, "a", "front", 1), served(53, "b", "back", 2), served(53, "a", "front", 2), served(54, "a", "front", 3),
		said(55, "haproxy", "Server web/a is DOWN, check duration: 1001ms"), said(56, "curl", "200 after 0.004 s"), said(57, "curl", "200 after 2.5 s"),
		{At: at(60), Node: "a", What: event.FaultApplied{Fault: "plug a.lan"}},
		changed(61, "a", "Active", "Speak"),
		{At: at(70), Node: "a", What: event.FaultApplied{Fault: "crash a"}},
		{At: at(70), Node: "a", What: event.PowerChanged{State: "crashed"}},
	}
}

func load(seconds float64, connections, requests int, memory int64) event.Event {
	return event.Event{At: at(seconds), Node: "gw", What: event.GatewayLoad{Connections: connections, Requests: requests, Memory: memory}}
}

func served(seconds float64, node, service string, request uint64) event.Event {
	return event.Event{At: at(seconds), Node: node, What: event.RequestServed{Service: service, Request: request}}
}

func evidence() Evidence {
	return Evidence{
		Duration: at(90), Events: event.RecordOf(runEvents()), Clients: Clients{"c1": {}, "c2": {}},
		Facts: oracle.Facts{Members: []oracle.Member{
			{Node: "a", Interface: "lan", Segment: "lan", Group: 30, VIP: "192.0.2.100"}, {Node: "b", Interface: "lan", Segment: "lan", Group: 30, VIP: "192.0.2.100"},
		}},
		Measures: oracle.Measures{
			Takeovers: []oracle.Takeover{
				{VIP: "192.0.2.100", To: "a", At: at(20)},
				{VIP: "192.0.2.100", From: "a", To: "b", At: at(48), Moved: true, Causes: []oracle.Cause{{Fault: "pull a.lan", At: at(40)}}, Detected: true, DetectedAt: at(48), Detection: at(8), Served: true, Gap: at(8.25), Why: "b could not hear a.", Possible: []oracle.Cause{{Fault: "drift b 20%", At: at(30)}}},
			},
			Outages: []oracle.Outage{
				{Client: "c1", From: at(40), To: at(49), Duration: at(9), Detection: at(8), Neighbour: at(0.25), Retry: at(0.75)},
				{Client: "c2", From: at(41), To: at(90), Duration: at(49), Detection: at(8), Service: at(30), Retry: at(11), Open: true},
			},
			Connections: []oracle.Connections{
				{Fault: "pull a.lan", At: at(40), Established: 50, Kept: 30, Lost: 10, Idle: 10, LostOnFailed: 9, LostOnOthers: 1},
				{Fault: "plug a.lan", At: at(60), Established: 4, Idle: 4},
				{Fault: "crash a", At: at(70)},
				{Fault: "heal", At: at(80), Established: 10, LostOtherwise: 10},
			},
			Survival: []oracle.Survival{
				{Fault: "pull a.lan", At: at(40), Terminated: "failed", Age: "older", Established: 10, Reset: 6, TimedOut: 3, Misrouted: 1},
				{Fault: "pull a.lan", At: at(40), Terminated: "others", Age: "under-3", Established: 8, Kept: 4, Reset: 1, Unused: 3},
				{Fault: "pull a.lan", At: at(40), Terminated: "others", Age: "older", Established: 26, Kept: 26},
				{Fault: "pull a.lan", At: at(40), Terminated: "others", Age: "idle", Established: 7, Unused: 7},
				{Fault: "heal", At: at(80), Terminated: "others", Age: "older", Established: 10, Otherwise: 10},
			},
			Balance: []oracle.Balance{
				{Service: "192.0.2.100:80", Member: "a", AssignedShare: 0.5, WeightShare: 0.5, RequestShare: 0.6},
				{Service: "192.0.2.100:80", Member: "b", AssignedShare: 0.5, WeightShare: 0.5, RequestShare: 0.4},
				{Service: "192.0.2.100:443", Member: "a", AssignedShare: 0.22, WeightShare: 0.2, RequestShare: 0.22},
				{Service: "192.0.2.100:443", Member: "b", AssignedShare: 0.78, WeightShare: 0.8, RequestShare: 0.78},
			},
			Recoveries: []oracle.Recovery{
				{Node: "b", At: at(48), Mode: "rebuild", Reason: "takeover", Blind: at(0.25), Held: 4, Undecided: 1},
				{Node: "a", At: at(61), Mode: "rebuild", Reason: "heal", Blind: at(9), Open: true},
			},
			Forwarding: []oracle.Forwarding{{Node: "a", Most: 50, Last: 40}, {Node: "b", Most: 30, Last: 0}},
			Requests: []oracle.Requests{
				{Client: "c1", Sent: 100, OK: 90, Failed: 9, Open: 1, Retried: 3, Failures: map[string]int{"timeout": 7, "reset": 2}, LatencyMax: at(3)},
				{Client: "c2", Sent: 100, OK: 100, Failures: map[string]int{}, LatencyMax: at(1)},
			},
			Activities: []oracle.Activities{{Executed: 9, Twice: 2, Missed: 1}},
			Exchanges: []oracle.Exchange{
				{From: "a", Sent: 1, Once: 1, Wrong: 1}, {From: "p1", Sent: 9, Once: 6, Twice: 2, Elsewhere: 1, Again: 1},
			},
			Ledgers: []oracle.Ledger{
				{Book: "local", OK: 10, Lost: 3, Stale: 4, LastRead: at(81)}, {Book: "shared", OK: 90, Failed: 1, Unknown: 2, LastRead: at(82)},
			},
			Deliveries: []oracle.Delivery{
				{Address: "queue orders", Published: 100, Failed: 4, Processed: 97, Redelivered: 5, Doubled: 3, Disordered: 2, Lost: 1, Waiting: 2},
				{Address: "topic throttleData", Published: 60, Stale: 1},
			},
			Sessions: []oracle.Sessions{{Client: "c1", Sessions: 4, Requests: 80, Moved: 1, Moves: 2}, {Client: "c2", Sessions: 2, Requests: 10}},
			Portals:  []oracle.Portal{{Developer: "c1", Published: 5, PublishFailed: 1, Served: 40, Missing: 9, SessionsLost: 2, Lost: 1}, {Developer: "c2", Published: 2, Past: 3}},
			Groups: []oracle.Group{
				{VIP: "192.0.2.100", HadActive: true, Moves: 1, DualActive: at(13), DualLongest: at(12), DualJoined: at(1), NoActive: at(0.5), NoLongest: at(0.5)},
				{VIP: "192.0.2.101", HadActive: true, Moves: 2},
			},
		},
		Violations: []oracle.Violation{{Invariant: "one-active", At: at(50)}, {Invariant: "one-active", At: at(60)}},
	}
}

// goldenChecks shows each kind of expectation as it stands in a file, its text,
// and what it says about the run above. A got that begins with ! failed.
var goldenChecks = [][3]string{
	{"active: {node: a}", "a is Active throughout", "!Speak 1m1s..1m10s"},
	{"active: {node: b, throughout: true}", "b is Active throughout", "Active 48s..1m30s"},
	{"active: {node: c}", "c is Active throughout", "!c never took part in a group"},
	{"active: {node: a, from: 30s, to: 60s}", "a is Active from 30s to 1m", "Active 20s..1m1s"},
	{"active: {node: a, from: 30s, to: 61s}", "a is Active from 30s to 1m1s", "!Speak 1m1s..1m10s"},
	{"active: {node: a, from: 80s}", "a is Active from 1m20s", "!Initial 1m10s..1m30s"},
	{"active: {node: b, at: 47.9s}", "b is Active at 47.9s", "!Standby 30s..48s"},
	{"active: {node: b, at: 48s}", "b is Active at 48s", "Active 48s..1m30s"},
	{"active: {node: b, after: pull a.lan, at: 9s}", "b is Active at 9s after pull a.lan", "Active 48s..1m30s"},
	{"active: {node: b, after: pull a.lan}", "b is Active after pull a.lan", "!Standby 30s..48s"},
	{"active: {node: a, after: pull b.lan}", "a is Active after pull b.lan", "!pull b.lan was never applied"},
	{"active: {node: a, group: 31, at: 30s}", "a in group 31 is Active at 30s", "!a in group 31 never took part in a group until 30s"},
	{"active: {node: a, interface: lan, at: 30s}", "a.lan is Active at 30s", "Active 20s..1m1s"},
	{"only-active: [a]", "nobody but a is Active", "!b was Active 48s..1m30s"},
	{"only-active: {nodes: [a], to: 47s}", "nobody but a is Active to 47s", "nobody else"},
	{"only-active: {nodes: [b], from: 1m2s}", "nobody but b is Active from 1m2s", "nobody else"},
	{"only-active: {nodes: [], to: 19s}", "nobody is Active to 19s", "nobody else"},
	{"only-active: {nodes: [], to: 20s}", "nobody is Active to 20s", "!a was Active 20s..1m1s"},
	{"elected: [a, b]", "a, then b and nobody else become Active", "a 20s, b 48s"},
	{"elected: [b, a]", "b, then a and nobody else become Active", "!a 20s, b 48s"},
	{"elected: [a]", "a and nobody else become Active", "!a 20s, b 48s"},
	{"elected: {nodes: [b], after: pull a.lan, from: 7s, to: 8s}", "b and nobody else become Active from 7s to 8s after pull a.lan", "b 48s"},
	{"elected: {nodes: [b], after: pull b.lan}", "b and nobody else become Active after pull b.lan", "!pull b.lan was never applied"},
	{"elected: {nodes: [], from: 49s}", "nobody becomes Active from 49s", "nobody"},
	{"elected: []", "nobody becomes Active", "!a 20s, b 48s"},
	{"single-active: {vip: 192.0.2.100}", "the group of 192.0.2.100 has one Active member at the end", "b for 192.0.2.100"},
	{"single-active: {vip: 192.0.2.100, node: b}", "b is the one Active member of the group of 192.0.2.100 at the end", "b for 192.0.2.100"},
	{"single-active: {vip: 192.0.2.100, node: a}", "a is the one Active member of the group of 192.0.2.100 at the end", "!b for 192.0.2.100"},
	{"single-active: {}", "each group has one Active member at the end", "!b for 192.0.2.100, nobody for 192.0.2.101"},
	{"single-active: {vip: 192.0.2.9}", "the group of 192.0.2.9 has one Active member at the end", "!there was no group"},
	{"states: {node: b, sequence: [Listen, Speak, Listen, Speak, Standby, Active]}", "b goes through Listen, Speak, Listen, Speak, Standby, Active",
		"Listen 0s, Speak 10s, Listen 12s, Speak 20s, Standby 30s, Active 48s"},
	{"states: {node: b, sequence: [Standby, Active], from: 20s}", "b goes through Standby, Active from 20s", "!Speak 20s, Standby 30s, Active 48s"},
	{"states: {node: b, sequence: [Active], after: pull a.lan, to: 10s}", "b goes through Active within 10s after pull a.lan", "Active 48s"},
	{"states: {node: b, sequence: [Listen], from: 80s}", "b goes through Listen from 1m20s", "!no change"},
	{"states: {node: b, sequence: [], from: 80s}", "b keeps its state from 1m20s", "no change"},
	{"becomes: {node: b, state: Active, between: 7s..10s}", "b becomes Active 7s..10s after the last fault", "at 48s, 8s after the fault"},
	{"becomes: {node: b, state: Active, between: 7s..7.9s}", "b becomes Active 7s..7.9s after the last fault", "!at 48s, 8s after the fault"},
	{"becomes: {node: a, state: Speak, after: pull a.lan, between: 21s}", "a becomes Speak 21s after pull a.lan", "at 1m1s, 21s after the fault"},
	{"becomes: {node: a, state: Speak, after: pull a.lan, between: 1s}", "a becomes Speak 1s after pull a.lan", "!at 10s; at 1m1s, 21s after the fault"},
	{"becomes: {node: a, state: Active, at: 19s..21s}", "a becomes Active at 19s..21s", "at 20s"},
	{"becomes: {node: a, state: Learn, at: 0s..}", "a becomes Learn at 0s..", "!never"},
	{"becomes: {node: a, state: Active, between: 0s..}", "a becomes Active 0s.. after the last fault", "!at 20s"},
	{"takeover: {from: a, to: b, detection: 7s..10s, gap: ..9s}", "takeover from a to b: detection 7s..10s, gap ..9s", "at 48s, detection 8s, gap 8.25s"},
	{"takeover: {from: a, to: b, detection: ..7s}", "takeover from a to b: detection ..7s", "!at 48s, detection 8s, gap 8.25s"},
	{"takeover: {to: b, after: pull a.lan, vip: 192.0.2.100}", "takeover of 192.0.2.100 to b after pull a.lan", "at 48s, detection 8s, gap 8.25s"},
	{"takeover: {to: b, after: crash a}", "takeover to b after crash a", "!at 48s, not caused by crash a: b could not hear a."},
	{"takeover: {to: c, after: crash a}", "takeover to c after crash a", "!no such takeover"},
	{"takeover: {to: b, after: drift b 20%, detection: 18s}", "takeover to b after drift b 20%: detection 18s", "at 48s, detection 18s, gap 8.25s"},
	{"takeover: {to: a}", "takeover to a", "at 20s, no claim after a fault, not served by both"},
	{"takeover: {to: a, gap: 0s..}", "takeover to a: gap 0s..", "!at 20s, no claim after a fault, not served by both"},
	{"moves: 3", "moves of the virtual IP: 3", "3"},
	{"moves: {count: ..1, vip: 192.0.2.100}", "moves of 192.0.2.100: ..1", "1"},
	{"moves: ..1", "moves of the virtual IP: ..1", "!3"},
	{"dual-active: ..13s", "more than one Active: in all ..13s", "13s in all, longest 12s, 1s within one partition"},
	{"dual-active: {joined: ..0.5s}", "more than one Active: within one partition ..500ms", "!13s in all, longest 12s, 1s within one partition"},
	{"dual-active: {longest: 0s, vip: 192.0.2.101}", "more than one Active of 192.0.2.101: longest 0s", "0s in all, longest 0s, 0s within one partition"},
	{"no-active: 0s..1s", "no Active: in all ..1s", "500ms in all, longest 500ms"},
	{"no-active: {total: 500ms, vip: 192.0.2.101}", "no Active of 192.0.2.101: in all 500ms", "!0s in all, longest 0s"},
	{"no-active: {total: 0s, vip: 192.0.2.9}", "no Active of 192.0.2.9: in all 0s", "!there was no group"},
	{"outage: {client: c1, between: 7s..16s, detection: 7s..10s}", "outage of c1: 7s..16s, detection 7s..10s",
		"9s from 40s (detection 8s, election 0s, announcement 0s, neighbour 250ms, service 0s, retry 750ms)"},
	{"outage: {client: c1, between: 7s..16s, neighbour: 0s}", "outage of c1: 7s..16s, neighbour 0s",
		"!9s from 40s (detection 8s, election 0s, announcement 0s, neighbour 250ms, service 0s, retry 750ms)"},
	{"outage: {client: c2, between: 7s..60s}", "outage of c2: 7s..1m",
		"!49s from 41s (detection 8s, election 0s, announcement 0s, neighbour 0s, service 30s, retry 11s), until the end"},
	{"outage: {client: c2, open: on}", "outage of c2 until the end",
		"49s from 41s (detection 8s, election 0s, announcement 0s, neighbour 0s, service 30s, retry 11s), until the end"},
	{"outage: {client: c2, open: on, service: 30s, retry: 11s}", "outage of c2 until the end: service 30s, retry 11s",
		"49s from 41s (detection 8s, election 0s, announcement 0s, neighbour 0s, service 30s, retry 11s), until the end"},
	{"outage: {client: c2, open: on, service: ..29s}", "outage of c2 until the end: service ..29s",
		"!49s from 41s (detection 8s, election 0s, announcement 0s, neighbour 0s, service 30s, retry 11s), until the end"},
	{"outage: {client: c3, between: ..1s}", "outage of c3: ..1s", "!c3 sent no request"},
	{"outage: {between: ..10s}", "outage of every client: ..10s",
		"!c2 49s from 41s (detection 8s, election 0s, announcement 0s, neighbour 0s, service 30s, retry 11s), until the end"},
	{"kept: 75%", "connections kept after the first fault: 75%", "75%: 30 kept, 10 lost, 10 idle"},
	{"kept: 76%..", "connections kept after the first fault: 76%..", "!75%: 30 kept, 10 lost, 10 idle"},
	{"lost: {count: 0, after: heal}", "connections lost after heal: 0", "0 of 10 lost, 0 on the failed node, 0 on others; 10 more to another fault or for another reason"},
	{"kept: {share: 0%, after: heal}", "connections kept after heal: 0%", "!none kept, and all 10 lost otherwise"},
	{"kept: {share: 100%, after: plug a.lan}", "connections kept after plug a.lan: 100%", "!nothing was due on the 4 connections that plug a.lan found"},
	{"kept: {share: 100%, after: crash a}", "connections kept after crash a: 100%", "!no connection was established when crash a was applied, at 1m10s"},
	{"kept: {share: 100%, after: crash b}", "connections kept after crash b: 100%", "!crash b was never applied"},
	{"lost: 10", "connections lost after the first fault: 10", "10 of 50 lost, 9 on the failed node, 1 on others"},
	{"lost: {on-others: 0, on-failed: 9}", "connections lost after the first fault: on the failed node 9, on others 0", "!10 of 50 lost, 9 on the failed node, 1 on others"},
	{"survive: {terminated: others, kept: 95%.., lost: 1}", "balanced connections of others after the first fault: kept 95%.., lost 1",
		"30 of 41 kept, 1 lost (reset 1, timed out 0, misrouted 0)"},
	{"survive: {terminated: others, age: older, kept: 100%, lost: 0, after: pull a.lan}", "balanced connections older of others after pull a.lan: kept 100%, lost 0",
		"26 of 26 kept, 0 lost (reset 0, timed out 0, misrouted 0)"},
	{"survive: {terminated: others, age: under-3, lost: 0}", "balanced connections under-3 of others after the first fault: lost 0",
		"!4 of 8 kept, 1 lost (reset 1, timed out 0, misrouted 0)"},
	{"survive: {terminated: failed, reset: 6, timed-out: 3, misrouted: 1}", "balanced connections of who failed after the first fault: reset 6, timed out 3, misrouted 1",
		"0 of 10 kept, 10 lost (reset 6, timed out 3, misrouted 1)"},
	{"survive: {terminated: failed, misrouted: 0}", "balanced connections of who failed after the first fault: misrouted 0",
		"!0 of 10 kept, 10 lost (reset 6, timed out 3, misrouted 1)"},
	{"survive: {kept: 100%, after: heal}", "balanced connections after heal: kept 100%",
		"!0 of 10 kept, 0 lost (reset 0, timed out 0, misrouted 0), 10 lost otherwise"},
	{"spread: {connections: ..1%, service: 192.0.2.100:80}", "distance from the weights at 192.0.2.100:80: connections ..1%", "a 50% by weight 50%, b 50% by weight 50%"},
	{"spread: {connections: ..1%, requests: ..10%, service: 192.0.2.100:80}", "distance from the weights at 192.0.2.100:80: connections ..1%, requests ..10%",
		"!a 50% by weight 50% and requests 60%, b 50% by weight 50% and requests 40%"},
	{"spread: ..5%", "distance from the weights: connections ..5%", "!a 50% by weight 50%, b 50% by weight 50%, a 22% by weight 20%, b 78% by weight 80%"},
	{"spread: ..11%", "distance from the weights: connections ..11%", "a 50% by weight 50%, b 50% by weight 50%, a 22% by weight 20%, b 78% by weight 80%"},
	{"blind: {between: ..500ms, node: b}", "b is blind: ..500ms", "b 250ms at 48s (4 held, 1 undecided)"},
	{"blind: {undecided: 0, reason: takeover, count: 1}", "a new owner is blind after a takeover: undecided 0, times 1", "!b 250ms at 48s (4 held, 1 undecided)"},
	{"blind: ..10s", "a new owner is blind: ..10s", "!b 250ms at 48s (4 held, 1 undecided), a 9s at 1m1s until the end"},
	{"blind: {count: 0, reason: preempt}", "a new owner is blind after a preempt: times 0", "never"},
	{"blind: {between: ..1s, reason: preempt}", "a new owner is blind after a preempt: ..1s", "!never"},
	{"table: ..50", "forwarding table: largest ..50", "a 50, last 40, b 30, last 0"},
	{"table: {largest: 1.., last: 0, node: b}", "forwarding table of b: largest 1.., last 0", "b 30, last 0"},
	{"table: ..49", "forwarding table: largest ..49", "!a 50, last 40, b 30, last 0"},
	{"requests: {client: c1, ok: 90, failed: ..9, only: [timeout, reset]}", "requests of c1: ok 90, failed ..9, no failure but timeout, reset",
		"100 sent, 90 ok (90%), 9 failed (reset 2, timeout 7), 1 open, 3 retried, 0 answered twice, longest latency 3s"},
	{"requests: {client: c1, only: [timeout]}", "requests of c1: no failure but timeout",
		"!100 sent, 90 ok (90%), 9 failed (reset 2, timeout 7), 1 open, 3 retried, 0 answered twice, longest latency 3s"},
	{"requests: {share: 95%.., twice: 0, latency: ..3s}", "requests of all clients: ok 95%.., answered twice 0, longest latency ..3s",
		"200 sent, 190 ok (95%), 9 failed (reset 2, timeout 7), 1 open, 3 retried, 0 answered twice, longest latency 3s"},
	{"requests: {client: c2, only: []}", "requests of c2: no failure", "100 sent, 100 ok (100%), 0 failed, 0 open, 0 retried, 0 answered twice, longest latency 1s"},
	{"answered-by: {client: c1, nodes: {a: 50%, b: 50%}}", "answers to c1: a 50%, b 50%, nobody else", "a 50%, b 50% of 4 answers"},
	{"answered-by: {client: c1, nodes: {a: 100%}}", "answers to c1: a 100%, nobody else", "!a 50%, b 50% of 4 answers"},
	{"answered-by: {client: c1, nodes: {a: 0%.., b: 100%}, after: pull a.lan}", "answers to c1 after pull a.lan: a 0%.., b 100%, nobody else", "b 100%, a 0% of 2 answers"},
	{"answered-by: {nodes: {a: 60%, b: 40%}}", "answers to all clients: a 60%, b 40%, nobody else", "a 60%, b 40% of 5 answers"},
	{"answered-by: {client: c1, nodes: {b: 100%}, from: 80s}", "answers to c1 from 1m20s: b 100%, nobody else", "!no answers"},
	{"same-member: {services: [front, back]}", "requests that stay on one machine at front, back: 100%", "!50% of 2 requests"},
	{"same-member: {services: [front, back], share: 40%..60%}", "requests that stay on one machine at front, back: 40%..60%", "50% of 2 requests"},
	{"same-member: {services: [front, back], to: 52s}", "requests that stay on one machine at front, back to 52s: 100%", "100% of 1 requests"},
	{"event: {kind: vip-announced}", "vip-announced: 1..", "2, at 48s, 49s"},
	{"event: {kind: vip-announced, node: b, count: 1, where: {repeat: \"1\", vip: 192.0.2.100}}", "vip-announced of b with repeat 1, vip 192.0.2.100: 1", "1, at 49s"},
	{"event: {kind: vip-announced, node: a, count: 0}", "vip-announced of a: 0", "0"},
	{"event: {kind: vip-announced, to: 48s, count: 2..}", "vip-announced to 48s: 2..", "!1, at 48s"},
	{"event: {kind: vip-lost}", "vip-lost: 1..", "!0"},
	{"said: {node: lb, line: is DOWN}", `lb says "is DOWN": 1..`, "1, at 55s"},
	{"said: {node: lb, program: haproxy, line: is DOWN, after: pull a.lan, between: 15s..16s, count: 1}", `haproxy on lb says "is DOWN" after pull a.lan: 1, first 15s..16s`, "1, at 15s"},
	{"said: {node: lb, line: is DOWN, after: pull a.lan, between: 14s..14.9s}", `lb says "is DOWN" after pull a.lan: 1.., first 14s..14.9s`, "!1, at 15s"},
	{"said: {node: lb, line: is DOWN, after: pull a.lan, from: 10s, between: 15s}", `lb says "is DOWN" from 10s after pull a.lan: 1.., first 15s`, "1, at 15s"},
	{"said: {node: lb, program: curl, line: is DOWN, count: 0}", `curl on lb says "is DOWN": 0`, "0"},
	{"said: {node: lb, program: curl, line: is DOWN}", `curl on lb says "is DOWN": 1..`, "!0"},
	{"said: {node: lb, line: is DOWN, to: 54s, between: 1s..}", `lb says "is DOWN" to 54s: 1.., first 1s..`, "!0"},
	{"said: {node: a, line: is DOWN, count: 0}", `a says "is DOWN": 0`, "0"},
	{"said: {node: lb, line: 'after ([0-9.]+) s', figure: 2..2.5, count: 2}", `lb says "after ([0-9.]+) s": 2, figure 2..2.5`, "2, at 56s, 57s, figure 2.5"},
	{"said: {node: lb, line: 'after ([0-9.]+) s', figure: ..2.4}", `lb says "after ([0-9.]+) s": 1.., figure ..2.4`, "!2, at 56s, 57s, figure 2.5"},
	{"said: {node: lb, line: 'is (DOWN)', figure: 1..}", `lb says "is (DOWN)": 1.., figure 1..`, `!no number in "Server web/a is DOWN, check duration: 1001ms" at 55s`},
	{"said: {node: lb, line: is DOWN, after: pull b.lan}", `lb says "is DOWN" after pull b.lan: 1..`, "!pull b.lan was never applied"},
	{"health: {member: s2, becomes: softdown, after: pull a.lan, between: 4s..5s}", "s2 becomes softdown 4s..5s after pull a.lan", "5s after the fault: connect failed"},
	{"health: {gateway: gw, group: app, member: s2, becomes: softdown, after: pull a.lan, between: ..4s}", "s2 of group app becomes softdown at gw ..4s after pull a.lan", "!5s after the fault: connect failed"},
	{"health: {member: s2, becomes: up, after: pull a.lan}", "s2 becomes up after pull a.lan", "12s after the fault: damp elapsed"},
	{"health: {member: s2, becomes: down, after: pull a.lan}", "s2 becomes down after pull a.lan", "!never"},
	{"health: {gateway: b, member: s2, becomes: up, after: pull a.lan}", "s2 becomes up at b after pull a.lan", "!never"},
	{"health: {member: s2, becomes: softdown, after: pull b.lan}", "s2 becomes softdown after pull b.lan", "!pull b.lan was never applied"},
	{"load: {node: gw, requests: 15, connections: 20, memory: 2048}", "most under way on gw: connections 20, requests 15, KiB of memory 2048", "20 connections, 15 requests, 2048 KiB"},
	{"load: {node: gw, requests: ..9}", "most under way on gw: requests ..9", "!20 connections, 15 requests, 2048 KiB"},
	{"load: {node: gw, requests: 10, to: 41s}", "most under way on gw to 41s: requests 10", "10 connections, 10 requests, 1024 KiB"},
	{"load: {node: gw, connections: ..5, from: 51s}", "most under way on gw from 51s: connections ..5", "5 connections, 0 requests, 64 KiB"},
	{"load: {node: b, requests: 0}", "most under way on b: requests 0", "!b never had anything under way"},
	{"delivery: {queue: orders, processed: 97, lost: 1, doubled: ..3}", "messages of the queue orders: processed 97, doubled ..3, lost 1",
		"100 published, 4 failed, 97 processed, 5 redelivered, 3 doubled, 2 out of order, 1 lost, 0 dropped, 2 waiting, 0 stale"},
	{"delivery: {topic: throttleData, stale: 0}", "messages of the topic throttleData: stale 0",
		"!60 published, 0 failed, 0 processed, 0 redelivered, 0 doubled, 0 out of order, 0 lost, 0 dropped, 0 waiting, 1 stale"},
	{"sessions: {client: c1, moved: 1, moves: 2, served: 4}", "sessions of c1: moved 1, moves 2, served 4", "4 sessions with 80 answers, 1 moved, 2 moves"},
	{"ledger: {book: shared, lost: 0, doubled: 0, unknown: ..4}", "writes in shared: unknown ..4, lost 0, doubled 0", "90 ok, 1 failed, 2 unknown; 0 lost, 0 doubled, 0 reordered, 0 stale, 0 phantom"},
	{"ledger: {lost: 0, stale: 4}", "writes in all books: lost 0, stale 4", "!100 ok, 1 failed, 2 unknown; 3 lost, 0 doubled, 0 reordered, 4 stale, 0 phantom"},
	{"portal: {developer: c1, published: 5, publish-failed: 1, served: 40.., missing: 9, sessions-lost: 2, lost: 1}", "API managers for c1: published 5, not published 1, calls served 40.., without the API 9, sessions lost 2, APIs lost 1",
		"published 5, not published 1, calls served 40, failed 0, without the API 9, tokens refused 0, with a revoked token 0, not subscribed 0, sessions lost 2, stale lists 0, past the proxy 0, APIs lost 1, subscriptions lost 0"},
	{"portal: {past: 0}", "API managers: past the proxy 0",
		"!published 7, not published 1, calls served 40, failed 0, without the API 9, tokens refused 0, with a revoked token 0, not subscribed 0, sessions lost 2, stale lists 0, past the proxy 3, APIs lost 1, subscriptions lost 0"},
	{"sessions: {moved: 0}", "sessions: moved 0", "!6 sessions with 90 answers, 1 moved, 2 moves"},
	{"exchange: {from: [p1], sent: 9, twice: 2, elsewhere: 1, lost: 0}", "documents of p1: sent 9, twice 2, lost 0, elsewhere 1", "sent 9, once 6, twice 2, lost 0, elsewhere 1, again 1"},
	{"activities: {executed: 9, twice: 2..3}", "coordinated activities: executed 9, twice 2..3", "executed 9, twice 2, missed 1"},
	{"activities: {missed: 0}", "coordinated activities: missed 0", "!executed 9, twice 2, missed 1"},
	{"exchange: {sent: 10, wrong-receipts: 1}", "documents: sent 10, wrong receipts 1", "sent 10, once 7, twice 2, elsewhere 1, again 1, wrong receipts 1"},
	{"exchange: {from: [p1, a], once: 8}", "documents of p1 and a: once 8", "!sent 10, once 7, twice 2, elsewhere 1, again 1, wrong receipts 1"},
	{"recovers: 15s", "the cluster recovers within 15s of the last fault and its end", "it does"},
	{"recovers: 20s", "the cluster recovers within 20s of the last fault and its end", "!the run ends at 1m30s, less than that after the last change, at 1m10s"},
	{"violations: [one-active]", "violated on purpose: one-active", "one-active 2"},
	{"violations: [one-active, no-loop]", "violated on purpose: one-active, no-loop", "!one-active 2, no-loop 0"},
	{"nothing-else: true", "no other change of a standby state after the first fault", "!b Active 48s, a Speak 1m1s"},
}

// readExpectation reads one item without a scenario around it.
func readExpectation(t *testing.T, item string) Expectation {
	t.Helper()
	var file struct {
		Expect []Expectation `yaml:"expect"`
	}
	f := form.Format{Types: []form.Type{Kinds{}.Form()}}
	d, _ := f.Decode([]byte("expect: [{"+item+"}]"), &file)
	if problems := d.Problems(); len(problems) > 0 {
		t.Fatalf("%s: %v", item, problems)
	}
	return file.Expect[0]
}

func TestExpectations(t *testing.T) {
	passes, fails := map[string]int{}, map[string]int{}
	for _, g := range goldenChecks {
		x := readExpectation(t, g[0])
		got, failed := strings.CutPrefix(g[2], "!")
		if x.Text() != g[1] {
			t.Errorf("%s: text\n got %s\nwant %s", g[0], x.Text(), g[1])
		}
		e := evidence()
		e.Events = e.Events.Only(x.Reads().Or(readByNeeds)) // judge panics if it reads anything else
		result := judge(x, e)
		if want := (Result{Passed: !failed, Got: got}); result != want {
			t.Errorf("%s:\n got %+v\nwant %+v", g[0], result, want)
		}
		if failed {
			fails[Kinds{}.NameOf(x)]++
		} else {
			passes[Kinds{}.NameOf(x)]++
		}
	}
	for _, k := range kinds {
		if fails[k.Name] == 0 || passes[k.Name] == 0 && k.Name != "nothing-else" {
			t.Errorf("%s: %d golden passes, %d golden failures, want both", k.Name, passes[k.Name], fails[k.Name])
		}
	}
}
