package oracle

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/sim/event"
)

// TestStruckBeforeReady: a group has its first Active at 50 s, and the client
// that asks from 30 s on its first answer at 50.2 s. What broke in between
// makes the wait an outage, from then on: a cluster that was too slow to start
// would otherwise survive every fault.
func TestStruckBeforeReady(t *testing.T) {
	fault := func(line string) event.Body { return event.FaultApplied{Fault: line} }
	for _, c := range []struct {
		name         string
		at           float64
		broken       event.Body
		outage, none float64 // seconds
	}{
		{"nothing broke", 40, event.LinkChanged{Interface: "lan"}, 0, 0},
		{"before it asked", 20, fault("pull a.lan"), 20.2, 30},
		{"while it waited", 40, fault("pull a.lan"), 10.2, 10},
		{"a reboot", 40, fault("reboot a down 5s"), 10.2, 10},
		{"broken from the start", 0, fault("pull a.lan"), 0, 0},
		{"mended only", 40, fault("plug a.lan"), 0, 0},
		{"ordered only", 40, fault("yield a.lan"), 0, 0},
		{"after the first answer", 50.5, fault("pull a.lan"), 0, 0},
	} {
		l := (&log{}).at(c.at, "", c.broken).asks(30, "c1", 0, 1).
			takes(50, "b", "Standby", standby.CauseNoActive).answers("c1", "b", 50.2, 60)
		f := paper(60 * time.Second)
		f.Clients[0].Start = 30 * time.Second
		m := Measure(l.in(), f)
		if got, want := m.Outages[0].Duration, instant(c.outage); got != want {
			t.Errorf("%s: outage: got %v, want %v", c.name, got, want)
		}
		if got, want := m.Groups[0].NoActive, instant(c.none); got != want || m.Groups[0].NoLongest != want {
			t.Errorf("%s: none active: got %v, longest %v, want %v", c.name, got, m.Groups[0].NoLongest, want)
		}
		if got, want := m.Dark[0].Time, instant(c.none); got != want || m.Dark[0].Longest != want {
			t.Errorf("%s: dark: got %v, longest %v, want %v", c.name, got, m.Dark[0].Longest, want)
		}
	}
}

// TestStruckAndNeverReady: a group that never had an Active did not fail, and
// says nothing; its client says that no answer came.
func TestStruckAndNeverReady(t *testing.T) {
	m := Measure((&log{}).asks(30, "c1", 0, 1).at(40, "", event.FaultApplied{Fault: "pull a.lan"}).in(), paper(60*time.Second))
	if g := m.Groups[0]; g.HadActive || g.NoActive != 0 || m.Dark[0] != (Dark{VIP: vip}) {
		t.Errorf("got %+v and %+v, want no figures", g, m.Dark[0])
	}
	if o := m.Outages[0]; !o.Open || o.Duration < 20*time.Second {
		t.Errorf("got %+v, want an open outage", o)
	}
}

// TestStruckBeforeItAsked: a client that comes after the fault misses nothing
// until its first request is due, which is some time after its start.
func TestStruckBeforeItAsked(t *testing.T) {
	first := event.RequestAnswered{Request: 1, By: "b", Status: 200, Latency: 20 * ms}
	l := (&log{}).at(20, "", event.FaultApplied{Fault: "pull a.lan"}).takes(25, "b", "Standby", standby.CauseNoActive).
		at(30.09, "c1", event.RequestSent{Request: 1, Attempt: 1}).at(30.1, "c1", first).answers("c1", "b", 30.2, 60)
	f := paper(60 * time.Second)
	f.Clients[0].Start = 30 * time.Second
	if o := Measure(l.in(), f).Outages[0]; o.From != instant(30.08) || o.Duration != 20*ms {
		t.Errorf("got %v from %v, want the 20 ms that the first answer took", o.Duration, o.From)
	}
}
