package world_test

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/noise"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// lasting is the distribution that is always the same.
func lasting(d time.Duration) noise.Distribution { return noise.Distribution{Constant: &d} }

// about is the exponential distribution.
func about(mean time.Duration) noise.Distribution { return noise.Distribution{Exponential: &mean} }

// restless is noise of every kind.
func restless() *noise.Model {
	return &noise.Model{
		Name:   "busy",
		Pauses: []noise.Pause{{Every: about(10 * time.Second), Lasts: about(300 * time.Millisecond)}},
		Stalls: []noise.Stall{{Class: "control", Share: 0.95, Every: about(15 * time.Second), Lasts: about(time.Second)}},
		Loss:   []noise.Loss{{Segment: "lan", Share: 0.01, Burst: 2}},
		Jitter: []noise.Jitter{{Delay: about(time.Millisecond)}},
		Hellos: []noise.Hellos{{Late: about(20 * time.Millisecond)}},
	}
}

// disturbed runs a topology with noise for a minute and a half, with faults at
// instants.
func disturbed(t *testing.T, top topology.Topology, seed uint64, faults map[time.Duration][]string, models ...*noise.Model) *lab {
	t.Helper()
	w, err := world.Build(top, world.Options{Seed: seed, Noise: models})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	l := &lab{t, w, nil}
	for at, lines := range faults {
		l.at(at, lines...)
	}
	l.run(90 * time.Second)
	w.Finish()
	return l
}

// pausesOf lists the pauses and stalls of a node.
func pausesOf(l *lab, node string) (all []string) {
	for _, e := range l.Events() {
		if p, is := e.What.(event.Paused); is && e.Node == node {
			all = append(all, fmt.Sprint(e.At, p.Length))
		}
	}
	return all
}

// TestNoiseIsRepeatable: a seed gives one run on any number of processors,
// another seed another one, and quiet noise the run without noise.
func TestNoiseIsRepeatable(t *testing.T) {
	digest := func(seed uint64, models ...*noise.Model) string {
		return disturbed(t, cluster(), seed, nil, models...).Digest()
	}
	first := digest(1, restless())
	for _, processors := range []int{1, 4} {
		before := runtime.GOMAXPROCS(processors)
		if again := digest(1, restless()); again != first {
			t.Errorf("on %d processors: digest %s, want %s", processors, again, first)
		}
		runtime.GOMAXPROCS(before)
	}
	if other := digest(2, restless()); other == first {
		t.Error("two seeds have one digest")
	}
	if quiet, none := digest(1, &noise.Model{Name: "quiet"}), digest(1); quiet != none || quiet == first {
		t.Errorf("quiet noise: digest %s, want that without noise, %s", quiet, none)
	}
}

// TestNoiseDoesNotDependOnTheRest: machines stand still at the same instants
// for as long, whatever the timers of the members, and whatever other noise
// there is.
func TestNoiseDoesNotDependOnTheRest(t *testing.T) {
	only := &noise.Model{Name: "busy", Pauses: restless().Pauses}
	want := pausesOf(disturbed(t, cluster(), 1, nil, only), "a")
	if len(want) < 3 {
		t.Fatalf("got the pauses %v, want some", want)
	}
	slow := cluster()
	for _, name := range []string{"a", "b"} {
		s := slow.Nodes[name].Standby["lan"]
		s.Hello, s.Hold = 5*time.Second, 20*time.Second
		slow.Nodes[name].Standby["lan"] = s
	}
	for name, l := range map[string]*lab{
		"longer timers": disturbed(t, slow, 1, nil, only),
		"more noise":    disturbed(t, cluster(), 1, nil, &noise.Model{Name: "radio", Loss: restless().Loss}, restless()),
	} {
		if got := pausesOf(l, "a"); !slices.Equal(got, want) {
			t.Errorf("%s: got the pauses %v, want %v", name, got, want)
		}
	}
	if other := pausesOf(disturbed(t, cluster(), 1, nil, only), "b"); slices.Equal(other, want) {
		t.Error("a and b stand still at the same instants")
	}
}

// TestPause: a machine that stands still for less than its peer waits keeps the
// address; one that stands still for longer loses it, and no fault is to blame,
// not even an earlier one of the same machine that is long over.
func TestPause(t *testing.T) {
	crashed := map[time.Duration][]string{30 * time.Second: {"crash b"}, 35 * time.Second: {"boot b"}}
	for _, c := range []struct {
		name   string
		length time.Duration
		want   int
	}{
		// Hellos every 3 s, a hold time of 10 s: after 6 s the active is heard in time,
		// after 12 s it cannot be.
		{"short", 6 * time.Second, 0},
		{"long", 12 * time.Second, 1},
	} {
		m := &noise.Model{Name: c.name, Pauses: []noise.Pause{{
			Nodes: []string{"a"}, Every: lasting(60 * time.Second), Lasts: lasting(c.length),
		}}}
		l := disturbed(t, cluster(), 1, crashed, m)
		measures, violations := l.Measure()
		if got := measures.Groups[0].FalseFailovers; got != c.want {
			t.Errorf("%s: got %d false failovers, want %d: %+v", c.name, got, c.want, measures.Takeovers)
		}
		for _, takeover := range measures.Takeovers {
			if takeover.At > 60*time.Second && len(takeover.Causes) > 0 && takeover.To == "b" {
				t.Errorf("%s: the takeover at %v has the causes %v, want none", c.name, takeover.At, takeover.Causes)
			}
		}
		if len(violations) > 0 {
			t.Errorf("%s: got %v, want no violation", c.name, violations)
		}
		if got := pausesOf(l, "a"); len(got) != 1 {
			t.Errorf("%s: got the pauses %v, want one", c.name, got)
		}
	}
}

