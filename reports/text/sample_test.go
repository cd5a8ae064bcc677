package text

import (
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
)

const (
	vip = "192.0.2.100"
	ms  = time.Millisecond
)

// script is an event log under construction.
type script struct {
	events  []event.Event
	request uint64
}

func (s *script) at(at time.Duration, node string, body event.Body) {
	s.events = append(s.events, event.Event{At: at, Node: node, What: body})
}

func (s *script) state(at time.Duration, node, from, to, cause string) {
	s.at(at, node, event.StandbyChanged{Interface: "lan", Group: 7, From: from, To: to, Cause: cause})
}

// takes is what goes with becoming Active.
func (s *script) takes(at time.Duration, node string) {
	s.at(at, node, event.VIPGained{Interface: "lan", VIP: vip})
	s.at(at, node, event.VIPAnnounced{Interface: "lan", VIP: vip, MAC: "02:00:00:00:00:0b"})
}

// answers lets a client be answered each 500 ms.
func (s *script) answers(from, to time.Duration, client, by string) {
	for at := from; at < to; at += 500 * ms {
		s.request++
		s.at(at, client, event.RequestSent{Request: s.request, Conn: 1, Attempt: 1})
		s.at(at+2*ms, client, event.RequestAnswered{Request: s.request, Conn: 1, By: by, Status: 200, Latency: 2 * ms})
	}
}

// election is the cold start of a and b, to which all samples begin.
func (s *script) election() {
	s.state(0, "a", "Initial", "Listen", "interface is up")
	s.state(0, "b", "Initial", "Listen", "interface is up")
	s.state(10*time.Second, "a", "Listen", "Speak", "active timer expired")
	s.state(10*time.Second, "b", "Listen", "Speak", "active timer expired")
	s.state(12*time.Second, "b", "Speak", "Listen", "hello of higher priority from 192.0.2.11")
	s.state(20*time.Second, "a", "Speak", "Standby", "standby timer expired")
	s.state(20*time.Second, "a", "Standby", "Active", "active timer expired")
	s.takes(20*time.Second, "a")
	s.at(20*time.Second+100*time.Microsecond, "a", event.VIPClaimed{Segment: "lan", VIP: vip, Frame: "gratuitous-arp"})
	s.state(22*time.Second, "b", "Listen", "Speak", "standby timer expired")
	s.state(32*time.Second, "b", "Speak", "Standby", "standby timer expired")
	s.at(33*time.Second+2*ms, "a", event.VIPServed{Segment: "lan", VIP: vip})
}

