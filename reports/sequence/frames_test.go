package sequence

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
)

// The machines of the tests: two members and a client, at ports 1 to 3.
var (
	nodes = []string{"a", "b", "c1"}
	macs  = map[string]wire.MAC{"a": {2, 0, 0, 0, 0, 1}, "b": {2, 0, 0, 0, 0, 2}, "c1": {2, 0, 0, 0, 0, 3}}
	ports = map[string]uint32{"a": 1, "b": 2, "c1": 3}
	vip   = netip.MustParseAddr("192.0.2.100")
)

func newFrames() *Frames {
	f := New()
	for _, n := range nodes {
		f.Port(ports[n], n)
	}
	return f
}

func must(t testing.TB, frame []byte, err error) []byte {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return frame
}

func garp(t testing.TB, from string) []byte {
	frame, err := wire.AppendGratuitousARP(nil, wire.ARPReply, vip, macs[from], macs[from])
	return must(t, frame, err)
}

func hello(t testing.TB, from string, state wire.State) []byte {
	frame, err := wire.AppendFrame(nil, macs[from], netip.MustParseAddr("192.0.2.11"), wire.Message{
		Opcode: wire.OpHello, State: state, Hello: 3 * time.Second, Hold: 10 * time.Second, Priority: 110, Group: 1, VirtualIP: vip,
	})
	return must(t, frame, err)
}

// pass sends a frame that arrives 100 µs later.
func pass(f *Frames, at time.Duration, from string, data []byte, to ...string) {
	f.Sent(at, ports[from], data)
	for _, n := range to {
		f.Delivered(at+100*time.Microsecond, ports[from], ports[n], data)
	}
}

// TestAnnounced: the ARP packet that tells a machine of a MAC address is the
// last one that arrived there before, with that address.
func TestAnnounced(t *testing.T) {
	f := newFrames()
	pass(f, 1*time.Second, "a", garp(t, "a"), "b", "c1")
	pass(f, 2*time.Second, "b", garp(t, "b"), "c1")
	pass(f, 3*time.Second, "b", garp(t, "b"), "c1")
	for _, tc := range []struct {
		node, mac string
		at        time.Duration
		want      Announcement
		ok        bool
	}{
		{"c1", macs["a"].String(), 1100 * time.Microsecond, Announcement{}, false},
		{"c1", macs["a"].String(), 9 * time.Second, Announcement{"a", time.Second, time.Second + 100*time.Microsecond, true}, true},
		{"c1", macs["b"].String(), 2*time.Second + 100*time.Microsecond, Announcement{"b", 2 * time.Second, 2*time.Second + 100*time.Microsecond, true}, true},
		{"c1", macs["b"].String(), 4 * time.Second, Announcement{"b", 3 * time.Second, 3*time.Second + 100*time.Microsecond, true}, true},
		{"b", macs["b"].String(), 4 * time.Second, Announcement{}, false},
		{"c1", "", 4 * time.Second, Announcement{}, false},
	} {
		got, ok := f.Announced(tc.node, vip.String(), tc.mac, tc.at)
		if got != tc.want || ok != tc.ok {
			t.Errorf("%s %s at %v: got %v, %v", tc.node, tc.mac, tc.at, got, ok)
		}
	}
	if _, ok := f.Announced("c1", "192.0.2.200", macs["a"].String(), time.Minute); ok {
		t.Error("an address that nobody announced")
	}
}

// TestDiagram: what was sent around a fault becomes arrows: those that fared
// alike between two changes are one, a lost one says why, and frames long
// before the fault are left out.
func TestDiagram(t *testing.T) {
	f := newFrames()
	for s := range 41 {
		pass(f, time.Duration(s)*time.Second, "a", hello(t, "a", wire.StateActive), "b")
	}
	f.Observe(event.Event{At: 40*time.Second + 500*time.Millisecond, What: event.FaultApplied{Fault: "pull a.lan"}})
	f.Lost(41*time.Second, ports["a"], 0, hello(t, "a", wire.StateActive), false, "cable a.lan is out")
	f.Observe(event.Event{At: 42 * time.Second, Node: "b", What: event.StandbyChanged{From: "Standby", To: "Active"}})
	f.Observe(event.Event{At: 42 * time.Second, Node: "b", What: event.VIPGained{VIP: vip.String()}})
	pass(f, 42*time.Second, "b", garp(t, "b"), "c1")
	pass(f, 43*time.Second, "b", garp(t, "b"), "c1")
	pass(f, 44*time.Second, "b", garp(t, "b"), "c1")
	outage := oracle.Outage{Client: "c1", From: 40*time.Second + 600*time.Millisecond, To: 43 * time.Second, Duration: 2400 * time.Millisecond}
	got, omitted := f.Diagrams(nodes, []oracle.Outage{outage})
	const trip = 100 * time.Microsecond
	want := []Diagram{{
		Fault: "pull a.lan", At: 40*time.Second + 500*time.Millisecond, From: 37 * time.Second, To: 43*time.Second + 100*time.Millisecond,
		Columns: nodes,
		Arrows: []Arrow{
			{At: 37 * time.Second, DoneAt: 37*time.Second + trip, Last: 40 * time.Second, Count: 4, Kind: Hello, Text: "hello Active 110", From: "a", To: []string{"b"}},
			{At: 41 * time.Second, DoneAt: 41 * time.Second, Last: 41 * time.Second, Count: 1, Kind: Hello, Text: "hello Active 110", From: "a", Missed: []string{"b"}, Why: "cable a.lan is out"},
			{At: 42 * time.Second, DoneAt: 42*time.Second + trip, Last: 43 * time.Second, Count: 2, Kind: GARP, Text: "gratuitous ARP (reply): 192.0.2.100 at …00:02", From: "b", To: []string{"c1"}},
		},
		Notes: []Moment{
			{At: 40*time.Second + 500*time.Millisecond, Text: "pull a.lan", Tone: Strike},
			{At: 42 * time.Second, Node: "b", Text: "Active; has 192.0.2.100", Tone: Good},
		},
	}}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Moment{})); diff != "" || omitted != 0 {
		t.Errorf("%d omitted, -want +got:\n%s", omitted, diff)
	}
}

// TestBounded: however many frames there are, a bounded number is kept, and
// their counts are right.
func TestBounded(t *testing.T) {
	f := newFrames()
	f.Observe(event.Event{At: 0, What: event.FaultApplied{Fault: "pull a.lan"}})
	const frames, apart = 300_000, 100 * time.Microsecond
	for i := range frames {
		pass(f, time.Duration(i)*apart, "b", garp(t, "b"), "c1")
	}
	if n := len(f.kept); n > keptMax {
		t.Errorf("%d frames are kept", n)
	}
	d, _ := f.Diagrams(nodes, []oracle.Outage{{From: 0, To: time.Minute, Duration: time.Minute}})
	if len(d) != 1 || len(d[0].Arrows) != 1 || d[0].Arrows[0].Count != frames {
		t.Errorf("got %+v", d)
	}
}