// TestFaultsDuringPauses: a fault of a machine that stands still does what it
// does, and the end of the pause changes nothing about that.
func TestFaultsDuringPauses(t *testing.T) {
	m := &noise.Model{Name: "one", Pauses: []noise.Pause{{Nodes: []string{"b"}, Every: lasting(40 * time.Second), Lasts: lasting(10 * time.Second)}}}
	for _, c := range []struct {
		name   string
		faults []string // at 45 s, in the middle of the pause
		want   []string // of b's power since 40 s
	}{
		{"nothing", nil, []string{"40s frozen", "50s thawed"}},
		{"freeze", []string{"freeze b"}, []string{"40s frozen", "45s thawed", "45s frozen"}},
		{"thaw", []string{"thaw b"}, []string{"40s frozen", "50s thawed"}},
		{"freeze for a moment", []string{"freeze b for 1s"}, []string{"40s frozen", "45s thawed", "45s frozen", "46s thawed"}},
		{"crash", []string{"crash b"}, []string{"40s frozen", "45s crashed"}},
		{"crash and boot", []string{"crash b", "boot b"}, []string{"40s frozen", "45s crashed", "45s up"}},
	} {
		l := disturbed(t, cluster(), 1, map[time.Duration][]string{45 * time.Second: c.faults}, m)
		var got []string
		for _, e := range l.Events() {
			if p, is := e.What.(event.PowerChanged); is && e.Node == "b" && e.At >= 40*time.Second && e.At < 89*time.Second {
				got = append(got, fmt.Sprint(e.At, " ", p.State))
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// TestCrashInAPause: a machine that crashes while it stands still for a moment
// is silent because of the crash. One that stands still for longer than its
// peer waits loses the address whether it crashes meanwhile or not.
func TestCrashInAPause(t *testing.T) {
	for _, c := range []struct {
		length time.Duration
		want   string
	}{
		{100 * time.Millisecond, "[crash a] 0"},
		{12 * time.Second, "[] 1"}, // the hold time is 10 s
	} {
		m := &noise.Model{Name: "one", Pauses: []noise.Pause{{Nodes: []string{"a"}, Every: lasting(60 * time.Second), Lasts: lasting(c.length)}}}
		l := disturbed(t, cluster(), 1, map[time.Duration][]string{60*time.Second + c.length/2: {"crash a"}}, m)
		measures, _ := l.Measure()
		last := measures.Takeovers[len(measures.Takeovers)-1]
		if got := fmt.Sprint(last.Causes, " ", measures.Groups[0].FalseFailovers); last.To != "b" || got != c.want {
			t.Errorf("a pause of %v: the takeover by %s has causes and false failovers %s, want b and %s", c.length, last.To, got, c.want)
		}
	}
}

// TestNoiseOfFrames: on a segment that loses half of the frames members miss
// hellos, and the address moves without a fault; where nothing is lost, it
// stays.
func TestNoiseOfFrames(t *testing.T) {
	for share, want := range map[float64]bool{0.7: true, 0: false} {
		m := &noise.Model{Name: "radio"}
		if share > 0 {
			m.Loss = []noise.Loss{{Share: share}}
		}
		measures, _ := disturbed(t, cluster(), 1, nil, m).Measure()
		if got := measures.Groups[0].FalseFailovers; got > 0 != want {
			t.Errorf("with a loss of %v: got %d false failovers, want some: %v", share, got, want)
		}
	}
}

// TestNoiseProblems: what cannot disturb the topology, or would draw the same
// twice, is an error; so is noise in real time.
func TestNoiseProblems(t *testing.T) {
	for name, models := range map[string][]*noise.Model{
		"an unknown node": {{Name: "x", Pauses: []noise.Pause{{Nodes: []string{"z"}, Every: lasting(1), Lasts: lasting(1)}}}},
		"no distribution": {{Name: "x", Pauses: []noise.Pause{{}}}},
		"one name twice":  {{Name: "x"}, {Name: "x"}},
	} {
		if w, err := world.Build(cluster(), world.Options{Noise: models}); err == nil {
			w.Close()
			t.Errorf("%s: got no error", name)
		}
	}
	_, err := world.BuildFabric(cluster(), sim.Virtual{}, nil, world.Options{Noise: []*noise.Model{{Name: "x"}}})
	if !errors.Is(err, world.ErrNoise) {
		t.Errorf("real time: got %v, want ErrNoise", err)
	}
}
