package facts_test

import (
	"errors"
	"io/fs"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/node/wire/facts"
)

// load returns a table of the project.
func load(t *testing.T, name string) []facts.Fact {
	t.Helper()
	all, err := facts.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestRoundTrip: each table of the project survives a round trip through its
// text, and through frames made from it and read by our parser.
func TestRoundTrip(t *testing.T) {
	for name, want := range map[string]int{facts.Failover: 39, facts.Campus: 829, facts.OneSideMD5: 192} {
		t.Run(name, func(t *testing.T) {
			text, err := facts.Text(name)
			if err != nil {
				t.Fatal(err)
			}
			about, all, err := facts.Read(strings.NewReader(text))
			if err != nil || len(all) != want || len(about) < 2 {
				t.Fatalf("got %d facts about %q, %v, want %d", len(all), about, err, want)
			}
			var again strings.Builder
			if err := facts.Write(&again, about, all); err != nil || again.String() != text {
				t.Errorf("written again it differs: %v\n%s", err, cmp.Diff(text, again.String()))
			}
			for i, f := range all {
				frame, err := f.Frame()
				if err != nil {
					t.Fatal(err)
				}
				if back, ok := facts.Of(f.At, frame); !ok || back != f {
					t.Errorf("fact %d by way of a frame: got %+v, %v, want %+v", i+1, back, ok, f)
				}
				if source, from, m, err := wire.ParseFrame(frame); f.Opcode != wire.OpAdvertise && (err != nil || source != f.Source || from != f.From || m != f.Message) {
					t.Errorf("fact %d parsed: got %s %s %s, %v, want %+v", i+1, source, from, m, err, f)
				}
			}
		})
	}
}

// TestFailover checks what all messages of the three routers have in common,
// and how often each router sent which message.
func TestFailover(t *testing.T) {
	count := map[string]int{}
	for i, f := range load(t, facts.Failover) {
		if f.Opcode == wire.OpAdvertise {
			count["Advertise "+f.Advertise.State.String()]++
			continue
		}
		m := f.Message
		if active := f.Source == wire.VirtualMAC(1); active != (m.State == wire.StateActive) {
			t.Errorf("fact %d: %s sends as %s; the virtual MAC is the active's alone (RFC 2281 §6.1)", i+1, m.State, f.Source)
		}
		want := wire.Message{
			Opcode: wire.OpHello, State: m.State, Hello: 3 * time.Second, Hold: 10 * time.Second,
			Priority: 100, Group: 1, Auth: wire.AuthCisco, VirtualIP: netip.MustParseAddr("192.168.0.1"),
		}
		if f.From == netip.MustParseAddr("192.168.0.10") {
			want.Priority = 200
		}
		if m != want {
			t.Errorf("fact %d: got %+v, want %+v", i+1, m, want)
		}
		count[f.From.String()+" "+m.Opcode.String()+" "+m.State.String()]++
	}
	want := map[string]int{
		"192.168.0.10 Hello Active": 6, "192.168.0.30 Hello Standby": 6, "192.168.0.30 Hello Active": 12,
		"192.168.0.20 Hello Speak": 4, "192.168.0.20 Hello Standby": 6, "Advertise Passive": 4, "Advertise Active": 1,
	}
	if diff := cmp.Diff(want, count); diff != "" {
		t.Error(diff)
	}
}

// TestAdvertiseRhythm: a router that is not Active sends an Advertise 24 s to
// 30 s after its last one, unless a change made it send one in between or it
// was silent for a hold time and so restarted; an Active sends none.
func TestAdvertiseRhythm(t *testing.T) {
	repeats := 0
	for _, table := range []string{facts.Failover, facts.Campus, facts.OneSideMD5} {
		last, active, alive := map[netip.Addr]time.Duration{}, map[netip.Addr]bool{}, map[netip.Addr]time.Duration{}
		for _, f := range load(t, table) {
			restarted := f.At-alive[f.From] > 10*time.Second
			alive[f.From] = f.At
			if f.Opcode != wire.OpAdvertise {
				continue
			}
			at, known := last[f.From]
			switch gap := f.At - at; {
			case !known || restarted || f.Advertise.State == wire.AdvertiseActive || active[f.From]:
			case gap < 22*time.Second: // a change: its group started, or it found an Active
			case gap < 24*time.Second || gap > 30*time.Second:
				t.Errorf("%s: %v sent an Advertise at %v, %v after its last one, want 24 s to 30 s", table, f.From, f.At, gap)
			default:
				repeats++
			}
			last[f.From], active[f.From] = f.At, f.Advertise.State == wire.AdvertiseActive
		}
	}
	if repeats < 30 {
		t.Errorf("compared %d repeats, want at least 30", repeats)
	}
}

const (
	columns   = "at	source	from	opcode	state	priority	group	hello	hold	auth	vip	type	active	passive\n"
	hello     = "1.500000	02:00:00:00:00:01	192.0.2.11	Hello	Active	100	1	3	10	cisco	192.0.2.100	-	-	-\n"
	advertise = "1.500000001	02:00:00:00:00:01	192.0.2.11	Advertise	Dormant	-	-	-	-	-	-	1	0	65535\n"
)

func TestRead(t *testing.T) {
	about, all, err := facts.Read(strings.NewReader("# one\n#two\n" + columns + hello + advertise))
	want := []facts.Fact{
		{
			At: 1500 * time.Millisecond, Source: wire.MAC{2, 0, 0, 0, 0, 1}, From: netip.MustParseAddr("192.0.2.11"), Opcode: wire.OpHello,
			Message: wire.Message{
				Opcode: wire.OpHello, State: wire.StateActive, Hello: 3 * time.Second, Hold: 10 * time.Second,
				Priority: 100, Group: 1, Auth: wire.AuthCisco, VirtualIP: netip.MustParseAddr("192.0.2.100"),
			},
		},
		{
			At: 1500*time.Millisecond + 1, Source: wire.MAC{2, 0, 0, 0, 0, 1}, From: netip.MustParseAddr("192.0.2.11"), Opcode: wire.OpAdvertise,
			Advertise: wire.Advertise{Type: 1, State: wire.AdvertiseDormant, PassiveGroups: 65535},
		},
	}
	if err != nil || !slices.Equal(all, want) || !slices.Equal(about, []string{"one", "two"}) {
		t.Errorf("got %q %+v, %v\nwant %+v", about, all, err, want)
	}
}

func TestReadRefuses(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"nothing", "", "no columns"},
		{"only comment", "# x\n", "no columns"},
		{"other columns", "at	from\n", "line 1"},
		{"a comment between", columns + "# x\n", "got 1 columns, want 14"},
		{"an empty line", columns + hello + "\n", "line 3"},
		{"time", columns + strings.Replace(hello, "1.500000", "x", 1), "at: "},
		{"backwards", columns + hello + strings.Replace(hello, "1.5", "1.4", 1), "line 3: not a table of facts: at: got 1.4s, want 1.5s or later"},
		{"MAC", columns + strings.Replace(hello, "02:00", "2", 1), "source: "},
		{"address", columns + strings.Replace(hello, "192.0.2.11", "192.0.2", 1), "from: "},
		{"opcode", columns + strings.Replace(hello, "Hello", "hello", 1), `opcode: got "hello", want one of [Hello Coup Resign Advertise]`},
		{"state", columns + strings.Replace(hello, "Active", "Passive", 1), `state: got "Passive"`},
		{"state of an advertise", columns + strings.Replace(advertise, "Dormant", "Standby", 1), `state: got "Standby"`},
		{"priority", columns + strings.Replace(hello, "100	1", "256	1", 1), `priority: got "256", want 0 to 255`},
		{"hold", columns + strings.Replace(hello, "	10	", "	10s	", 1), `hold: got "10s"`},
		{"no auth", columns + strings.Replace(hello, "cisco", "", 1), "auth: "},
		{"vip", columns + strings.Replace(hello, "192.0.2.100", "-", 1), "vip: "},
		{"a hello with groups", columns + strings.Replace(hello, "-	-\n", "-	1\n", 1), `passive: got "1", want - in Hello`},
		{"an advertise with a group", columns + strings.Replace(advertise, "Dormant	-	-", "Dormant	-	1", 1), `group: got "1", want - in Advertise`},
		{"groups", columns + strings.Replace(advertise, "65535", "65536", 1), `passive: got "65536", want 0 to 65535`},
	} {
		about, all, err := facts.Read(strings.NewReader(tc.text))
		if !errors.Is(err, facts.ErrTable) || !strings.Contains(err.Error(), tc.want) || all != nil || about != nil {
			t.Errorf("%s: got %v, %v, want an error with %q", tc.name, all, err, tc.want)
		}
	}
	if _, err := facts.Load("nothing"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a table that does not exist: got %v", err)
	}
}

// TestOf: other frames than messages of version 1 yield no fact.
func TestOf(t *testing.T) {
	hello := load(t, facts.Failover)[0]
	frame, err := hello.Frame()
	if err != nil {
		t.Fatal(err)
	}
	for name, frame := range map[string][]byte{"nothing": nil, "cut": frame[:60], "damaged": append(slices.Clone(frame[:61]), frame[61]^1)} {
		if f, ok := facts.Of(0, frame); ok || f != (facts.Fact{}) {
			t.Errorf("%s: got %+v", name, f)
		}
	}
	hello.From = netip.Addr{}
	if _, err := hello.Frame(); !errors.Is(err, wire.ErrAddress) {
		t.Errorf("without an address: got %v, want %v", err, wire.ErrAddress)
	}
}
