package text

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/lane"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
)

// listed returns the lines of the list for events that happen one second apart.
func listed(t *testing.T, bodies ...event.Body) []string {
	t.Helper()
	r := &reports.Result{World: "virtual", Simulated: time.Hour}
	for i, b := range bodies {
		r.Events = append(r.Events, event.Event{At: time.Duration(i) * time.Second, Node: "a", What: b})
	}
	p := newPage(Options{Width: 120})
	p.list(r, newTimeline(r, View{}))
	return strings.Split(strings.TrimSpace(p.out.String()), "\n")
}

// TestWhatTheListSays: each kind of event that a reader wants has its words.
func TestWhatTheListSays(t *testing.T) {
	got := listed(t,
		event.PowerChanged{State: "booting"},
		event.LinkChanged{Interface: "lan", Up: true},
		event.LoadChanged{Class: "service", Share: 1},
		event.MemoryChanged{Used: 3 << 20, Limit: 4 << 20, Refusing: true},
		event.MemoryChanged{Used: 1 << 20, Limit: 4 << 20},
		event.ConfigChanged{Property: "standby.priority", Value: "120"},
		event.ServiceChanged{Service: "web", State: "failed", Reason: "address in use"},
		event.StandbyRejected{Peer: "192.0.2.12", Reason: "authentication differs"},
		event.VIPServed{VIP: vip, Previous: "a"},
		event.VIPGained{VIP: vip},
		event.NeighbourChanged{IP: vip},
		event.FrameLooped{Segment: "lan", Port: "r1.lan", Times: 3, Frame: "TCP 192.0.2.1:5000 > 192.0.2.100:80"},
		event.ProgramSaid{Program: "nginx", Line: "GET / 200"},
		event.ProgramEnded{Program: "nginx", Status: "signal killed"},
		event.ProbeChanged{Target: "http://192.0.2.100/", By: "http-status", State: "down", Reason: "timeout"},
		event.ProbeChanged{Target: "http://192.0.2.100/", By: "http-status", State: "up"},
		event.FlowRefused{Protocol: "TCP", From: "198.51.100.201", To: vip + ":80", Reason: event.RefusedMAC},
		event.NameResolved{Name: "app.example", Addresses: "192.0.2.11,192.0.2.12", TTL: 30 * time.Second, Server: "192.0.2.53"},
		event.NameFailed{Name: "app.example", Reason: "timeout"},
		event.RecordChanged{Name: "app.example", Addresses: "192.0.2.12", TTL: 30 * time.Second, Reason: "192.0.2.11 is down: timeout"},
		event.PortBlocked{Interface: "lan", Until: 70 * time.Second},
		event.StandbyLost{Opcode: "Resign", Reason: "cable a.lan is out"},
		event.StandbyLost{Opcode: "Coup", To: "b", Reason: "partition a | b"},
		event.BalanceWeight{Service: vip + ":80", Weight: 50, Reason: "cpu"},
		event.BalanceWeight{Service: vip + ":80", Weight: 60, Reason: "cpu"}, // left out
		event.BalanceWeight{Service: vip + ":80", Reason: "link down"},
		event.BalanceMember{Member: "192.0.2.12", State: "heard"},
		event.BalanceMember{Member: "192.0.2.12", State: "lost"},
		event.BalanceRecovery{Mode: "rebuild", State: "began", Reason: "takeover"},
		event.BalanceRecovery{Mode: "rebuild", State: "ended", Reason: "takeover", Flows: 1, Took: 3 * ms},
		event.BalanceRecovery{Mode: "rebuild", State: "ended", Reason: "heal", Flows: 20, Held: 4, Undecided: 2, Took: 500 * ms},
		event.BalanceRefused{Peer: "192.0.2.12", Reason: "replayed"},
		event.BalanceAssigned{}, event.BalanceTable{}, event.BalanceStatus{}, event.BalanceCounters{}, event.ConnAged{}, // left out
	)
	for i, want := range []string{
		"power: booting", "lan: carrier is back", "CPU: hogs take 100 % of class service", "memory: 3 of 4 MiB, refuses connections", "memory: 1 of 4 MiB",
		"configuration: standby.priority = 120", "service web: failed, address in use", "ignores 192.0.2.12: authentication differs",
		"serves 192.0.2.100", "gains 192.0.2.100", "forgets where 192.0.2.100 is",
		"lan: a frame comes by r1.lan again: TCP 192.0.2.1:5000 > 192.0.2.100:80",
		"nginx: GET / 200", "program nginx has ended: signal killed",
		"http://192.0.2.100/ is down, says its probe by http-status: timeout", "http://192.0.2.100/ is up, says its probe by http-status",
		"refuses TCP 198.51.100.201 > 192.0.2.100:80: its replies come from another MAC address",
		"app.example is 192.0.2.11,192.0.2.12, for 30.000s", "cannot find app.example: timeout",
		"app.example becomes 192.0.2.12: 192.0.2.11 is down: timeout",
		"lan: the switch blocks the port until 1m10.0s",
		"its Resign reaches nobody: cable a.lan is out", "its Coup does not reach b: partition a | b",
		"weight 50 for 192.0.2.100:80", "weight 0 for 192.0.2.100:80: link down",
		"hears reports of 192.0.2.12", "misses the reports of 192.0.2.12",
		"begins to recover connections, rebuild after a takeover", "knows 1 connection after 3ms",
		"knows 20 connections after 500ms, 4 segments waited, 2 of connections that nobody knows",
		"refuses reports of 192.0.2.12: replayed",
	} {
		if i >= len(got) || !strings.HasSuffix(got[i], "  "+want) {
			t.Errorf("line %d: want the end %q in\n%s", i, want, strings.Join(got, "\n"))
		}
	}
}

