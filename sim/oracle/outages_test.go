package oracle

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/sim/event"
)

// outageCases are incidents as a log tells them, and the worst outage of c1.
// Numbers are those of spec/failover.md §1.8: hello 3 s, hold 10 s.
var outageCases = []struct {
	name string
	log  func() *log
	want Outage
}{
	{
		// The standby waits for the hold time, 8 s after the crash; the client
		// hears the announcement 1 ms later and its SYN is said again at 9 s.
		"the active crashes", func() *log {
			return (&log{}).settled().answers("c1", "a", 35, 40).
				at(40.05, "a", event.FaultApplied{Fault: "crash a"}, event.PowerChanged{State: "crashed"}).
				takes(48.05, "b", "Standby", standby.CauseActiveTimer).
				at(48.051, "c1", event.NeighbourChanged{Interface: "lan", IP: vip, MAC: macB}).
				at(49, "b", event.VIPServed{Segment: "lan", VIP: vip, Previous: "a", PreviousAt: 40 * time.Second}).
				answers("c1", "b", 49.1, 60)
		},
		Outage{From: 40100 * ms, To: 49100 * ms, Detection: 7950 * ms, Neighbour: 1 * ms, Retry: 1049 * ms},
	},
	{
		// A graceful resign: the standby is Active a millisecond later, so all
		// that the client misses is its neighbour entry.
		"the active is disabled, the client ignores gratuitous ARP", func() *log {
			return (&log{}).settled().answers("c1", "a", 35, 40).
				at(40.05, "a", event.FaultApplied{Fault: "set a standby off"}).gives(40.05, "a", "Initial", standby.CauseStop).
				takes(40.051, "b", "Standby", standby.CauseResign).
				at(48.1, "c1", event.NeighbourChanged{Interface: "lan", IP: vip}).
				at(48.2, "c1", event.NeighbourChanged{Interface: "lan", IP: vip, MAC: macB}).
				answers("c1", "b", 48.3, 60)
		},
		Outage{From: 40100 * ms, To: 48300 * ms, Neighbour: 8100 * ms, Retry: 100 * ms},
	},
	{
		// That a sees its own cable go is no detection: b must find out.
		"the cable is pulled in a group of three that elects", func() *log {
			return (&log{}).settled().answers("c1", "a", 35, 40).
				at(40.05, "a", event.FaultApplied{Fault: "pull a.lan"}, event.LinkChanged{Interface: "lan"}).
				gives(40.05, "a", "Initial", standby.CauseStop).
				at(41, "b", turn("Listen", "Speak", standby.CauseStandbyTimer)). // about the standby, not the active
				at(47.1, "b", turn("Listen", "Speak", standby.CauseActiveTimer)).
				takes(57.1, "b", "Standby", standby.CauseNoActive).
				at(57.3, "b", event.VIPServed{Segment: "lan", VIP: vip, Previous: "a", PreviousAt: 40 * time.Second}).
				answers("c1", "b", 57.4, 60)
		},
		Outage{From: 40100 * ms, To: 57400 * ms, Detection: 7000 * ms, Election: 10000 * ms, Neighbour: 200 * ms, Retry: 100 * ms},
	},
	{
		"the announcement is late and the virtual MAC stays", func() *log {
			return (&log{}).settled().answers("c1", "a", 35, 40).
				at(40.05, "a", event.FaultApplied{Fault: "crash a"}, event.PowerChanged{State: "crashed"}).
				at(50.1, "b", turn("Standby", "Active", standby.CauseActiveTimer)).
				at(51.1, "a", event.VIPClaimed{Segment: "lan", VIP: vip, Frame: "gratuitous-arp"}). // was still under way
				at(52.1, "b", event.VIPClaimed{Segment: "lan", VIP: vip, Frame: "gratuitous-arp"}).
				answers("c1", "b", 52.2, 60)
		},
		Outage{From: 40100 * ms, To: 52200 * ms, Detection: 10000 * ms, Announcement: 2000 * ms, Retry: 100 * ms},
	},
	{
		"the election goes twice: only the last counts", func() *log {
			return (&log{}).settled().answers("c1", "a", 35, 40).
				at(40.05, "a", event.FaultApplied{Fault: "reboot a down 1s"}, event.PowerChanged{State: "crashed"}).
				at(41.05, "a", event.PowerChanged{State: "up"}).
				takes(48.1, "b", "Standby", standby.CauseActiveTimer).gives(49.1, "b", "Speak", standby.CauseCoup).
				takes(49.1, "a", "Listen", standby.CausePreempt).
				answers("c1", "a", 49.2, 60)
		},
		Outage{From: 40100 * ms, To: 49200 * ms, Detection: 8000 * ms, Election: 1000 * ms, Retry: 100 * ms},
	},
	{
		"the active has no CPU for its service: nobody notices", func() *log {
			return (&log{}).settled().answers("c1", "a", 35, 40).
				at(40, "a", event.FaultApplied{Fault: "hog a service 100%"}).
				at(42, "a", event.VIPAnnounced{Interface: "lan", VIP: vip, MAC: macA, Repeat: 3}).
				answers("c1", "a", 80, 90)
		},
		Outage{From: 40100 * ms, To: 80000 * ms, Detection: 39900 * ms},
	},
	{
		"frozen for two seconds: over before anybody notices", func() *log {
			return (&log{}).settled().answers("c1", "a", 35, 40).
				at(40, "a", event.FaultApplied{Fault: "freeze a for 2s"}, event.PowerChanged{State: "frozen"}).
				at(42, "a", event.PowerChanged{State: "thawed"}).
				at(42.3, "b", turn("Listen", "Speak", standby.CauseActiveTimer)). // too late to help
				answers("c1", "a", 42.5, 50)
		},
		Outage{From: 40100 * ms, To: 42500 * ms, Detection: 1900 * ms, Retry: 500 * ms},
	},
	{
		"two are Active: the client's is the one that serves, b for a while, then a", func() *log {
			return (&log{}).settled().answers("c1", "a", 35, 40).
				at(40.05, "", event.FaultApplied{Fault: "partition a | b"}).
				takes(50.1, "b", "Standby", standby.CauseActiveTimer).
				at(51, "b", event.VIPServed{Segment: "lan", VIP: vip, Previous: "a", PreviousAt: 40 * time.Second}).
				at(59.9, "c1", event.NeighbourChanged{Interface: "lan", IP: vip, MAC: macA}).
				at(60, "a", event.VIPServed{Segment: "lan", VIP: vip, Previous: "b", PreviousAt: 51 * time.Second}).
				answers("c1", "a", 60.1, 70)
		},
		Outage{From: 40100 * ms, To: 60100 * ms, Neighbour: 19800 * ms, Retry: 200 * ms},
	},
	{
		"two are Active and no frame shows who serves: the later one", func() *log {
			return (&log{}).takes(20, "a", "Standby", standby.CauseNoActive).answers("c1", "a", 35, 40).
				at(40.05, "", event.FaultApplied{Fault: "partition a | b c1"}).
				takes(50.1, "b", "Standby", standby.CauseActiveTimer).
				answers("c1", "b", 50.2, 60)
		},
		Outage{From: 40100 * ms, To: 50200 * ms, Detection: 10000 * ms, Retry: 100 * ms},
	},
	{
		"nobody is Active any more, the end is open", func() *log {
			return (&log{}).settled().answers("c1", "a", 35, 40).
				at(40, "a", event.FaultApplied{Fault: "reboot a down 1s"}, event.PowerChanged{State: "crashed"}).
				at(50.1, "b", turn("Listen", "Speak", standby.CauseActiveTimer))
		},
		Outage{From: 40100 * ms, To: 100 * time.Second, Open: true, Detection: 10000 * ms, Election: 49900 * ms},
	},
	{
		"nobody notices to the end", func() *log {
			return (&log{}).settled().answers("c1", "a", 35, 40).at(40, "web", event.FaultApplied{Fault: "backend web hang"})
		},
		Outage{From: 40100 * ms, To: 100 * time.Second, Open: true, Detection: 59900 * ms},
	},
	{
		"errors are no answers", func() *log {
			return (&log{}).settled().answers("c1", "a", 35, 40).
				at(41, "c1", event.RequestAnswered{Request: 999, Conn: 999, By: "a", Status: 503}).
				at(41.1, "c1", event.RequestFailed{Request: 998, Conn: 998, Failure: "status-503"}).
				answers("c1", "a", 42, 100)
		},
		Outage{From: 40100 * ms, To: 42000 * ms, Detection: 1900 * ms},
	},
}

