package text

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/sim/event"
)

// listed returns the lines of the list for events that happen one second apart.
func listed(t *testing.T, bodies ...event.Body) []string {
	t.Helper()
	r := &reports.Result{World: "virtual", Simulated: time.Hour}
	for i, b := range bodies {
		r.Events = append(r.Events, event.Event{At: time.Duration(i) * time.Second, Node: "a", What: b})
	}
	p := newPage(Options{Width: 120})
	p.list(r, newTimeline(r))
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
		event.PortBlocked{Interface: "lan", Until: 70 * time.Second},
	)
	for i, want := range []string{
		"power: booting", "lan: carrier is back", "CPU: hogs take 100 % of class service", "memory: 3 of 4 MiB, refuses connections", "memory: 1 of 4 MiB",
		"configuration: standby.priority = 120", "service web: failed, address in use", "ignores 192.0.2.12: authentication differs",
		"serves 192.0.2.100", "gains 192.0.2.100", "forgets where 192.0.2.100 is",
		"lan: a frame comes by r1.lan again: TCP 192.0.2.1:5000 > 192.0.2.100:80",
		"nginx: GET / 200", "program nginx has ended: signal killed",
		"http://192.0.2.100/ is down, says its probe by http-status: timeout", "http://192.0.2.100/ is up, says its probe by http-status",
		"lan: the switch blocks the port until 1m10.0s",
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
	timeline := newTimeline(r)
	if got := timeline.addresses[0].at(29 * time.Second); got != held {
		t.Errorf("before the crash: got %v, want held", marks[got].name)
	}
	if got := timeline.addresses[0].at(30 * time.Second); got != nobody {
		t.Errorf("after the crash: got %v, want nobody", got)
	}
	if got := timeline.members[0].at(time.Minute); got != off {
		t.Errorf("the member: got %v, want no power", got)
	}
}
