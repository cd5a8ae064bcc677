package world_test

import (
	"math"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/world"
)

// TestUsage: a hog that takes half of a class for half of the run uses a
// quarter of it, each machine has a row for each class, and to ask changes
// nothing.
func TestUsage(t *testing.T) {
	run := func(ask bool) (*world.World, oracle.Usage) {
		w, err := world.Build(cluster(), world.Options{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(w.Close)
		l := &lab{t, w, nil}
		l.at(5*time.Second, "hog b service 50% for 10s")
		for second := range 20 {
			l.run(time.Duration(second+1) * time.Second)
			if ask {
				w.Usage()
			}
		}
		return w, w.Usage()
	}
	quiet, _ := run(false)
	asked, u := run(true)
	if quiet.Digest() != asked.Digest() {
		t.Errorf("asked: digest %s, want that of a run that nobody asks, %s", asked.Digest(), quiet.Digest())
	}
	const little = 0.002 // requests
	for _, work := range u.Works {
		want := 0.0
		if work.Node == "b" && work.Class == "service" {
			want = 0.25
		}
		if math.Abs(work.Utilisation-want) > little {
			t.Errorf("%s %s: got a utilisation of %v, want about %v", work.Node, work.Class, work.Utilisation, want)
		}
	}
	if want := 2 * len(cluster().Nodes); len(u.Works) != want {
		t.Errorf("got %d rows, want %d: two classes of each machine", len(u.Works), want)
	}
}