func TestOutages(t *testing.T) {
	for _, tc := range outageCases {
		t.Run(tc.name, func(t *testing.T) {
			f := paper(100 * time.Second)
			events := tc.log().in()
			if !tc.want.Open {
				f.Duration = events[len(events)-1].At
			}
			tc.want.Client, tc.want.Duration = "c1", tc.want.To-tc.want.From
			m := Measure(events, f)
			same(t, "outages", m.Outages, []Outage{tc.want})
			same(t, "gaps", m.Gaps, []Outage{tc.want})
		})
	}
}

// TestFreezeAndThaw is the incident in which the client is dark twice: first
// until b takes over, then, though both are healthy, until the client's entry
// for b is probed away, because a never announces itself again. The second time
// is the neighbour's alone, however long the others were Active before.
func TestFreezeAndThaw(t *testing.T) {
	l := (&log{}).settled().answers("c1", "a", 35, 40).
		at(40.05, "a", event.FaultApplied{Fault: "freeze a for 12s"}, event.PowerChanged{State: "frozen"}).
		takes(49.05, "b", "Standby", standby.CauseActiveTimer).
		at(49.051, "c1", event.NeighbourChanged{Interface: "lan", IP: vip, MAC: macB}).
		at(49.06, "b", event.VIPServed{Segment: "lan", VIP: vip, Previous: "a", PreviousAt: 40 * time.Second}).
		answers("c1", "b", 49.1, 52).
		at(52.05, "a", event.PowerChanged{State: "thawed"}).
		at(52.051, "a", event.VIPClaimed{Segment: "lan", VIP: vip, Frame: "hello"}).
		gives(52.052, "b", "Speak", standby.CauseHigherActive).
		at(60, "c1", event.NeighbourChanged{Interface: "lan", IP: vip, MAC: macA}).
		at(60.01, "a", event.VIPServed{Segment: "lan", VIP: vip, Previous: "b", PreviousAt: 52 * time.Second}).
		answers("c1", "a", 60.1, 70)
	first := Outage{
		Client: "c1", From: 40100 * ms, To: 49100 * ms, Duration: 9000 * ms,
		Detection: 8950 * ms, Neighbour: 1 * ms, Retry: 49 * ms,
	}
	second := Outage{
		Client: "c1", From: 52100 * ms, To: 60100 * ms, Duration: 8000 * ms,
		Neighbour: 7900 * ms, Retry: 100 * ms,
	}
	m := Measure(l.in(), paper(70*time.Second))
	same(t, "outages", m.Outages, []Outage{first})
	same(t, "gaps", m.Gaps, []Outage{first, second})
	quiet(t, l.in(), paper(70*time.Second))
}

