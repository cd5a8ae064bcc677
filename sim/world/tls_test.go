package world_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// securePair is a pair whose service is of kind tls.
func securePair() topology.Topology {
	t := pair()
	for _, name := range []string{"a", "b"} {
		t.Nodes[name].Gateway.Services = map[string]topology.Service{"web": {Kind: topology.KindTLS}}
	}
	t.Nodes["c1"].Client.Target = "https://192.0.2.100/"
	return t
}

// TestTLSNeedsItsSetting: without it a world with TLS is refused, and one
// without TLS is not.
func TestTLSNeedsItsSetting(t *testing.T) {
	t.Setenv("GODEBUG", "cryptocustomrand=0")
	_, err := world.Build(securePair(), world.Options{})
	if !errors.Is(err, world.ErrNotRepeatable) || !strings.Contains(err.Error(), "`godebug cryptocustomrand=1` to the go.mod") {
		t.Errorf("with TLS: got %v, want %v", err, world.ErrNotRepeatable)
	}
	w, err := world.Build(pair(), world.Options{})
	if err != nil {
		t.Fatalf("without TLS: %v", err)
	}
	w.Close()
}

// TestTLSIsRepeatable: a run with TLS has one digest, on one processor and on
// several, and another one with another seed.
func TestTLSIsRepeatable(t *testing.T) {
	digest := func(seed uint64, processors int) string {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
		w, err := world.Build(securePair(), world.Options{Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		if err := w.At(40*time.Second, fault.Crash{Node: "a"}); err != nil {
			t.Fatal(err)
		}
		if err := w.Run(70 * time.Second); err != nil {
			t.Fatal(err)
		}
		answered := map[string]int{}
		for _, a := range event.Of[event.RequestAnswered](w.Events()) {
			answered[a.By]++
		}
		if answered["a"] < 150 || answered["b"] < 300 {
			t.Errorf("answers: %v, want some of both members", answered)
		}
		return w.Digest()
	}
	want := digest(1, 1)
	for _, processors := range []int{1, 4, 4} {
		if got := digest(1, processors); got != want {
			t.Errorf("on %d processors: got %s, want %s", processors, got, want)
		}
	}
	if digest(2, 1) == want {
		t.Error("another seed gives the same run")
	}
}
