package picture

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/sequence"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
)

var rewrite = flag.Bool("rewrite", false, "write what the tests got into testdata")

// golden compares a picture with what it was when somebody looked at it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *rewrite {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got; go test -rewrite accepts it):\n%s", path, diff)
	}
}

const (
	vip  = "192.0.2.100"
	macA = "02:00:00:00:00:01"
	macB = "02:00:00:00:00:02"
)

func at(seconds float64, node string, what ...event.Body) (all []event.Event) {
	for _, b := range what {
		all = append(all, event.Event{At: time.Duration(seconds * float64(time.Second)), Node: node, What: b})
	}
	return all
}

// moved is a run in which a loses its power, b takes the address, c1 hears of
// that at once and c2 late.
func moved() *reports.Result {
	r := &reports.Result{Nodes: []string{"a", "b", "c1", "c2"}, Simulated: 20 * time.Second}
	for _, some := range [][]event.Event{
		at(1, "a", event.VIPGained{Interface: "lan", VIP: vip}, event.VIPAnnounced{Interface: "lan", VIP: vip, MAC: macA}),
		at(2, "c1", event.NeighbourChanged{Interface: "lan", IP: vip, MAC: macA}),
		at(2, "c2", event.NeighbourChanged{Interface: "lan", IP: vip, MAC: macA}),
		at(10, "", event.FaultApplied{Fault: "crash a"}),
		at(10, "a", event.VIPLost{Interface: "lan", VIP: vip}, event.PowerChanged{State: event.PowerCrashed}),
		at(13, "b", event.VIPGained{Interface: "lan", VIP: vip}, event.VIPAnnounced{Interface: "lan", VIP: vip, MAC: macB}),
		at(13, "c1", event.NeighbourChanged{Interface: "lan", IP: vip, MAC: macB}),
		at(15, "a", event.PowerChanged{State: event.PowerUp}),
		at(16, "c2", event.NeighbourChanged{Interface: "lan", IP: vip, MAC: macB}),
	} {
		r.Events = append(r.Events, some...)
	}
	return r
}

