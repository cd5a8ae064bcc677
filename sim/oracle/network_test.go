package oracle

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

func applied(line string) event.Body { return event.FaultApplied{Fault: line} }

func blocked(until float64) event.Body {
	return event.PortBlocked{Interface: "lan", Until: instant(until)}
}

func healed(line string) event.Body { return event.FaultHealed{Fault: line} }

// joinedCases are what can happen to a, and whether it and b can then be
// expected to agree.
var joinedCases = []struct {
	name   string
	bodies []event.Body // of node a
	paper  func(*Facts)
	want   bool
}{
	{"nothing", nil, nil, true},
	{"partition", []event.Body{applied("partition a | b")}, nil, false},
	{"partition for a while", []event.Body{applied("partition a | b for 4s")}, nil, false},
	{"its end", []event.Body{applied("partition a | b for 4s"), healed("partition a | b for 4s")}, nil, true},
	{"healed before its end", []event.Body{applied("partition a | b for 4s"), healed("partition a | b")}, nil, true},
	{"one of two healed", []event.Body{applied("partition a | b"), applied("drop hello from a"), healed("drop hello from a")}, nil, false},
	{"another one healed", []event.Body{applied("partition a | b"), healed("partition a | b c1")}, nil, false},
	{"partition of others", []event.Body{applied("partition a b | c1")}, nil, true},
	{"partition with b in no set", []event.Body{applied("partition a | c1")}, nil, true},
	{"one way", []event.Body{applied("partition one-way a -> b")}, nil, false},
	{"the other way", []event.Body{applied("partition one-way b -> a")}, nil, false},
	{"one way to others", []event.Body{applied("partition one-way a -> c1")}, nil, true},
	{"silent cable", []event.Body{applied("pull a.lan silently")}, nil, false},
	{"silent one way", []event.Body{applied("pull b.lan silently in")}, nil, false},
	{"silent elsewhere", []event.Body{applied("pull a.wan silently")}, nil, true},
	{"cable", []event.Body{applied("pull a.lan"), event.LinkChanged{Interface: "lan"}}, nil, false},
	{"cable back", []event.Body{event.LinkChanged{Interface: "lan"}, event.LinkChanged{Interface: "lan", Up: true}}, nil, true},
	{"cable elsewhere", []event.Body{event.LinkChanged{Interface: "wan"}}, nil, true},
	{"much loss", []event.Body{applied("impair a~lan loss 40%")}, nil, false},
	{"bursts", []event.Body{applied("impair a~lan out loss 2% burst 5")}, nil, false},
	{"long delay", []event.Body{applied("impair a~lan in delay 5s")}, nil, false},
	{"little loss", []event.Body{applied("impair a~lan loss 2% delay 20ms")}, nil, true},
	{"hellos dropped", []event.Body{applied("drop hello from a to b")}, nil, false},
	{"all dropped", []event.Body{applied("drop all from b")}, nil, false},
	{"each third dropped", []event.Body{applied("drop hello from a every 3rd")}, nil, true},
	{"coups dropped", []event.Body{applied("drop coup from a")}, nil, true},
	{"dropped to another", []event.Body{applied("drop hello from a to c1")}, nil, true},
	{"multicast pruned", []event.Body{applied("prune multicast lan")}, nil, false},
	{"no longer", []event.Body{applied("prune multicast lan"), applied("unprune multicast lan"), healed("prune multicast lan")}, nil, true},
	{"pruned elsewhere", []event.Body{applied("prune multicast wan")}, nil, true},
	{"pruned on paper", nil, func(f *Facts) { f.Segments[0].Pruned = true }, false},
	{"isolated", nil, func(f *Facts) { f.Segments[0].Isolated = []string{"a", "b"} }, false},
	{"one isolated", nil, func(f *Facts) { f.Segments[0].Isolated = []string{"a", "c1"} }, true},
	{"another segment", nil, func(f *Facts) { f.Members[1].Segment = "wan" }, false},
	{"control starves", []event.Body{event.LoadChanged{Class: "control", Share: 0.99}}, nil, false},
	{"control is calm", []event.Body{event.LoadChanged{Class: "control", Share: 0.99}, event.LoadChanged{Class: "control"}}, nil, true},
	{"service starves", []event.Body{event.LoadChanged{Class: "service", Share: 1}}, nil, true},
	{"rejected", []event.Body{event.StandbyRejected{Peer: "192.0.2.12", Reason: "wrong authentication"}}, nil, false},
	{"another rejected", []event.Body{event.StandbyRejected{Peer: "192.0.2.13", Reason: "wrong authentication"}}, nil, true},
	{"an opcode rejected", []event.Body{event.StandbyRejected{Peer: "192.0.2.12", Reason: "unknown opcode"}}, nil, true},
	{"foreign sources blocked", []event.Body{applied("block a.lan foreign")}, nil, true},
	{"foreign sources of a virtual MAC blocked", []event.Body{applied("block a.lan foreign")}, func(f *Facts) { f.Members[0].VirtualMAC = true }, false},
	{"foreign sources blocked at another port", []event.Body{applied("block b.lan foreign")}, func(f *Facts) { f.Members[0].VirtualMAC = true }, true},
	{"multicast pruned between peers", []event.Body{applied("prune multicast lan"), applied("drop multicast from a")}, peers, true},
	{"a segment that prunes multicast between peers", nil, func(f *Facts) { peers(f); f.Segments[0].Pruned = true }, true},
	{"a segment that prunes multicast between one peer and another member", nil, func(f *Facts) {
		peers(f)
		f.Members[1].Peers = nil
		f.Segments[0].Pruned = true
	}, false},
	{"a peer that is not told of the other one", nil, func(f *Facts) { peers(f); f.Members[0].Peers = []string{"192.0.2.13"} }, false},
	{"hellos dropped between peers", []event.Body{applied("drop hello from a")}, peers, false},
	{"foreign sources of a virtual MAC blocked between peers", []event.Body{applied("block a.lan foreign")}, func(f *Facts) { peers(f); f.Members[0].VirtualMAC = true }, true},
	{"other faults", []event.Body{applied("crash a"), applied("set a standby.priority 9"), applied("nonsense")}, nil, true},
}

