package world_test

import (
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/world"
)

// TestDigestIgnoresObservers: a capture and a watch see everything and change
// nothing, on any number of processors.
func TestDigestIgnoresObservers(t *testing.T) {
	digest := func(o world.Options) string {
		o.Seed = 3
		w, err := world.Build(cluster(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		l := &lab{t, w, nil}
		l.at(35*time.Second, "impair c1~lan loss 5% jitter 2ms for 20s")
		l.at(40*time.Second, "crash a for 5s")
		l.at(70*time.Second, "freeze b process for 5s", "drift a 1%")
		l.at(80*time.Second, "set b standby.vip 192.0.2.102", "pull b.lan silently in for 15s")
		l.run(120 * time.Second)
		return w.Digest()
	}
	want := digest(world.Options{})
	tap, seen := &hsrpTap{}, 0
	if got := digest(world.Options{Capture: tap, Watch: func(event.Event) { seen++ }}); got != want {
		t.Errorf("digest with capture and watch: got %s, want %s", got, want)
	}
	if len(tap.all) == 0 || seen == 0 {
		t.Errorf("the observers saw %d messages and %d events", len(tap.all), seen)
	}
	for _, procs := range []int{1, 2, 4} {
		before := runtime.GOMAXPROCS(procs)
		got := digest(world.Options{})
		runtime.GOMAXPROCS(before)
		if got != want {
			t.Errorf("digest with GOMAXPROCS=%d: got %s, want %s", procs, got, want)
		}
	}
}

// TestSeedsDiffer: another seed is another run; another node changes nothing
// for those that are there (randomness has an address).
func TestSeedsDiffer(t *testing.T) {
	hellos := func(seed uint64, more bool) []heard {
		top := pair()
		if more {
			top.Nodes["z"] = cluster().Nodes["web"]
		}
		tap := &hsrpTap{}
		w, err := world.Build(top, world.Options{Seed: seed, Capture: tap})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		if err := w.Run(40 * time.Second); err != nil {
			t.Fatal(err)
		}
		return tap.all
	}
	one := hellos(1, false)
	if slices.Equal(one, hellos(2, false)) {
		t.Error("two seeds gave the same hellos")
	}
	if !slices.Equal(one, hellos(1, true)) {
		t.Error("another node changed the hellos of the others")
	}
}

// TestCloseLeaksNothing: many worlds, closed at any moment of their lives,
// leave no goroutine behind. Closing twice is closing once, and what happened
// stays readable.
func TestCloseLeaksNothing(t *testing.T) {
	build := func(until time.Duration, lines ...string) *world.World {
		w, err := world.Build(cluster(), world.Options{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		l := &lab{t, w, nil}
		for _, line := range lines {
			l.at(until/2, line)
		}
		l.run(until)
		return w
	}
	build(time.Second).Close() // what is started once for all
	before := settledGoroutines(0)
	for i := range 40 {
		until := time.Duration(i) * 1500 * time.Millisecond
		lines := [][]string{nil, {"crash a"}, {"freeze a"}, {"freeze b process", "pull a.lan"}, {"hog a service 100%", "backend web hang"}}[i%5]
		if until/2 < time.Second {
			lines = nil // machines are not up at instant 0
		}
		w := build(until, lines...)
		digest, n := w.Digest(), len(w.Events())
		w.Close()
		w.Close()
		if w.Digest() != digest || len(w.Events()) != n {
			t.Errorf("closing changed the record: %d events, then %d", n, len(w.Events()))
		}
		if err := w.Run(until + time.Minute); !errors.Is(err, world.ErrClosed) || w.Digest() != digest {
			t.Errorf("run after close: got %v and digest %s, want ErrClosed and %s", err, w.Digest(), digest)
		}
	}
	if after := settledGoroutines(before); after > before {
		t.Errorf("goroutines: got %d after 40 worlds, %d before", after, before)
	}
}

// settledGoroutines counts goroutines, once those that are ending have ended:
// no more than want, or 2 s later.
func settledGoroutines(want int) int {
	n := runtime.NumGoroutine()
	for end := time.Now().Add(2 * time.Second); n > want && time.Now().Before(end); n = runtime.NumGoroutine() {
		runtime.Gosched()
	}
	return n
}

// TestInterrupt: a run ends with the error it was interrupted with, after the
// present event.
func TestInterrupt(t *testing.T) {
	l := open(t, cluster())
	cause := errors.New("enough")
	begun := make(chan struct{})
	l.Loop().After(time.Second, sim.Func(func() { close(begun) }))
	go func() {
		<-begun
		l.Interrupt(cause)
	}()
	if err := l.Run(1e6 * time.Hour); !errors.Is(err, cause) {
		t.Errorf("run: got %v, want %v", err, cause)
	}
	if l.Now() <= 0 || l.Now() >= 1e6*time.Hour {
		t.Errorf("stopped at %v", l.Now())
	}
}

// TestInvalidTopology: everything that is wrong is said at once.
func TestInvalidTopology(t *testing.T) {
	top := cluster()
	a, b := top.Nodes["a"], top.Nodes["b"]
	a.Default, b.Unsaved = mustPrefix("203.0.113.1/24").Addr(), []string{"beer"}
	top.Nodes["a"], top.Nodes["b"] = a, b
	w, err := world.Build(top, world.Options{})
	if err == nil {
		w.Close()
		t.Fatal("got a world")
	}
	for _, want := range []string{"203.0.113.1", "beer"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %s: %v", want, err)
		}
	}
}