// TestOutageOfOtherClients: one beyond a router has no neighbour entry of its
// own, one that asks no virtual IP has no parts, one that never had an answer
// is out from its start, one that stopped is not out, and chance is no gap.
func TestOutageOfOtherClients(t *testing.T) {
	f := paper(60 * time.Second)
	f.Clients = []Client{
		{Node: "direct", Target: "192.0.2.50", Interval: 100 * ms, Start: 35 * time.Second},
		{Node: "never", Target: vip, Interval: 100 * ms, Start: 32 * time.Second, Stop: 58 * time.Second},
		{Node: "random", Target: vip, Interval: 100 * ms, Poisson: true, Stop: 40 * time.Second},
		{Node: "routed", Target: vip, Interval: 100 * ms},
		{Node: "stopped", Target: vip, Interval: 100 * ms, Stop: 40 * time.Second},
	}
	l := (&log{}).settled().answers("direct", "web", 35, 40).answers("direct", "web", 43, 60).
		answers("routed", "a", 35, 40).answers("stopped", "a", 35, 40).
		answers("random", "a", 35, 38).answers("random", "a", 38.9, 39.8).
		at(40.05, "a", event.FaultApplied{Fault: "crash a"}, event.PowerChanged{State: "crashed"}).
		takes(49.05, "b", "Standby", standby.CauseActiveTimer).
		at(49.5, "b", event.VIPServed{Segment: "lan", VIP: vip, Previous: "a", PreviousAt: 40 * time.Second}).
		answers("routed", "b", 49.6, 60)
	m := Measure(l.in(), f)
	never := Outage{
		Client: "never", From: 32 * time.Second, To: 58 * time.Second, Open: true, Duration: 26 * time.Second,
		Detection: 17050 * ms, Neighbour: 450 * ms, Retry: 8500 * ms,
	}
	direct := Outage{Client: "direct", From: 40100 * ms, To: 43 * time.Second, Duration: 2900 * ms, Retry: 2900 * ms}
	random := Outage{Client: "random", From: 38100 * ms, To: 38900 * ms, Duration: 800 * ms, Detection: 800 * ms}
	routed := Outage{
		Client: "routed", From: 40100 * ms, To: 49600 * ms, Duration: 9500 * ms,
		Detection: 8950 * ms, Neighbour: 450 * ms, Retry: 100 * ms,
	}
	same(t, "outages", m.Outages, []Outage{{Client: "stopped"}, never, random, direct, routed})
	same(t, "gaps", m.Gaps, []Outage{never, direct, routed})
}

