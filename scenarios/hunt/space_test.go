package hunt

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cablepull/cablepull/scenarios/incidents"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// drawn returns a space of some incident, and random numbers.
func drawn(t *rapid.T) (*space, *rand.Rand) {
	name := rapid.SampledFrom([]string{"cable-pull", "self-balance-crash", "lb-all-down", "nginx-both-fail", "cluster-one-way", "queue-hang", "self-balance-quiesce", "unsaved-address", "files-shared"}).Draw(t, "incident")
	s, err := incidents.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	space := newSpace(s.Topology.WithDefaults(), rapid.SampledFrom([]time.Duration{time.Second, time.Minute, time.Hour}).Draw(t, "window"))
	if rapid.Bool().Draw(t, "near") {
		space.near = []time.Duration{0, 400 * time.Millisecond, 999 * time.Millisecond}
	}
	return space, rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
}

// checkValid checks everything that must be true of a schedule.
func checkValid(t *rapid.T, s *space, what string, lines Schedule) {
	t.Helper()
	if len(lines) > linesMax || lines.End() > s.window+time.Minute { // a reboot may end after the window
		t.Fatalf("%s: got %d lines until %v:\n%s", what, len(lines), lines.End(), lines)
	}
	var timed []fault.Timed
	for i, l := range lines {
		timed = append(timed, fault.Timed{At: l.At, Fault: l.Fault})
		spanned, is := l.Fault.(fault.For)
		switch {
		case len(world.Problems(s.topology, l.Fault)) > 0:
			t.Fatalf("%s: %s: %v", what, l, world.Problems(s.topology, l.Fault))
		case l.At < 0 || l.At >= s.window || is && (spanned.Span <= 0 || l.At+spanned.Span > s.window):
			t.Fatalf("%s: %s is not within %v", what, l, s.window)
		case i > 0 && lines[i-1].At > l.At:
			t.Fatalf("%s: not by instant:\n%s", what, lines)
		case fault.Undoable(l.Fault) || !is && fault.Opposite(l.Fault) != nil:
			t.Fatalf("%s: %s does not end", what, l)
		case permanent(s.topology, l, lines):
			t.Fatalf("%s: %s outlives the schedule", what, l)
		}
	}
	for i, err := range fault.DownAt(s.topology, timed) {
		if err != nil {
			t.Fatalf("%s: %s: %v", what, lines[i], err)
		}
	}
	c := Case{Schedule: lines, Seed: 7}
	again, err := parseCase(c.text())
	if err != nil || again.text() != c.text() || len(lines) > 0 && !reflect.DeepEqual(again, c) {
		t.Fatalf("%s: read again: got %+v, %v, want %+v", what, again, err, c)
	}
}

// TestChangesAreValid: whatever is drawn or changed can be played as far as one
// can tell before, and ends.
func TestChangesAreValid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, r := drawn(t)
		a, b := s.draw(r), s.draw(r)
		checkValid(t, s, "draw", a)
		for _, c := range changes {
			checkValid(t, s, c.name, s.possible(c.do(s, r, a, b)))
			checkValid(t, s, c.name+" of nothing", s.possible(c.do(s, r, nil, b)))
		}
		for range 5 {
			if a = s.mutate(r, changes[r.IntN(len(changes))], &parent{Case: Case{Schedule: a}, near: []time.Duration{time.Second}}, &parent{Case: Case{Schedule: b}}); len(a) == 0 && len(s.swarm(r)) == len(s.rows) {
				t.Fatal("a change left nothing")
			}
			checkValid(t, s, "mutate", a)
		}
	})
}

// TestDrawsDiffer: the same numbers draw the same, every verb that a topology
// allows is drawn sooner or later, and half of the instants are near events.
func TestDrawsDiffer(t *testing.T) {
	s, err := incidents.Find("cable-pull")
	if err != nil {
		t.Fatal(err)
	}
	whole := s.Topology.WithDefaults()
	space := newSpace(whole, time.Minute)
	space.near = []time.Duration{10 * time.Second}
	one, same := rand.New(rand.NewPCG(1, 2)), rand.New(rand.NewPCG(1, 2))
	verbs, lines, near := map[string]bool{}, 0, 0
	for range 3000 {
		a, b := space.draw(one), space.draw(same)
		if a.String() != b.String() {
			t.Fatalf("got\n%sand\n%s", a, b)
		}
		for _, l := range a {
			verbs[l.Fault.Row().Verb()] = true
			lines++
			if away := (l.At - 10*time.Second).Abs(); away <= time.Millisecond {
				near++
			}
		}
	}
	for _, verb := range []string{"pull", "plug", "partition", "heal", "impair", "drop", "prune", "hog", "freeze", "thaw", "crash", "boot", "reboot", "set", "yield", "skew", "drift"} {
		if !verbs[verb] {
			t.Errorf("%s was never drawn", verb)
		}
	}
	for name, verb := range map[string]string{"unsaved-address": "save", "files-shared": "deploy"} { // order: each by itself
		other, err := incidents.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		space, drawn := newSpace(other.Topology.WithDefaults(), time.Minute), false
		for range 300 {
			drawn = drawn || slices.ContainsFunc(space.draw(one), func(l Line) bool { return l.Fault.Row().Verb() == verb })
		}
		if !drawn {
			t.Errorf("%s was never drawn for %s", verb, name)
		}
	}
	// Of n lines n/2 are near, with a deviation of √n/2; four of them are allowed.
	// Lines that are left out because a machine is down are rare.
	if share := float64(near) / float64(lines); lines < 5000 || share < 0.47 || share > 0.53 {
		t.Errorf("got %d lines, %.3f of them near", lines, share)
	}
}

// TestBareNode: a hunt has something to do even where there is only a machine.
func TestBareNode(t *testing.T) {
	bare := topology.Topology{Segments: map[string]topology.Segment{"lan": {}}, Nodes: map[string]topology.Node{"n": {NICs: map[string]topology.NIC{"lan": {}}}}}
	space := newSpace(bare.WithDefaults(), time.Minute)
	r := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		if len(space.draw(r)) > 0 {
			return
		}
	}
	t.Error("nothing was drawn")
}
