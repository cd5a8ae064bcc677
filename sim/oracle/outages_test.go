package oracle

import (
	"testing"
	"time"

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
			return afterCrash().
				takes(48.05, "b", "Standby", standby.CauseActiveTimer).
				at(48.051, "c1", event.NeighbourChanged{Interface: "lan", IP: vip, MAC: macB}).
				arrives(49, "c1", "b", 45).answers("c1", "b", 49.1, 60)
		},
		Outage{From: 40100 * ms, To: 49100 * ms, Detection: 7950 * ms, Neighbour: 1 * ms, Retry: 1049 * ms},
	},
	{
		"the active crashes, and a SYN passes the announcement on its way", func() *log {
			return afterCrash().
				takes(48.05, "b", "Standby", standby.CauseActiveTimer).
				at(48.051, "c1", event.NeighbourChanged{Interface: "lan", IP: vip, MAC: macB}).
				arrives(49, "c1", "b", 48.0511).answers("c1", "b", 49.1, 60)
		},
		Outage{From: 40100 * ms, To: 49100 * ms, Detection: 7950 * ms, Neighbour: 1 * ms, Retry: 1049 * ms},
	},
	{
		// A graceful resign: the standby is Active a millisecond later, so all
		// that the client misses is its neighbour entry.
		"the active is disabled, the client ignores gratuitous ARP", func() *log {
			return afterHandover().
				at(48.1, "c1", event.NeighbourChanged{Interface: "lan", IP: vip}).
				at(48.2, "c1", event.NeighbourChanged{Interface: "lan", IP: vip, MAC: macB}).
				arrives(48.25, "c1", "b", 48).answers("c1", "b", 48.3, 60)
		},
		Outage{From: 40100 * ms, To: 48300 * ms, Neighbour: 8100 * ms, Retry: 100 * ms},
	},
	{
		"the same, and others are answered by the new one", func() *log {
			return afterHandover().arrives(40.06, "c2", "b", 40).
				at(40.061, "b", event.VIPServed{Segment: "lan", VIP: vip, Previous: "a", PreviousAt: 40 * time.Second}).
				arrives(48.25, "c1", "b", 48.2).answers("c1", "b", 48.3, 60)
		},
		Outage{From: 40100 * ms, To: 48300 * ms, Neighbour: 8150 * ms, Retry: 50 * ms},
	},
	{
		"a router between them is misled", func() *log {
			return afterCrash().takes(48.05, "b", "Standby", standby.CauseActiveTimer).
				at(48.051, "c1", event.NeighbourChanged{Interface: "lan", IP: vip, MAC: macB}). // not asked
				at(58, "r", event.NeighbourChanged{Interface: "lan", IP: vip, MAC: macB}).
				at(59, "c1", event.PathChanged{IP: vip, Via: "r", To: "b", PreviousAt: 57 * time.Second}).answers("c1", "b", 59.1, 60)
		},
		Outage{From: 40100 * ms, To: 59100 * ms, Detection: 7950 * ms, Neighbour: 9950 * ms, Retry: 1100 * ms},
	},
	{
		"an entry for ever", func() *log {
			return afterCrash().takes(48.05, "b", "Standby", standby.CauseActiveTimer).arrives(48.06, "c2", "b", 45)
		},
		Outage{From: 40100 * ms, To: 100 * time.Second, Open: true, Detection: 7950 * ms, Neighbour: 51950 * ms},
	},
	{
		// That a sees its own cable go is no detection: b must find out.
		"the cable is pulled in a group of three that elects", func() *log {
			return (&log{}).settled().answers("c1", "a", 35, 40).
				at(40.05, "a", event.FaultApplied{Fault: "pull a.lan"}, event.LinkChanged{Interface: "lan"}).
				gives(40.05, "a", "Initial", standby.CauseStop).loses(40.1, "c1", "a").
				at(41, "b", turn("Listen", "Speak", standby.CauseStandbyTimer)). // about the standby, not the active
				at(47.1, "b", turn("Listen", "Speak", standby.CauseActiveTimer)).
				takes(57.1, "b", "Standby", standby.CauseNoActive).
				arrives(57.3, "c1", "b", 57.2).answers("c1", "b", 57.4, 60)
		},
		Outage{From: 40100 * ms, To: 57400 * ms, Detection: 7000 * ms, Election: 10000 * ms, Neighbour: 200 * ms, Retry: 100 * ms},
	},
	{
		"the announcement is late and the virtual MAC stays", func() *log {
			return afterCrash().
				at(50.1, "b", turn("Standby", "Active", standby.CauseActiveTimer)).
				at(51.1, "a", event.VIPClaimed{Segment: "lan", VIP: vip, Frame: "gratuitous-arp"}). // was still under way
				at(52.1, "b", event.VIPClaimed{Segment: "lan", VIP: vip, Frame: "gratuitous-arp"}).
				arrives(52.19, "c1", "b", 52).answers("c1", "b", 52.2, 60)
		},
		Outage{From: 40100 * ms, To: 52200 * ms, Detection: 10000 * ms, Announcement: 2000 * ms, Retry: 100 * ms},
	},
	{
		"a new owner never announces the address", func() *log {
			return afterCrash().at(50.1, "b", turn("Standby", "Active", standby.CauseActiveTimer))
		},
		Outage{From: 40100 * ms, To: 100 * time.Second, Open: true, Detection: 10000 * ms, Announcement: 49900 * ms},
	},
	{
		"the election goes twice, and the client reaches only the second owner", func() *log {
			return (&log{}).settled().answers("c1", "a", 35, 40).
				at(40.05, "a", event.FaultApplied{Fault: "reboot a down 1s"}, event.PowerChanged{State: "crashed"}).
				loses(40.1, "c1", "a").at(41.05, "a", event.PowerChanged{State: "up"}).
				takes(48.1, "b", "Standby", standby.CauseActiveTimer).gives(49.1, "b", "Speak", standby.CauseCoup).
				takes(49.1, "a", "Listen", standby.CausePreempt).
				arrives(49.19, "c1", "a", 45).answers("c1", "a", 49.2, 60)
		},
		Outage{From: 40100 * ms, To: 49200 * ms, Detection: 8000 * ms, Election: 1000 * ms, Retry: 100 * ms},
	},
	{
		// Its connections are of a, and b resets them: b could have served.
		"the role comes back to connections that b does not know", func() *log {
			return (&log{}).settled().answers("c1", "a", 35, 40).opens(40, "c1", 901).opens(40, "c1", 902).
				at(40.05, "a", event.FaultApplied{Fault: "set a standby off"}).gives(40.15, "a", "Initial", standby.CauseStop).
				takes(40.2, "b", "Standby", standby.CauseResign).arrives(40.3, "c1", "b", 40.1).
				asks(42, "c1", 901, 901).fails(42, "c1", 901, 901, "reset").
				asks(50, "c1", 902, 902).fails(50, "c1", 902, 902, "reset").
				gives(55, "b", "Speak", standby.CauseCoup).takes(55, "a", "Listen", standby.CausePreempt).
				arrives(55.05, "c1", "a", 50).answers("c1", "a", 55.1, 60)
		},
		Outage{From: 40100 * ms, To: 55100 * ms, Detection: 50 * ms, Retry: 14950 * ms},
	},
	{
		"the active has no CPU for its service: nobody notices", func() *log {
			return (&log{}).settled().answers("c1", "a", 35, 40).
				at(40, "a", event.FaultApplied{Fault: "hog a service 100%"}).opens(40.05, "c1", 901).asks(40.06, "c1", 901, 901).
				at(42, "a", event.VIPAnnounced{Interface: "lan", VIP: vip, MAC: macA, Repeat: 3}).
				answers("c1", "a", 80, 90)
		},
		Outage{From: 40100 * ms, To: 80000 * ms, Service: 39900 * ms},
	},
	{
		// The standby takes over from an owner that still has the address.
		"the active has no CPU at all: the time until somebody notices", func() *log {
			return (&log{}).settled().answers("c1", "a", 35, 40).
				at(40, "a", event.FaultApplied{Fault: "hog a control 100%"}).opens(40.05, "c1", 901).asks(40.06, "c1", 901, 901).
				takes(48.1, "b", "Standby", standby.CauseActiveTimer).arrives(48.2, "c1", "b", 48.05).
				answers("c1", "b", 48.3, 90)
		},
		Outage{From: 40100 * ms, To: 48300 * ms, Detection: 8000 * ms, Retry: 200 * ms},
	},
	{
		"frozen for two seconds: over before anybody notices", func() *log {
			return (&log{}).settled().answers("c1", "a", 35, 40).
				at(40, "a", event.FaultApplied{Fault: "freeze a for 2s"}, event.PowerChanged{State: "frozen"}).
				opens(40.1, "c1", 901).asks(40.1, "c1", 901, 901).
				at(42, "a", event.PowerChanged{State: "thawed"}).
				at(42.3, "b", turn("Listen", "Speak", standby.CauseActiveTimer)). // too late to help
				answers("c1", "a", 42.5, 50)
		},
		Outage{From: 40100 * ms, To: 42500 * ms, Service: 1900 * ms, Retry: 500 * ms},
	},
	{
		"cut off for two seconds: over before anybody notices", func() *log {
			return (&log{}).settled().answers("c1", "a", 35, 40).
				at(40.05, "a", event.FaultApplied{Fault: "pull a.lan silently for 2s"}).loses(40.1, "c1", "a").
				arrives(42.4, "c1", "a", 41).answers("c1", "a", 42.5, 50)
		},
		Outage{From: 40100 * ms, To: 42500 * ms, Detection: 2300 * ms, Retry: 100 * ms},
	},
	{
		"its answers are lost for two seconds", func() *log {
			return (&log{}).settled().answers("c1", "a", 35, 40).
				at(40.05, "a", event.FaultApplied{Fault: "partition one-way a -> c1"}).opens(40.1, "c1", 901).
				at(40.1, "c1", event.PathChanged{IP: vip, Via: "c1", To: "a", Lost: "partition one-way a -> c1", Answers: true}).
				arrives(42.4, "c1", "a", 41).answers("c1", "a", 42.5, 50)
		},
		Outage{From: 40100 * ms, To: 42500 * ms, Detection: 2300 * ms, Retry: 100 * ms},
	},
	{
		"two are Active: b takes over, answers nothing, and the client goes back to a", func() *log {
			return (&log{}).settled().answers("c1", "a", 35, 40).
				at(40.05, "", event.FaultApplied{Fault: "partition a | b c1"}).loses(40.1, "c1", "a").
				takes(50.1, "b", "Standby", standby.CauseActiveTimer).
				arrives(51, "c1", "b", 50.9).opens(51, "c1", 901).asks(51.1, "c1", 901, 901).
				arrives(60, "c1", "a", 59).answers("c1", "a", 60.1, 70)
		},
		Outage{From: 40100 * ms, To: 60100 * ms, Detection: 10000 * ms, Neighbour: 900 * ms, Service: 8900 * ms, Retry: 200 * ms},
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
		// b gave the address up, and takes it again before the client learns.
		"the client is misled to one that becomes Active later", func() *log {
			return (&log{}).settled().answers("c1", "a", 35, 40).
				arrives(40.05, "c1", "b", 40).at(40.05, "b", turn("Active", "Speak", standby.CauseHigherActive)).
				takes(60.1, "b", "Standby", standby.CauseActiveTimer).answers("c1", "b", 60.2, 70)
		},
		Outage{From: 40100 * ms, To: 60200 * ms, Neighbour: 20000 * ms, Retry: 100 * ms},
	},
	{
		"the client is misled to a stranger", func() *log {
			return (&log{}).settled().answers("c1", "a", 35, 40).
				arrives(40.05, "c1", "x", 40).arrives(42, "c1", "a", 41.9).answers("c1", "a", 42.1, 70)
		},
		Outage{From: 40100 * ms, To: 42100 * ms, Neighbour: 1900 * ms, Retry: 100 * ms},
	},
	{
		"nobody is Active any more, the end is open", func() *log {
			return afterCrash().at(50.1, "b", turn("Listen", "Speak", standby.CauseActiveTimer))
		},
		Outage{From: 40100 * ms, To: 100 * time.Second, Open: true, Detection: 10000 * ms, Election: 49900 * ms},
	},
	{
		"nobody notices to the end", func() *log { return afterCrash() },
		Outage{From: 40100 * ms, To: 100 * time.Second, Open: true, Detection: 59900 * ms},
	},
	{
		"a back end hangs to the end", func() *log {
			return (&log{}).settled().answers("c1", "a", 35, 40).at(40, "web", event.FaultApplied{Fault: "backend web hang"}).
				opens(40.1, "c1", 901).asks(40.1, "c1", 901, 901).fails(50.1, "c1", 901, 901, "timeout")
		},
		Outage{From: 40100 * ms, To: 100 * time.Second, Open: true, Service: 59900 * ms},
	},
	{
		"the service is stopped: the owner refuses", func() *log {
			return (&log{}).settled().answers("c1", "a", 35, 40).at(40.05, "a", event.FaultApplied{Fault: "stop service web on a for 2s"}).
				refused("c1", 40.1, 42).answers("c1", "a", 42.1, 60)
		},
		Outage{From: 40100 * ms, To: 42100 * ms, Service: 1900 * ms, Retry: 100 * ms},
	},
	{
		"a new owner without the service refuses to the end", func() *log {
			return afterCrash().takes(48.1, "b", "Standby", standby.CauseActiveTimer).arrives(48.2, "c1", "b", 48).refused("c1", 48.3, 99.9)
		},
		Outage{From: 40100 * ms, To: 100 * time.Second, Open: true, Detection: 8000 * ms, Retry: 200 * ms, Service: 51700 * ms},
	},
	{
		"errors are no answers, and the client waits for a second", func() *log {
			return (&log{}).settled().answers("c1", "a", 35, 40).opens(40, "c1", 901).
				asks(40.1, "c1", 998, 901).fails(40.2, "c1", 998, 901, "status-503").asks(40.9, "c1", 999, 901).
				at(41, "c1", event.RequestAnswered{Request: 999, Conn: 901, By: "a", Status: 503}).
				fails(41, "c1", 999, 901, "status-503").
				answers("c1", "a", 42, 100)
		},
		Outage{From: 40100 * ms, To: 42000 * ms, Service: 900 * ms, Retry: 1000 * ms},
	},
}

