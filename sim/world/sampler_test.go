package world_test

import (
	"math"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/world"
)

// troubles are faults of everything that a sampler looks at.
func troubles(l *lab) {
	l.at(5500*time.Millisecond, "hog b service 50% for 10s", "hog a control 100% for 7s")
	l.at(10*time.Second, "fill b memory 50% for 5s", "drift b 25%", "skew a 1h")
	l.at(20*time.Second, "hog b control 100%", "hog b service 99%")
	l.at(21300*time.Millisecond, "freeze b process")
	l.at(24100*time.Millisecond, "thaw b")
	l.at(30250*time.Millisecond, "crash b", "freeze a")
	l.at(33*time.Second, "boot b", "thaw a")
}

// TestSampling: samples of what is known by hand come at each second, of
// machines with power only.
func TestSampling(t *testing.T) {
	got := map[time.Duration]world.Usage{}
	w, err := world.Build(cluster(), world.Options{Seed: 1, Sample: func(at time.Duration, node string, u world.Usage) {
		if node == "b" {
			got[at] = u
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	l := &lab{t, w, nil}
	troubles(l)
	for _, until := range []time.Duration{100 * time.Millisecond, 7 * time.Second, 7 * time.Second, 36500 * time.Millisecond} {
		l.run(until)
	}
	const limit = 64 << 20
	for at, want := range map[time.Duration]world.Usage{
		5 * time.Second:  {Limit: limit},
		6 * time.Second:  {Service: 0.25, Limit: limit},
		7 * time.Second:  {Service: 0.5, Limit: limit},
		10 * time.Second: {Service: 0.5, Memory: limit / 2, Limit: limit},
		15 * time.Second: {Service: 0.5, Limit: limit},
		17 * time.Second: {Limit: limit},
		21 * time.Second: {Control: 1, Service: 0.99, Limit: limit},
		23 * time.Second: {Limit: limit}, // frozen
		26 * time.Second: {Control: 1, Service: 0.99, Limit: limit},
	} {
		u := got[at]
		const little = 0.002 // requests
		if math.Abs(u.Control-want.Control) > 1e-6 || math.Abs(u.Service-want.Service) > little ||
			u.Limit != want.Limit || u.Memory < want.Memory || u.Memory > want.Memory+1<<20 {
			t.Errorf("at %v: got %+v, want about %+v", at, u, want)
		}
	}
	off := 0
	for at := time.Second; at <= 36*time.Second; at += time.Second {
		if _, is := got[at]; !is {
			off++
			if at <= 30*time.Second {
				t.Errorf("no sample at %v", at)
			}
		}
	}
	if off < 2 || len(got)+off != 36 {
		t.Errorf("got %d samples in 36 s, and none of %d seconds, want none while the power is off", len(got), off)
	}
}

// TestSamplingChangesNothing: the run is the same, to the last event of the
// loop.
func TestSamplingChangesNothing(t *testing.T) {
	samples := 0
	run := func(sample func(time.Duration, string, world.Usage)) (string, uint64) {
		w, err := world.Build(cluster(), world.Options{Seed: 1, Sample: sample})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		l := &lab{t, w, nil}
		troubles(l)
		l.run(60 * time.Second)
		w.Finish()
		return w.Digest(), w.Steps()
	}
	digest, steps := run(nil)
	sampled, sampledSteps := run(func(time.Duration, string, world.Usage) { samples++ })
	if digest != sampled || steps != sampledSteps || samples == 0 {
		t.Errorf("got digest %s after %d events with %d samples, and %s after %d without", sampled, sampledSteps, samples, digest, steps)
	}
}