// cablePull is the incident of the first page of the README.
func cablePull() *reports.Result {
	s := &script{}
	s.election()
	s.answers(33*time.Second, 40*time.Second, "c1", "a")
	s.at(40*time.Second, "", event.FaultApplied{Fault: "pull a.lan"})
	s.at(40*time.Second, "a", event.LinkChanged{Interface: "lan"})
	s.state(40*time.Second, "a", "Active", "Initial", "interface is down")
	s.at(40*time.Second, "a", event.VIPLost{Interface: "lan", VIP: vip})
	for i := range 40 {
		s.at(43*time.Second+time.Duration(i)*100*ms, "c1", event.RequestFailed{Request: uint64(1000 + i), Failure: "timeout"})
	}
	took := 47903 * ms
	s.state(took, "b", "Standby", "Active", "active timer expired")
	s.takes(took, "b")
	s.at(took+100*time.Microsecond, "b", event.VIPClaimed{Segment: "lan", VIP: vip, Frame: "gratuitous-arp"})
	s.at(took+200*time.Microsecond, "c1", event.NeighbourChanged{Interface: "lan", IP: vip, MAC: "02:00:00:00:00:0b"})
	s.at(took+900*time.Microsecond, "b", event.VIPServed{Segment: "lan", VIP: vip, Previous: "a", PreviousAt: 39502 * ms})
	s.at(48003*ms, "c1", event.RequestAnswered{Request: 2000, Conn: 2, By: "b", Status: 200, Latency: 3 * ms})
	s.answers(48500*ms, 80*time.Second, "c1", "b")
	return &reports.Result{
		Scenario: "cable-pull", Seed: 7, World: "virtual", Passed: true,
		About: "The cable of the active member is pulled. Its standby hears no hello for the hold time, takes the virtual IP and announces it;\n" +
			"the client's neighbour cache follows.\n",
		Simulated: 80 * time.Second, Wall: 85 * ms, Frames: 12345, Digest: "0123456789abcdef", Version: "v0.1.0",
		Replay: "cablepull run cable-pull --seed 7", Events: s.events,
		Expectations: []reports.Expectation{
			{Text: "b becomes Active between 7s and 10s after pull a.lan", Passed: true, Got: "7.903s"},
			{Text: "outage of c1 between 7s and 11s", Passed: true, Got: "8.001s"},
			{Text: "nothing else becomes Active", Passed: true},
		},
		Measures: oracle.Measures{
			Takeovers: []oracle.Takeover{
				{VIP: vip, To: "a", At: 20 * time.Second},
				{
					VIP: vip, From: "a", To: "b", At: took, Moved: true, Causes: []oracle.Cause{{Fault: "pull a.lan", At: 40 * time.Second}},
					Detected: true, Detection: 7903*ms + 100*time.Microsecond, Served: true, Gap: 8401*ms + 900*time.Microsecond,
				},
			},
			Outages: []oracle.Outage{{
				Client: "c1", From: 40002 * ms, To: 48003 * ms, Duration: 8001 * ms,
				Detection: 7901 * ms, Announcement: 50 * time.Microsecond, Neighbour: 150 * time.Microsecond, Retry: 99*ms + 800*time.Microsecond,
			}},
			Connections: []oracle.Connections{{Fault: "pull a.lan", At: 40 * time.Second, Established: 50, Lost: 50, LostOnFailed: 50}},
			Requests: []oracle.Requests{{
				Client: "c1", Sent: 118, OK: 78, Failed: 40, Failures: map[string]int{"timeout": 40}, LatencyMedian: 2 * ms, LatencyMax: 3 * ms,
			}},
			Groups: []oracle.Group{{VIP: vip, HadActive: true, Moves: 1, Transitions: 9, NoActive: 7903 * ms, NoLongest: 7903 * ms}},
			Spread: []oracle.Spread{{Node: "a", Connections: 50, Requests: 14, RequestShare: 0.18}, {Node: "b", Connections: 50, Requests: 64, RequestShare: 0.82}},
			Members: []oracle.MemberStatus{
				{
					Node: "a", Interface: "lan", Group: 7, VIP: vip, Mode: "standby", Priority: 110, State: "Initial", ChangedAt: 40 * time.Second,
					HellosSent: 12, HellosReceived: 10, Transitions: 5,
				},
				{
					Node: "b", Interface: "lan", Group: 7, VIP: vip, Mode: "active", Priority: 100, Preempt: true,
					Leader: "192.0.2.12", State: "Active", ChangedAt: 47903 * ms, HellosSent: 24, HellosReceived: 12, CoupsSent: 1, Transitions: 6,
				},
			},
		},
	}
}