// peers makes the members send their messages to each other alone.
func peers(f *Facts) {
	f.Members[0].Peers, f.Members[1].Peers = []string{f.Members[1].Address}, []string{f.Members[0].Address}
}

// TestJoined: which faults excuse a and b from agreeing, and which do not.
func TestJoined(t *testing.T) {
	for _, tc := range joinedCases {
		t.Run(tc.name, func(t *testing.T) {
			f := paper(time.Minute)
			if tc.paper != nil {
				tc.paper(&f)
			}
			s := newScene(f)
			for _, b := range tc.bodies {
				s.Observe(event.Event{Node: "a", What: b})
			}
			if tc.bodies != nil && !tc.want && s.version() == 0 {
				t.Error("the scene changed, but not its version")
			}
			if _, got := s.network.joined(s.roster.Entries()[0], s.roster.Entries()[1]); got != tc.want {
				t.Errorf("joined: got %v, want %v", got, tc.want)
			}
			_, mirrored := s.network.joined(s.roster.Entries()[1], s.roster.Entries()[0])
			if mirrored != tc.want {
				t.Errorf("joined the other way round: got %v, want %v", mirrored, tc.want)
			}
		})
	}
}

// TestJoinedAfterForwardDelay: a port that has just come up forwards later.
func TestJoinedAfterForwardDelay(t *testing.T) {
	s := newScene(paper(time.Minute))
	s.Observe(event.Event{At: 5 * time.Second, Node: "b", What: blocked(35)})
	since, joined := s.network.joined(s.roster.Entries()[0], s.roster.Entries()[1])
	if since != 35*time.Second || !joined {
		t.Errorf("got %v, %v, want 35s, true", since, joined)
	}
}

// TestJoinedTimeAfterForwardDelay: two that are Active behind a blocked port
// count as joined from the instant on from which the port forwards.
func TestJoinedTimeAfterForwardDelay(t *testing.T) {
	for _, tc := range []struct {
		name   string
		log    *log
		joined time.Duration
	}{
		{"it forwards", both().at(30, "b", blocked(84.5)), 15500 * time.Millisecond},
		{"it forwards after the end", both().at(30, "b", blocked(101)), 0},
		{"it has forwarded all the time", both().at(10, "b", blocked(39)), time.Minute},
		{"it is blocked in the middle", both().at(50, "b", blocked(70)), 40 * time.Second},
		{"another change meanwhile", both().at(30, "b", blocked(70)).at(60, "a", event.ConfigChanged{}).at(80, "a", applied("drop all from c1")), 30 * time.Second},
	} {
		want := []Group{{VIP: vip, HadActive: true, FalseFailovers: 1, Transitions: 3, DualActive: time.Minute, DualJoined: tc.joined, DualLongest: time.Minute}}
		same(t, tc.name, Measure(tc.log.in(), paper(100*time.Second)).Groups, want)
	}
}