// TestSteadyClientHasNoOutage: what comes at its interval is no gap.
func TestSteadyClientHasNoOutage(t *testing.T) {
	m := Measure((&log{}).settled().answers("c1", "a", 35, 60).in(), paper(60*time.Second))
	same(t, "outages", m.Outages, []Outage{{Client: "c1"}})
	same(t, "gaps", m.Gaps, []Outage{})
}

// TestPartsAddUp holds whatever the log says, in whatever order.
func TestPartsAddUp(t *testing.T) {
	bodies := []event.Body{
		turn("Standby", "Active", standby.CauseActiveTimer), turn("Active", "Speak", standby.CauseHigherActive),
		turn("Listen", "Speak", standby.CauseActiveTimer), event.PowerChanged{State: "crashed"},
		event.PowerChanged{State: "frozen"}, event.PowerChanged{State: "thawed"},
		event.VIPAnnounced{Interface: "lan", VIP: vip, MAC: macA}, event.VIPAnnounced{Interface: "lan", VIP: vip, MAC: macB},
		event.NeighbourChanged{IP: vip, MAC: macA}, event.NeighbourChanged{IP: vip, MAC: macB},
		event.VIPServed{VIP: vip}, event.FaultApplied{Fault: "crash a"},
		event.RequestAnswered{Status: 200}, event.RequestAnswered{Status: 200},
	}
	rapid.Check(t, func(t *rapid.T) {
		l := &log{}
		for range rapid.IntRange(0, 60).Draw(t, "events") {
			node := rapid.SampledFrom([]string{"a", "b", "c1"}).Draw(t, "node")
			l.at(float64(rapid.IntRange(0, 100).Draw(t, "at")), node, rapid.SampledFrom(bodies).Draw(t, "body"))
		}
		f := paper(100 * time.Second)
		f.Clients[0].Interval = rapid.SampledFrom([]time.Duration{0, ms, 3 * time.Second}).Draw(t, "interval")
		m := Measure(l.in(), f)
		for _, o := range append(m.Outages, m.Gaps...) {
			parts := []time.Duration{o.Detection, o.Election, o.Announcement, o.Neighbour, o.Retry}
			sum := time.Duration(0)
			for _, p := range parts {
				sum += p
			}
			if sum != o.Duration || o.To-o.From != o.Duration || slices.Min(parts) < 0 {
				t.Fatalf("parts %v of %v do not add up", parts, o)
			}
		}
	})
}
