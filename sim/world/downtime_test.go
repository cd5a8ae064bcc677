package world_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

func onLAN(address string) map[string]topology.NIC {
	return map[string]topology.NIC{"lan": {Address: netip.MustParsePrefix(address)}}
}

// TestDownAtAgreesWithTheWorld: what the timeline says on paper about machines
// that are down is what a run finds. No two things happen at one instant.
func TestDownAtAgreesWithTheWorld(t *testing.T) {
	const s = time.Second
	whole := topology.Topology{
		Segments: map[string]topology.Segment{"lan": {}},
		Nodes: map[string]topology.Node{
			"a": {Start: 10 * s, Boot: 3 * s, NICs: onLAN("192.0.2.11/24")}, "b": {Boot: 2 * s, NICs: onLAN("192.0.2.12/24")}, "c": {NICs: onLAN("192.0.2.13/24")},
		},
	}
	verbs := []string{"crash %s", "crash %s for 4s", "boot %s", "reboot %s", "reboot %s down 1s", "reboot %s warm down 6s"}
	down, up := 0, 0
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 0))
		var timeline []fault.Timed
		for range 12 {
			node, line := string("abc"[rng.IntN(3)]), "freeze %s for 1ns"
			if rng.IntN(2) == 0 {
				line = verbs[rng.IntN(len(verbs))]
			}
			at := time.Duration(rng.Int64N(int64(40 * s)))
			timeline = append(timeline, fault.Timed{At: at, Fault: parse(t, fmt.Sprintf(line, node))})
		}
		slices.SortFunc(timeline, func(a, b fault.Timed) int { return int(a.At - b.At) })
		l := open(t, whole)
		for i, err := range fault.DownAt(whole.WithDefaults(), timeline) {
			if err := l.Run(timeline[i].At); err != nil {
				t.Fatal(err)
			}
			_, got := l.Inject(timeline[i].Fault)
			// A run may know more of a machine whose start is still to come.
			if is := errors.Is(got, fault.ErrDown); is != (err != nil) && !(is && fault.Node(timeline[i].Fault) == "a") {
				t.Fatalf("seed %d: %s at %s: on paper %v, in the run %v", seed, timeline[i].Fault, timeline[i].At, err, got)
			}
			if got != nil {
				down++
			} else {
				up++
			}
		}
		l.Close()
	}
	if down < 100 || up < 100 {
		t.Errorf("got %d faults on machines that are down and %d others, want many of both", down, up)
	}
}

// TestFaultErrorMatches: the error of a run says which fault was not possible,
// when, and why.
func TestFaultErrorMatches(t *testing.T) {
	top := topology.Topology{Segments: map[string]topology.Segment{"lan": {}}, Nodes: map[string]topology.Node{"a": {NICs: onLAN("192.0.2.11/24")}}}
	l := open(t, top)
	l.at(2*time.Second, "crash a")
	l.at(3*time.Second, "freeze a")
	err := l.Run(5 * time.Second)
	var failed *world.FaultError
	if !errors.Is(err, fault.ErrDown) || !errors.As(err, &failed) {
		t.Fatalf("got %v, want a FaultError that is ErrDown", err)
	}
	if failed.At != 3*time.Second || failed.Fault.String() != "freeze a" || err.Error() != "world: freeze a at 3s: a: the machine is not up" {
		t.Errorf("got %v, with %+v", err, failed)
	}
	if err := l.At(9*time.Second, parse(t, "freeze z")); !errors.Is(err, fault.ErrTarget) || !errors.As(err, &failed) {
		t.Errorf("got %v, want a FaultError that is ErrTarget", err)
	}
}
