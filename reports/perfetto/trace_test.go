package perfetto

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/incidents"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
)

func sec(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func at(seconds float64, node string, what event.Body) event.Event {
	return event.Event{At: sec(seconds), Node: node, What: what}
}

// traceOf writes a result as a trace, of which every event was seen, and reads
// it back.
func traceOf(t *testing.T, r *reports.Result) readTrace {
	t.Helper()
	trace := New(byAnnouncement(r.Events))
	for _, e := range r.Events {
		trace.Observe(e)
	}
	var out bytes.Buffer
	if err := trace.Write(&out, r); err != nil {
		t.Fatal(err)
	}
	return read(t, out.Bytes())
}

// byAnnouncement takes the last announcement of a virtual IP for the frame that
// told where it is.
func byAnnouncement(events []event.Event) Announced {
	return func(_, ip, mac string, at time.Duration) (told Announcement, found bool) {
		for _, e := range events {
			if b, is := e.What.(event.VIPAnnounced); is && b.VIP == ip && b.MAC == mac && e.At <= at {
				told, found = Announcement{e.Node, e.At, true}, true
			}
		}
		return told, found
	}
}

// texts prints slices, instants or values.
func texts(all []slice) []string {
	var lines []string
	for _, s := range all {
		lines = append(lines, strings.Repeat(">", s.depth)+s.String())
	}
	return lines
}

func same(t *testing.T, what string, got []slice, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, texts(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// takeover is a run by hand: the address moves from a to b, whose announcement
// moves an entry of c1, and c1 is without answers for a while.
func takeover() *reports.Result {
	outage := oracle.Outage{
		Client: "c1", From: sec(4), To: sec(8), Duration: sec(4),
		Detection: sec(2), Election: sec(1), Neighbour: sec(0.5), Retry: sec(0.5),
	}
	return &reports.Result{
		Scenario: "by-hand", Seed: 7, World: "virtual", Nodes: []string{"b", "a", "c1"}, Simulated: sec(10),
		Measures: oracle.Measures{Outages: []oracle.Outage{outage}, Gaps: []oracle.Outage{outage}},
		Events: []event.Event{
			at(0, "a", event.PowerChanged{State: event.PowerUp}),
			at(1, "a", event.StandbyChanged{Interface: "lan", To: event.StateActive, Owner: true}),
			at(1, "a", event.VIPGained{Interface: "lan", VIP: "192.0.2.100"}),
			at(1, "a", event.VIPAnnounced{Interface: "lan", VIP: "192.0.2.100", MAC: "m1"}),
			at(2, "c1", event.RequestSent{Request: 1, Attempt: 1}),
			at(2, "c1", event.NeighbourChanged{Interface: "lan", IP: "192.0.2.100", MAC: "m1"}), // asked for, not moved
			at(3, "c1", event.RequestAnswered{Request: 1, Status: 200}),
			at(4, "", event.FaultApplied{Fault: "pull a.lan"}),
			at(4, "", event.FaultApplied{Fault: "hog b service 50%"}),
			at(5, "c1", event.RequestSent{Request: 2, Attempt: 1}),
			at(5, "c1", event.RequestFailed{Request: 2, Failure: "timeout"}),
			at(6, "b", event.StandbyChanged{Interface: "lan", To: event.StateActive, Owner: true}),
			at(6, "a", event.VIPLost{Interface: "lan", VIP: "192.0.2.100"}),
			at(6, "b", event.VIPGained{Interface: "lan", VIP: "192.0.2.100"}),
			at(6, "b", event.VIPAnnounced{Interface: "lan", VIP: "192.0.2.100", MAC: "m2"}),
			at(7, "c1", event.NeighbourChanged{Interface: "lan", IP: "192.0.2.100", MAC: "m2"}),
			at(8, "b", event.BalanceTable{Interface: "lan", Entries: 3, Active: 2}),
			at(9, "", event.FaultHealed{Fault: "pull a.lan"}),
		},
	}
}

// TestTracks: all that a trace shows of a run, and nothing else.
func TestTracks(t *testing.T) {
	r := traceOf(t, takeover())
	const run = "by-hand seed 7, virtual"
	want := []string{
		run, run + "/faults", run + "/faults/faults 1", run + "/faults/faults 2", run + "/virtual IPs", run + "/virtual IPs/192.0.2.100",
		run + "/b", run + "/a", run + "/c1", run + "/b/standby", run + "/a/standby", run + "/c1/answers", run + "/c1/failures",
		run + "/a/announcements", run + "/c1/neighbours of lan", run + "/b/announcements",
		run + "/c1/requests open", run + "/b/forwarding table of lan", run + "/b/active connections in the table of lan",
	}
	if diff := cmp.Diff(want, r.tracks); diff != "" {
		t.Errorf("tracks (-want +got):\n%s", diff)
	}
	same(t, "faults of the run", r.instants[run], "4s-4s pull a.lan", "4s-4s hog b service 50%", "9s-9s healed: pull a.lan")
	same(t, "first row of faults", r.slices[run+"/faults/faults 1"], "4s-9s pull a.lan")
	same(t, "second row of faults", r.slices[run+"/faults/faults 2"], "4s-10s hog b service 50%")
	same(t, "address", r.slices[run+"/virtual IPs/192.0.2.100"], "1s-6s a", "6s-10s b")
	same(t, "a", r.slices[run+"/a/standby"], "0s-1s Initial", "1s-10s Active")
	same(t, "b", r.slices[run+"/b/standby"], "6s-10s Active")
	same(t, "power of a", r.instants[run+"/a"], "0s-0s power: up")
	same(t, "outages", r.slices[run+"/c1/answers"],
		">4s-6s detection", ">6s-7s election", ">7s-7.5s neighbour", ">7.5s-8s retry", "4s-8s outage")
	same(t, "failures", r.instants[run+"/c1/failures"], "5s-5s request failed: timeout")
	same(t, "neighbours", r.instants[run+"/c1/neighbours of lan"], "2s-2s 192.0.2.100 is at m1", "7s-7s 192.0.2.100 is at m2")
	same(t, "requests", r.values[run+"/c1/requests open"], "2s-2s 1", "3s-3s 0", "5s-5s 1", "5s-5s 0")
	same(t, "table", r.values[run+"/b/forwarding table of lan"], "8s-8s 3")
	if want := map[uint64][]string{1: {run + "/b/announcements"}}; !cmp.Equal(want, r.flows) {
		t.Errorf("arrows begin at %v, want %v", r.flows, want)
	}
	if want := map[uint64]string{1: run + "/c1/neighbours of lan"}; !cmp.Equal(want, r.ended) {
		t.Errorf("arrows end at %v, want %v", r.ended, want)
	}
	if n := len(r.slices) + len(r.instants) + len(r.values); n != 6+6+3 {
		t.Errorf("got %d tracks with content: %v", n, r)
	}
}

// TestIncident plays an incident, and its trace holds what every trace does,
// and an arrow to the client that learned of the takeover. Two plays give the
// same bytes.
func TestIncident(t *testing.T) {
	var before []byte
	for range 2 {
		s, err := incidents.Find("cable-pull")
		if err != nil {
			t.Fatal(err)
		}
		var all []event.Event
		trace := New(func(node, ip, mac string, at time.Duration) (Announcement, bool) {
			return byAnnouncement(all)(node, ip, mac, at)
		})
		highlights := reports.NewHighlights(s.Facts())
		o, err := s.Run(t.Context(), scenarios.RunOptions{Seed: s.Seed, Follow: func(e event.Event) {
			all = append(all, e)
			trace.Observe(e)
			highlights.Observe(e)
		}})
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		r := &reports.Result{Scenario: s.Name, World: "virtual", Simulated: o.Simulated, Measures: o.Measures, Events: highlights.Events()}
		if err := trace.Write(&out, r); err != nil {
			t.Fatal(err)
		}
		if before != nil && !bytes.Equal(before, out.Bytes()) {
			t.Error("two plays of one seed give different traces")
		}
		before = out.Bytes()
	}
	r := read(t, before)
	const run = "cable-pull seed 0, virtual"
	if len(r.ended) != 1 || r.ended[1] != run+"/c1/neighbours of lan" {
		t.Errorf("arrows end at %v, want one at the client", r.ended)
	}
	if outages := r.slices[run+"/c1/answers"]; len(outages) < 2 || outages[len(outages)-1].name != "outage" {
		t.Errorf("got outages %v", outages)
	}
}

// TestCounterIsBounded: however often a value changes, a trace has a bounded
// number of its values, the highest one among them, and ends with the last one.
func TestCounterIsBounded(t *testing.T) {
	trace := New(byAnnouncement(nil))
	const changes = 100_000
	for i := range changes {
		entries := i % 2
		if i == changes/3 {
			entries = 9
		}
		trace.Observe(at(float64(i)/1000, "a", event.BalanceTable{Interface: "lan", Entries: entries}))
	}
	trace.Observe(at(changes/1000, "a", event.BalanceTable{Interface: "lan", Entries: 5}))
	var out bytes.Buffer
	if err := trace.Write(&out, &reports.Result{Scenario: "long", World: "virtual"}); err != nil {
		t.Fatal(err)
	}
	got := read(t, out.Bytes()).values["long seed 0, virtual/a/forwarding table of lan"]
	if n := len(got); n < samplesMax/4 || n > samplesMax+1 {
		t.Errorf("got %d values, want about %d", n, samplesMax)
	}
	count := map[string]int{}
	for _, s := range got {
		count[s.name]++
	}
	if count["9"] != 1 || got[len(got)-1].name != "5" {
		t.Errorf("got %v, the last one %s; want one 9, and 5 last", count, got[len(got)-1].name)
	}
}

// brokenWriter cannot be written to.
type brokenWriter struct{}

var errBroken = errors.New("broken")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestWriteFails(t *testing.T) {
	if err := New(byAnnouncement(nil)).Write(brokenWriter{}, takeover()); !errors.Is(err, errBroken) || !strings.HasPrefix(fmt.Sprint(err), "perfetto: ") {
		t.Errorf("got %v, want one that wraps %v", err, errBroken)
	}
}

// TestArrowFromAnAnswer: an entry that an answer moved has its arrow from the
// machine that answered, drawn where it was sent, and one that nobody moved, as
// far as frames tell, has none.
func TestArrowFromAnAnswer(t *testing.T) {
	r := &reports.Result{Scenario: "answer", World: "virtual", Simulated: sec(9), Events: []event.Event{
		at(1, "c1", event.NeighbourChanged{Interface: "lan", IP: "192.0.2.100", MAC: "m1"}),
		at(2, "c1", event.NeighbourChanged{Interface: "lan", IP: "192.0.2.100"}),
		at(3, "c1", event.NeighbourChanged{Interface: "lan", IP: "192.0.2.100", MAC: "m2"}),
		at(4, "c1", event.NeighbourChanged{Interface: "lan", IP: "192.0.2.100", MAC: "m3"}),
	}}
	trace := New(func(node, ip, mac string, at time.Duration) (Announcement, bool) {
		return Announcement{From: "b", SentAt: at - time.Second/2}, node == "c1" && mac == "m2"
	})
	var out bytes.Buffer
	if err := trace.Write(&out, r); err != nil {
		t.Fatal(err)
	}
	got := read(t, out.Bytes())
	const run = "answer seed 0, virtual"
	same(t, "announcements of b", got.instants[run+"/b/announcements"], "2.5s-2.5s answers where 192.0.2.100 is")
	same(t, "neighbours", got.instants[run+"/c1/neighbours of lan"],
		"1s-1s 192.0.2.100 is at m1", "2s-2s forgets 192.0.2.100", "3s-3s 192.0.2.100 is at m2", "4s-4s 192.0.2.100 is at m3")
	if len(got.flows) != 1 || got.ended[1] != run+"/c1/neighbours of lan" {
		t.Errorf("got arrows from %v to %v, want one", got.flows, got.ended)
	}
}