// TestWhatTheListLeavesOut: nothing that goes as it should.
func TestWhatTheListLeavesOut(t *testing.T) {
	got := listed(t,
		event.PowerChanged{State: "up"}, event.ConnOpened{Conn: 1}, event.ConnEstablished{Conn: 1}, event.ConnAccepted{}, event.RequestSent{}, event.RequestServed{},
		event.RequestAnswered{}, event.ConnClosed{How: "client"}, event.ConnClosed{How: "server"},
		event.VIPAnnounced{VIP: vip, Repeat: 1}, event.NeighbourChanged{IP: "192.0.2.50", MAC: "02:00:00:00:00:01"},
	)
	if diff := cmp.Diff([]string{""}, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

// TestGathering: failures of one sort are one line until they pause, and each
// sort has its own.
func TestGathering(t *testing.T) {
	timeout, reset := event.RequestFailed{Failure: "timeout"}, event.RequestFailed{Failure: "reset", Retried: true}
	quiet := event.ConnOpened{}
	got := listed(t, timeout, reset, timeout, timeout, quiet, quiet, quiet, quiet, quiet, timeout)
	want := []string{
		"                   a",
		"0.000s             -  a  request fails: timeout x3 until 3.000s",
		"1.000s             -  a  request is tried again: reset",
		"9.000s             -  a  request fails: timeout",
	}
	for i := range got { // the lane of the client is not what this is about
		got[i] = strings.Join(strings.Fields(strings.Replace(got[i], " x ", " - ", 1)), " ")
		want[i] = strings.Join(strings.Fields(want[i]), " ")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

// TestManyLanes: a page has room for so many, and says what it does not show.
func TestManyLanes(t *testing.T) {
	r := &reports.Result{Scenario: "crowd", World: "virtual", Simulated: time.Minute}
	for i := range 50 {
		r.Events = append(r.Events,
			event.Event{Node: fmt.Sprintf("c%02d", i), What: event.RequestSent{}},
			event.Event{Node: fmt.Sprintf("dp-%02d", i), What: event.StandbyChanged{Interface: "lan", Group: 7, To: "Active"}},
			event.Event{Node: fmt.Sprintf("dp-%02d", i), What: event.VIPGained{VIP: fmt.Sprintf("192.0.2.%d", 100+i)}})
	}
	page := drawn(t, r, Options{})
	if want := "and 38 more members, 42 more virtual IPs, 42 more clients\n"; !strings.Contains(page, want) {
		t.Errorf("want %q in\n%s", want, page)
	}
}

// TestLanesOfWhatHappened: of fourteen members those are drawn that were Active
// or lost their power, whatever their names are.
func TestLanesOfWhatHappened(t *testing.T) {
	r := &reports.Result{Scenario: "crowd", World: "virtual", Simulated: time.Minute}
	add := func(at time.Duration, node string, what event.Body) {
		r.Events = append(r.Events, event.Event{At: at, Node: node, What: what})
	}
	for i := range 14 {
		add(0, fmt.Sprintf("dp-%02d", i), event.StandbyChanged{Interface: "lan", Group: 7, To: "Listen"})
		add(0, fmt.Sprintf("c%02d", i), event.RequestSent{})
	}
	add(10*time.Second, "dp-13", event.StandbyChanged{Interface: "lan", Group: 7, To: "Active"})
	add(20*time.Second, "dp-12", event.PowerChanged{State: "crashed"})
	add(30*time.Second, "c11", event.RequestFailed{Failure: "timeout"})
	r.Measures.Outages = []oracle.Outage{{Client: "c13", From: 20 * time.Second, To: 40 * time.Second, Duration: 20 * time.Second}}
	page := drawn(t, r, Options{})
	for _, want := range []string{
		"\ndp-00   l", "\ndp-09   l", "\ndp-12   l", "\ndp-13   l", "\nc00", "\nc05", "\nc11 ", "\nc13 ", "\nand 2 more members, 6 more clients\n",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("want %q in\n%s", want, page)
		}
	}
	for _, no := range []string{"\ndp-10", "\ndp-11", "\nc06", "\nc12"} {
		if strings.Contains(page, no) {
			t.Errorf("want no %q in\n%s", no, page)
		}
	}
}

// TestLaneOfTwoOwners: that two have an address shows, even if there is no room
// for their names, or if it lasts for a part of a column only.
func TestLaneOfTwoOwners(t *testing.T) {
	for _, c := range []struct {
		lasts time.Duration
		want  string
	}{
		{30 * time.Second, "-a+b==="}, {3 * time.Second, "-==b-"}, {300 * ms, "-=b-"}, {5 * ms, "-=b-"}, {300 * time.Microsecond, "--b-"},
	} {
		r := &reports.Result{Scenario: "two", World: "virtual", Simulated: 3 * time.Minute, Events: []event.Event{
			{Node: "a", What: event.VIPGained{Interface: "lan", VIP: vip}},
			{At: 30 * time.Second, Node: "b", What: event.VIPGained{Interface: "lan", VIP: vip}},
			{At: 30*time.Second + c.lasts, Node: "a", What: event.VIPLost{Interface: "lan", VIP: vip}},
		}}
		page := drawn(t, r, Options{})
		_, lane, _ := strings.Cut(page, "\n"+vip)
		lane, _, _ = strings.Cut(lane, "\n")
		if !strings.Contains(lane, c.want) || strings.Contains(lane, "aa") {
			t.Errorf("%s: want %q in %q", c.lasts, c.want, lane)
		}
		if shown := strings.Contains(page, "= held twice"); shown != strings.Contains(c.want, "=") {
			t.Errorf("%s: the legend explains =: %v\n%s", c.lasts, shown, page)
		}
	}
}

// TestServesWhileBothHaveIt: that is no takeover, unless one of them is frozen.
func TestServesWhileBothHaveIt(t *testing.T) {
	served := func(at time.Duration, by, previous string) event.Event {
		return event.Event{At: at, Node: by, What: event.VIPServed{Segment: "lan", VIP: vip, Previous: previous, PreviousAt: at - 49*ms}}
	}
	events := []event.Event{
		{Node: "b", What: event.VIPGained{Interface: "lan", VIP: vip}},
		{Node: "a", What: event.VIPGained{Interface: "lan", VIP: vip}},
		served(149*ms, "a", "b"), served(150*ms, "b", "a"), served(151*ms, "a", "b"), served(153*ms, "a", "b"),
		{At: 200 * ms, Node: "b", What: event.PowerChanged{State: "frozen"}}, served(249*ms, "a", "b"),
		{At: 300 * ms, Node: "b", What: event.VIPLost{Interface: "lan", VIP: vip}}, served(349*ms, "a", "b"),
	}
	page := drawn(t, &reports.Result{Scenario: "two", World: "virtual", Simulated: time.Second, Events: events}, Options{})
	for _, want := range []string{
		"0.149s             a  serves 192.0.2.100, which b has as well x3 until 0.153s\n", "0.150s             b  serves 192.0.2.100, which a has as well\n",
		"0.249s             a  serves 192.0.2.100, 49ms after b did\n", "0.349s             a  serves 192.0.2.100, 49ms after b did\n",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("want %q in\n%s", want, page)
		}
	}
}

// TestFrozenAtTheStart: a member that is frozen in its first instant, in
// Listen, is in Listen when it is thawed.
func TestFrozenAtTheStart(t *testing.T) {
	timeline := newTimeline(&reports.Result{Scenario: "freeze-0", World: "virtual", Simulated: 30 * time.Second, Events: []event.Event{
		{Node: "b", What: event.PowerChanged{State: "up"}},
		{Node: "b", What: event.StandbyChanged{Interface: "lan", Group: 30, From: "Initial", To: "Listen"}},
		{Node: "b", What: event.FaultApplied{Fault: "freeze b for 3s"}},
		{Node: "b", What: event.PowerChanged{State: "frozen"}},
		{At: 3 * time.Second, Node: "b", What: event.PowerChanged{State: "thawed"}},
	}}, View{})
	for at, want := range map[time.Duration]lane.State{0: lane.Frozen, 2999 * ms: lane.Frozen, 3 * time.Second: lane.Listen, 30 * time.Second: lane.Listen} {
		if got := timeline.members[0].At(at); got != want {
			t.Errorf("at %s: got %s, want %s", at, got, want)
		}
	}
}

// TestTwoGroupsOnANode: their lanes have names that tell them apart.
func TestTwoGroupsOnANode(t *testing.T) {
	r := &reports.Result{Scenario: "two", World: "virtual", Simulated: time.Minute, Events: []event.Event{
		{Node: "a", What: event.StandbyChanged{Interface: "lan", Group: 7, To: "Active"}},
		{Node: "a", What: event.StandbyChanged{Interface: "dmz", Group: 8, To: "Standby"}},
		{Node: "b", What: event.StandbyChanged{Interface: "lan", Group: 7, To: "Standby"}},
	}}
	page := drawn(t, r, Options{})
	for _, want := range []string{"\na.dmz/8  SSS", "\na.lan/7  AAA", "\nb        SSS"} {
		if !strings.Contains(page, want) {
			t.Errorf("want %q in\n%s", want, page)
		}
	}
}

// TestPowerCutTakesAddresses: a machine that crashed holds nothing, whatever
// its last words were.
func TestPowerCutTakesAddresses(t *testing.T) {
	r := &reports.Result{Scenario: "crash", World: "virtual", Simulated: time.Minute, Events: []event.Event{
		{Node: "a", What: event.StandbyChanged{Interface: "lan", Group: 7, To: "Active"}},
		{Node: "a", What: event.VIPGained{VIP: vip}},
		{At: 30 * time.Second, Node: "a", What: event.PowerChanged{State: "crashed"}},
	}}
	timeline := newTimeline(r, View{})
	if got := timeline.addresses[0].At(29 * time.Second); got != lane.Held {
		t.Errorf("before the crash: got %v, want held", got)
	}
	if got := timeline.addresses[0].At(30 * time.Second); got != lane.Nobody {
		t.Errorf("after the crash: got %v, want nobody", got)
	}
	if got := timeline.members[0].At(time.Minute); got != lane.Off {
		t.Errorf("the member: got %v, want no power", got)
	}
}