// splitBrain is a partition in which both are Active, a crash, a freeze, and a
// verdict that nobody wants.
func splitBrain() *reports.Result {
	s := &script{}
	s.election()
	s.answers(33*time.Second, 60*time.Second, "client-1", "a")
	s.at(60*time.Second, "", event.FaultApplied{Fault: "partition a client-1 | b web"})
	s.state(69903*ms, "b", "Standby", "Active", "active timer expired")
	s.takes(69903*ms, "b")
	s.at(100*time.Second, "", event.FaultHealed{Fault: "partition a client-1 | b web"})
	s.at(100*time.Second+1*ms, "", event.MACMoved{Segment: "lan", MAC: "00:00:0c:07:ac:07", From: "a.lan", To: "b.lan"})
	s.at(100*time.Second+2*ms, "", event.MACMoved{Segment: "lan", MAC: "00:00:0c:07:ac:07", From: "b.lan", To: "a.lan"})
	s.at(100*time.Second+3*ms, "", event.MACMoved{Segment: "lan", MAC: "00:00:0c:07:ac:07", From: "a.lan", To: "b.lan"})
	s.at(101*time.Second, "a", event.StandbySent{Interface: "lan", Group: 7, Opcode: "Coup"})
	s.state(101*time.Second+100*time.Microsecond, "b", "Active", "Speak", "hello of higher priority from 192.0.2.11")
	s.at(101*time.Second+100*time.Microsecond, "b", event.VIPLost{Interface: "lan", VIP: vip})
	s.state(111*time.Second, "b", "Speak", "Standby", "standby timer expired")
	s.at(120*time.Second, "", event.FaultApplied{Fault: "freeze a"})
	s.at(120*time.Second, "a", event.PowerChanged{State: "frozen"})
	s.at(124500*ms, "a", event.PowerChanged{State: "thawed"})
	s.at(140*time.Second, "", event.FaultApplied{Fault: "reboot a down 5s"})
	s.at(140*time.Second, "a", event.PowerChanged{State: "crashed"})
	s.at(145*time.Second, "a", event.PowerChanged{State: "booting"})
	s.at(147*time.Second, "a", event.PowerChanged{State: "up"})
	s.at(150*time.Second, "client-1", event.ConnClosed{Conn: 1, How: "reset", Answered: 54})
	s.at(151*time.Second, "client-1", event.AnswerMismatched{Request: 77, Conn: 1, Detail: "1000 bytes \x1b[31mof request 76"})
	return &reports.Result{
		Scenario: "split-brain", Seed: 24301, World: "virtual", About: "A partition makes both Active.",
		Simulated: 160 * time.Second, Wall: 41 * ms, Frames: 1, Digest: "fedcba9876543210", Version: "v0.1.0",
		Replay: "cablepull run split-brain --seed 24301", Events: s.events,
		Expectations: []reports.Expectation{
			{Text: "one member is Active throughout", Got: "two for 31.097s, from 69.903s"},
			{Text: "client-1 keeps its connections", Passed: true, Got: "50 of 50"},
		},
		Violations: []oracle.Violation{{Invariant: "one-active", At: 69903 * ms, Detail: "a and b are Active in one partition"}},
		Measures: oracle.Measures{
			Gaps: []oracle.Outage{
				{Client: "client-1", From: 70 * time.Second, To: 78 * time.Second, Duration: 8 * time.Second, Neighbour: 7 * time.Second, Retry: time.Second},
				{Client: "client-1", From: 140 * time.Second, To: 160 * time.Second, Open: true, Duration: 20 * time.Second, Detection: 20 * time.Second},
			},
			Outages:     []oracle.Outage{{Client: "client-1", From: 140 * time.Second, To: 160 * time.Second, Open: true, Duration: 20 * time.Second, Detection: 20 * time.Second}},
			Connections: []oracle.Connections{{Fault: "partition a client-1 | b web", At: 60 * time.Second, Established: 50, Kept: 50}},
			Groups:      []oracle.Group{{VIP: vip, HadActive: true, Moves: 2, Transitions: 13, DualActive: 31097 * ms, DualJoined: 997 * ms, DualLongest: 31097 * ms}},
			Members: []oracle.MemberStatus{
				{Node: "a", Interface: "lan", Group: 7, VIP: vip, Mode: "down"},
				{
					Node: "b", Interface: "lan", Group: 7, Mode: "standby", Priority: 100, State: "Learn", ChangedAt: 65 * time.Second,
					HellosReceived: 12, ResignsReceived: 1, AuthFailures: 3, GroupMismatches: 2, VIPMismatches: 1, Transitions: 2,
				},
			},
		},
	}
}

// flapping is a run with thousands of transitions.
func flapping() *reports.Result {
	s := &script{}
	s.election()
	s.at(40*time.Second, "", event.FaultApplied{Fault: "impair a~lan loss 80%"})
	at := 40 * time.Second
	for at < time.Hour {
		at += 1700 * ms
		s.state(at, "b", "Standby", "Active", "active timer expired")
		s.at(at, "b", event.VIPGained{Interface: "lan", VIP: vip})
		s.state(at+900*ms, "b", "Active", "Speak", "hello of higher priority from 192.0.2.11")
		s.at(at+900*ms, "b", event.VIPLost{Interface: "lan", VIP: vip})
	}
	return &reports.Result{
		Scenario: "flapping", Seed: 1, World: "virtual", Passed: true, Simulated: time.Hour, Wall: 2 * time.Second,
		Frames: 100_000, Digest: "00", Version: "v0.1.0", Replay: "cablepull run flapping", Events: s.events,
	}
}