// TestReaches: an entry leads to the owner, to a machine without power, or to
// one that is back and has not the address.
func TestReaches(t *testing.T) {
	n := newNeighbours(newScene(moved()))
	second := time.Second
	want := map[string][]reached{
		"c1": {
			{2 * second, 10 * second, macA, "a", right, ""},
			{10 * second, 13 * second, macA, "a", unheard, "a has no power"},
			{13 * second, 20 * second, macB, "b", right, ""},
		},
		"c2": {
			{2 * second, 10 * second, macA, "a", right, ""},
			{10 * second, 15 * second, macA, "a", unheard, "a has no power"},
			{15 * second, 16 * second, macA, "a", stale, "a does not have the address"},
			{16 * second, 20 * second, macB, "b", right, ""},
		},
	}
	got := map[string][]reached{}
	for _, a := range n.asked {
		got[a.node] = a.spans
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(reached{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	golden(t, "reaches.svg", []byte(reaches(nil, n.scene)[0].Drawing))
}

// TestSequence draws a small diagram.
func TestSequence(t *testing.T) {
	second := time.Second
	golden(t, "sequence.svg", []byte(drawSequence(sequence.Diagram{
		Fault: "crash a", At: 10 * second, From: 9 * second, To: 14 * second, Columns: []string{"a", "b", "c1"},
		Arrows: []sequence.Arrow{
			{At: 9 * second, DoneAt: 9*second + 100*time.Microsecond, Last: 9 * second, Count: 1, Kind: sequence.Hello, Text: "hello Active 110", From: "a", To: []string{"b"}},
			{At: 11 * second, DoneAt: 11 * second, Last: 12 * second, Count: 20, Kind: sequence.Open, Text: "SYN 192.0.2.100:80", From: "c1", Missed: []string{"a"}, Why: "a.lan is switched off"},
			{At: 13 * second, DoneAt: 13*second + 500*time.Millisecond, Last: 13 * second, Count: 1, Kind: sequence.GARP, Text: "gratuitous ARP", From: "b", To: []string{"a", "c1"}},
			{At: 14 * second, DoneAt: 14 * second, Last: 14 * second, Count: 1, Kind: sequence.Hello, Text: "hello Active 100", From: "b"},
		},
		Notes: []sequence.Moment{
			{At: 10 * second, Text: "crash a", Tone: sequence.Strike},
			{At: 10 * second, Node: "a", Text: "gives up 192.0.2.100; no power", Tone: sequence.Bad},
			{At: 13 * second, Node: "b", Text: "Active; has 192.0.2.100", Tone: sequence.Good},
		},
		Omitted: []string{"3 hellos"},
	}, "sequence-1").Drawing))
}

// TestMetrics: a line ends where its machine loses its power, and a metric that
// never changes is not drawn.
func TestMetrics(t *testing.T) {
	r := moved()
	rec := NewRecord(oracle.Facts{Duration: r.Simulated})
	for _, some := range [][]event.Event{
		at(2, "a", event.BalanceTable{Entries: 300, Active: 200}, event.BalanceWeight{Service: vip + ":80", Weight: 100}),
		at(5, "a", event.BalanceTable{Entries: 150, Active: 100}),
		at(6, "gw", event.LBMemberChanged{Group: "app", Member: "s1", From: "up", To: "down"}),
		at(9, "gw", event.LBMemberChanged{Group: "app", Member: "s1", From: "down", To: "up"}),
		at(10, "a", event.PowerChanged{State: event.PowerCrashed}),
	} {
		for _, e := range some {
			rec.Observe(e)
		}
	}
	s := newScene(r)
	figures := metricFigures(rec, s)
	if len(figures) != 2 || figures[0].Name != "forwarding-table" || figures[1].Name != "weights" {
		t.Fatalf("got %d figures", len(figures))
	}
	golden(t, "forwarding.svg", []byte(figures[0].Drawing))
	want := [][]string{
		{"a", "2.000s", "300"}, {"a", "5.000s", "150"}, {"a", "10.000s", "no power"},
		{"a active", "2.000s", "200"}, {"a active", "5.000s", "100"}, {"a active", "10.000s", "no power"},
	}
	if diff := cmp.Diff(want, figures[0].Table.Rows); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	golden(t, "watched.svg", []byte(watched(rec, s)[0].Drawing))
}

// TestSeriesIsBounded: however often a value changes, a bounded number of
// points is kept, and the last value is right.
func TestSeriesIsBounded(t *testing.T) {
	s := &series{}
	const changes = 1_000_000
	for i := range changes {
		s.add(time.Duration(i)*time.Millisecond, float64(i%1000))
	}
	if n := len(s.points); n >= pointsMax || n < pointsMax/4 {
		t.Errorf("got %d points", n)
	}
	if v, ok := s.at(changes * time.Millisecond); !ok || v != 999 {
		t.Errorf("got %v, %v at the end", v, ok)
	}
}

// TestFates draws the fates of the connections of a fault.
func TestFates(t *testing.T) {
	r := moved()
	r.Measures = oracle.Measures{
		Connections: []oracle.Connections{{Fault: "crash a", At: 10 * time.Second, Established: 30, Kept: 10, Lost: 15, LostOtherwise: 2, Idle: 3}},
		ByAge: []oracle.ByAge{
			{Fault: "crash a", At: 10 * time.Second, Under: time.Second, Kept: 4, Lost: 15},
			{Fault: "crash a", At: 10 * time.Second, From: time.Second, Under: 10 * time.Second, Kept: 6, LostOtherwise: 2, Idle: 3},
		},
		Survival: []oracle.Survival{{Fault: "crash a", At: 10 * time.Second, Terminated: "failed", Age: "under-3", Established: 15, Reset: 10, TimedOut: 5}},
	}
	golden(t, "fates.svg", []byte(fates(nil, newScene(r))[0].Drawing))
}
