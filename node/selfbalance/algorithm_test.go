package selfbalance

import (
	"errors"
	"testing"
)

func TestAlgorithmErrors(t *testing.T) {
	for _, text := range []string{"", "WLC", "lc", "wlc "} {
		a := RoundRobin
		if err := a.UnmarshalText([]byte(text)); !errors.Is(err, ErrAlgorithm) || a != RoundRobin {
			t.Errorf("%q: got %v and error %v, want rr and ErrAlgorithm", text, a, err)
		}
	}
	if text, err := Algorithm(4).MarshalText(); !errors.Is(err, ErrAlgorithm) || text != nil {
		t.Errorf("Algorithm(4): got %q and error %v, want ErrAlgorithm", text, err)
	}
	if got := Algorithm(4).String(); got != "Algorithm(4)" {
		t.Errorf("got %s, want Algorithm(4)", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("a scheduler of no algorithm: no panic")
		}
	}()
	NewScheduler(Algorithm(4))
}

func TestAlgorithmRoundTrip(t *testing.T) {
	for a, name := range map[Algorithm]string{
		WeightedLeastConnections: "wlc", RoundRobin: "rr", WeightedRoundRobin: "wrr", SourceHash: "sh",
	} { // order: each is checked by itself
		text, err := a.MarshalText()
		if err != nil || string(text) != name {
			t.Errorf("%d: got %q and error %v, want %s", a, text, err, name)
		}
		var back Algorithm
		if err := back.UnmarshalText(text); err != nil || back != a {
			t.Errorf("%s: got %v and error %v", name, back, err)
		}
		if NewScheduler(a) == nil {
			t.Errorf("%s: no scheduler", name)
		}
	}
	if NewScheduler(Algorithm(0)) != NewScheduler(WeightedLeastConnections) {
		t.Error("wlc is not the default")
	}
}
