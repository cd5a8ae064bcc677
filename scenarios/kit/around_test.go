package kit_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/kit"
	"github.com/cablepull/cablepull/sim/topology"
)

// variant is what a scenario is to be played as.
type variant struct {
	At    []time.Duration // of what is done
	End   time.Duration
	Slow  string // the nodes whose clocks lose as much as shall be lost, at the end
	Later string // the nodes that start later
	Far   string // the nodes that are farther away, and by how much
}

func variantOf(s *scenarios.Scenario) variant {
	v := variant{End: s.Duration}
	for _, step := range s.Timeline {
		v.At = append(v.At, step.At)
	}
	for _, name := range topology.Names(s.Topology.Nodes) {
		n := s.Topology.Nodes[name]
		if n.Clock.Drift == -0.0025 { // 150 ms of a minute
			v.Slow += name
		}
		if n.Start == 150*ms {
			v.Later += name
		}
		if by := n.NICs["lan"].Latency; by > 0 {
			v.Far += fmt.Sprint(name, " ", by, " ")
		}
	}
	return v
}

// TestAround: a scenario is to be played as it is, and in each way in which
// real time may differ; it stays what it was.
func TestAround(t *testing.T) {
	const end, crash = time.Minute, 40 * time.Second
	at := func(all ...time.Duration) []time.Duration { return all }
	for _, test := range []struct {
		name, timeline string
		tolerance      time.Duration
		want           []variant
	}{
		{"all", "timeline: [40s: crash a, 100ms: pull b.lan]\n", 150 * ms, []variant{
			{at(100*ms, crash), end, "", "", ""},
			{at(100*ms, crash), end, "abc1c2", "", ""},
			{at(100*ms, crash), end, "", "", "a 6ms b 6ms c1 6ms c2 6ms "},
			{at(250*ms, crash+150*ms), end, "", "", ""}, {at(100*ms, crash), end + 150*ms, "", "", ""},
			{at(0, crash-150*ms), end, "", "", ""}, {at(100*ms, crash), end - 150*ms, "", "", ""},
			{at(100*ms, crash), end, "a", "", ""}, {at(100*ms, crash), end, "", "a", ""}, {at(100*ms, crash), end, "", "", "a 1.5ms "},
			{at(100*ms, crash), end, "b", "", ""}, {at(100*ms, crash), end, "", "b", ""}, {at(100*ms, crash), end, "", "", "b 1.5ms "},
			{at(100*ms, crash), end, "c1", "", ""}, {at(100*ms, crash), end, "", "c1", ""}, {at(100*ms, crash), end, "", "", "c1 1.5ms "},
			{at(100*ms, crash), end, "c2", "", ""}, {at(100*ms, crash), end, "", "c2", ""}, {at(100*ms, crash), end, "", "", "c2 1.5ms "},
		}},
		{"nothing to move", "", 150 * ms, []variant{
			{nil, end, "", "", ""},
			{nil, end, "abc1c2", "", ""},
			{nil, end, "", "", "a 6ms b 6ms c1 6ms c2 6ms "},
			{nil, end + 150*ms, "", "", ""}, {nil, end - 150*ms, "", "", ""},
			{nil, end, "a", "", ""}, {nil, end, "", "a", ""}, {nil, end, "", "", "a 1.5ms "},
			{nil, end, "b", "", ""}, {nil, end, "", "b", ""}, {nil, end, "", "", "b 1.5ms "},
			{nil, end, "c1", "", ""}, {nil, end, "", "c1", ""}, {nil, end, "", "", "c1 1.5ms "},
			{nil, end, "c2", "", ""}, {nil, end, "", "c2", ""}, {nil, end, "", "", "c2 1.5ms "},
		}},
		{"by nothing", "timeline: [40s: crash a]\n", 0, []variant{{at(crash), end, "", "", ""}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := crashOf(t, test.timeline)
			before := variantOf(s)
			var got []variant
			for v := range kit.Around(s, test.tolerance) {
				got = append(got, variantOf(v))
			}
			if diff := cmp.Diff(test.want, got, cmpopts.SortSlices(func(a, b time.Duration) bool { return a < b })); diff != "" {
				t.Errorf("played (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(before, variantOf(s)); diff != "" {
				t.Errorf("the scenario itself (-before +after):\n%s", diff)
			}
		})
	}
}