// afterCrash is a settled pair whose active dies, which c1 notices.
func afterCrash() *log {
	return (&log{}).settled().answers("c1", "a", 35, 40).
		at(40.05, "a", event.FaultApplied{Fault: "crash a"}, event.PowerChanged{State: "crashed"}).loses(40.1, "c1", "a")
}

// afterHandover is a settled pair whose active hands over at once.
func afterHandover() *log {
	return (&log{}).settled().answers("c1", "a", 35, 40).
		at(40.05, "a", event.FaultApplied{Fault: "set a standby off"}).gives(40.05, "a", "Initial", standby.CauseStop).
		takes(40.051, "b", "Standby", standby.CauseResign)
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
		arrives(49.06, "c1", "b", 47).
		answers("c1", "b", 49.1, 52).
		at(52.05, "a", event.PowerChanged{State: "thawed"}).
		at(52.051, "a", event.VIPClaimed{Segment: "lan", VIP: vip, Frame: "hello"}).
		gives(52.052, "b", "Speak", standby.CauseHigherActive).
		at(60, "c1", event.NeighbourChanged{Interface: "lan", IP: vip, MAC: macA}).
		arrives(60.01, "c1", "a", 52).
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

// TestOutageOfOtherClients: what a server with an address of its own does is
// service, and no member finds out that it cannot be reached; a client that
// never had an answer is out from its start, one that stopped is not out, and
// chance is no gap.
func TestOutageOfOtherClients(t *testing.T) {
	f := paper(60 * time.Second)
	server := Client{Target: "192.0.2.50", Server: "web", Interval: 100 * ms}
	direct, hung := server, server
	direct.Node, hung.Node = "direct", "hung"
	f.Clients = []Client{
		direct, hung,
		{Node: "never", Target: vip, Interval: 100 * ms, Start: 32 * time.Second, Stop: 58 * time.Second},
		{Node: "late", Target: vip, Interval: 100 * ms, Start: 32 * time.Second, Stop: 58 * time.Second},
		{Node: "random", Target: vip, Interval: 100 * ms, Poisson: true, Stop: 40 * time.Second},
		{Node: "stopped", Target: vip, Interval: 100 * ms, Stop: 40 * time.Second},
	}
	reaches := event.PathChanged{IP: "192.0.2.50", Via: "direct", To: "web"}
	cut := reaches
	cut.Lost = "cable web.lan is out"
	mended := reaches
	mended.PreviousAt = 42 * time.Second
	l := (&log{}).settled().at(20, "direct", reaches).at(20, "hung", reaches).
		answers("direct", "web", 35, 40).at(40.1, "direct", cut).at(42.9, "direct", mended).answers("direct", "web", 43, 60).
		answers("hung", "web", 35, 40).opens(40.1, "hung", 901).asks(40.1, "hung", 901, 901).answers("hung", "web", 43, 60).
		answers("stopped", "a", 35, 40).
		answers("random", "a", 35, 38).answers("random", "a", 38.9, 39.8).
		at(40.05, "a", event.FaultApplied{Fault: "crash a"}, event.PowerChanged{State: "crashed"}).
		loses(32, "never", "a").arrives(32.05, "late", "a", 0).
		opens(32.05, "late", 902).asks(32.05, "late", 902, 902).fails(40, "late", 902, 902, "status-503").takes(49.05, "b", "Standby", standby.CauseActiveTimer).arrives(49.5, "never", "b", 49.4)
	m := Measure(l.in(), f)
	never := Outage{
		Client: "never", From: 32 * time.Second, To: 58 * time.Second, Open: true, Duration: 26 * time.Second,
		Detection: 17050 * ms, Neighbour: 450 * ms, Retry: 8500 * ms,
	}
	late := never // it asked first after 50 ms, and a failed it until it died
	late.Client, late.Detection, late.Service, late.Retry, late.Neighbour = "late", 9000*ms, 7950*ms, 100*ms, 8950*ms
	from, to := 40100*ms, 43*time.Second
	cutOff := Outage{Client: "direct", From: from, To: to, Duration: 2900 * ms, Detection: 2800 * ms, Retry: 100 * ms}
	hanging := Outage{Client: "hung", From: from, To: to, Duration: 2900 * ms, Service: 2900 * ms}
	random := Outage{Client: "random", From: 38100 * ms, To: 38900 * ms, Duration: 800 * ms, Detection: 800 * ms}
	same(t, "outages", m.Outages, []Outage{{Client: "stopped"}, late, never, random, cutOff, hanging})
	same(t, "gaps", m.Gaps, []Outage{late, never, cutOff, hanging})
}

// TestSteadyClientHasNoOutage: what comes at its interval is no gap.
func TestSteadyClientHasNoOutage(t *testing.T) {
	m := Measure((&log{}).settled().answers("c1", "a", 35, 60).in(), paper(60*time.Second))
	same(t, "outages", m.Outages, []Outage{{Client: "c1"}})
	same(t, "gaps", m.Gaps, []Outage{})
}

// TestIdleClientHasNoOutage: a client of which no request is due in the run is
// not listed, as if its outage had lasted no time.
func TestIdleClientHasNoOutage(t *testing.T) {
	facts := paper(60 * time.Second)
	facts.Clients[0].Start = 61 * time.Second
	m := Measure((&log{}).settled().in(), facts)
	same(t, "outages", m.Outages, []Outage{})
	same(t, "gaps", m.Gaps, []Outage{})
}

// TestSegmentOnItsWay: a segment that arrives at the old owner 49 ms after its
// sender learned of the new one was sent before, if cables are that long.
func TestSegmentOnItsWay(t *testing.T) {
	m := func(transit time.Duration) Measures {
		f := paper(60 * time.Second)
		f.Transit = transit
		return Measure(afterCrash().
			takes(48.05, "b", "Standby", standby.CauseActiveTimer).
			at(48.051, "c1", event.NeighbourChanged{Interface: "lan", IP: vip, MAC: macB}).
			arrives(49, "c1", "b", 48.1).answers("c1", "b", 49.1, 60).in(), f)
	}
	out := Outage{Client: "c1", From: 40100 * ms, To: 49100 * ms, Duration: 9000 * ms, Detection: 7950 * ms}
	out.Neighbour, out.Retry = 1*ms, 1049*ms
	same(t, "with long cables", m(40*ms).Outages, []Outage{out})
	out.Neighbour, out.Retry = 950*ms, 100*ms
	same(t, "with short cables", m(ms).Outages, []Outage{out})
}
