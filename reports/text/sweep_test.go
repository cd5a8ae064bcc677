package text

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/sim/oracle"
)

// sampleSweep is a sweep with all that one can have but a difference.
func sampleSweep() *reports.Sweep {
	s := &reports.Sweep{
		Scenario: "pair", About: "Two members and a client.", World: "virtual", Seeds: "1..40", HoldOut: "1001..1040", Runs: 240,
		Replay: "cablepull sweep pair --vary 'hold=6s..10s/2s'", Faults: "Faults come up to 3s later: together the seeds divide a hello time evenly.",
		Notes: []string{"outage: measured in 39 of 40 runs of hold=8s"}, Noise: []string{"lossy.yaml"},
		Figures: []string{"outage.p99", "false-failovers"}, Front: []string{"outage.p99", "false-failovers"},
		Knobs: []reports.Knob{{Path: "nodes.*.standby.lan.hold", Name: "hold", Values: []string{"6s", "8s", "10s"}}},
	}
	for i, hold := range s.Knobs[0].Values {
		estimates := func(more int) []reports.Estimate {
			return []reports.Estimate{
				{Figure: "outage.p99", Unit: oracle.Span, Measured: 40, Text: fmt.Sprintf("%d.9s (needs 259 more runs)", 6+2*i+more)},
				{Figure: "false-failovers", Unit: oracle.Count, Measured: 40, Text: fmt.Sprintf("0.0%d (0.01..0.1)", 4-2*i+more)},
			}
		}
		p := reports.SweepPoint{Values: []string{hold}, Runs: 40, OnFront: i != 1, Figures: estimates(0), HoldOut: estimates(1)}
		p.OverSeed = []reports.Expectation{{Text: "outage.p99: ..10s", Passed: i == 0, Got: "7.1s"}}
		p.Examples = []reports.Example{{What: "worst outage", Value: "7.1s", Seed: 7, Replay: "cablepull run pair --set hold=" + hold + " --seed 7"}}
		if i == 2 {
			p.Broken = 1
		}
		s.Points = append(s.Points, p)
	}
	s.Search = &reports.Search{Found: []string{"8s"}, Verdict: "8s is the lowest value that holds"}
	s.Influences = []*reports.Influence{{Figure: "outage.p99", Knob: "hold", Share: 0.91, Low: 0.83, High: 0.97}}
	return s
}

func TestSweep(t *testing.T) {
	for name, o := range map[string]Options{"sweep.txt": {Width: 120, Unicode: true}, "sweep-ascii.txt": {Width: 80}} {
		var out bytes.Buffer
		if err := WriteSweep(&out, sampleSweep(), o); err != nil {
			t.Fatal(err)
		}
		golden(t, name, out.String())
	}
	if err := WriteSweep(fullDisk{}, sampleSweep(), Options{}); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("got %v, want the writer's error", err)
	}
}

// TestQuietSweep: only what was found and what was expected.
func TestQuietSweep(t *testing.T) {
	var out bytes.Buffer
	if err := WriteSweep(&out, sampleSweep(), Options{Quiet: true, Width: 120}); err != nil {
		t.Fatal(err)
	}
	want := "ok   outage.p99: ..10s: got 7.1s  (hold=6s)\n" +
		"FAIL outage.p99: ..10s: got 7.1s  (hold=8s)\n" +
		"FAIL outage.p99: ..10s: got 7.1s  (hold=10s)\n" +
		"8s is the lowest value that holds\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

func TestSweepAgainstAnother(t *testing.T) {
	s := sampleSweep()
	s.Search, s.Influences, s.Front = nil, nil, nil
	s.Difference = &reports.Difference{This: "pair", Other: "other", Rows: []reports.DifferenceRow{{
		Figure: "outage.p50", Values: []string{"6s"}, Ours: reports.Estimate{Text: "7s"}, Theirs: reports.Estimate{Text: "7.2s"},
		Pairs: 40, Text: "+0.2s (-0.1s..+0.5s)", Verdict: "no difference seen: needs about 110 more runs",
	}}}
	var out bytes.Buffer
	if err := WriteSweep(&out, s, Options{Width: 160}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"pair against other, seed by seed", "+0.2s (-0.1s..+0.5s)", "no difference seen: needs about 110 more runs"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing from\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "Settings") {
		t.Errorf("there is a table of settings beside the differences:\n%s", out.String())
	}
}
