package page

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/sim/oracle"
)

// sampleSweep is a sweep of two knobs whose first figure grows with the first
// one while the second figure falls.
func sampleSweep() *reports.Sweep {
	s := &reports.Sweep{
		Scenario: "pair", About: "Two members <and> a client.", World: "virtual", Version: "test", Seeds: "1..40", Runs: 5 * 3 * 40,
		Replay: "cablepull sweep pair --vary 'hold=6s..14s/2s'", Faults: "faults are moved by 0s to 2.925s",
		Figures: []string{"outage.p99", "false-failovers"}, Front: []string{"outage.p99", "false-failovers"},
		Knobs: []reports.Knob{
			{Path: "nodes.*.standby.lan.hold", Name: "hold", Values: []string{"6s", "8s", "10s", "12s", "14s"}},
			{Path: "nodes.*.standby.lan.hello", Name: "hello", Values: []string{"1s", "2s", "3s"}},
		},
	}
	for i, hold := range s.Knobs[0].Values {
		for j, hello := range s.Knobs[1].Values {
			outage, moves := float64(6+2*i)*1e9-float64(j)*3e8, float64(8-2*i+j)/100
			p := reports.SweepPoint{Values: []string{hold, hello}, Runs: 40, OnFront: j == 0}
			out := reports.Estimate{Figure: "outage.p99", Unit: oracle.Span, Measured: 40, Value: outage, Low: outage - 2e8, High: outage + 4e8, HasLow: true, HasHigh: true}
			out.Text = fmt.Sprintf("%.1fs", outage/1e9)
			for n := range 40 {
				out.Sorted = append(out.Sorted, outage-float64(40-n)*5e7)
			}
			p.Figures = []reports.Estimate{out, {Figure: "false-failovers", Unit: oracle.Count, Measured: 40, Value: moves, Text: fmt.Sprint(moves)}}
			p.Examples = []reports.Example{{What: "worst outage", Value: out.Text, Seed: 7, Replay: "cablepull run pair --seed 7"}}
			s.Points = append(s.Points, p)
		}
	}
	return s
}

func TestSweepPage(t *testing.T) {
	s := sampleSweep()
	run := &reports.Result{Scenario: "pair", Seed: 7, World: "virtual", Passed: true, Replay: "cablepull run pair --seed 7"}
	var out strings.Builder
	if err := WriteSweep(&out, s, []Behind{{Point: 3, What: "worst outage", Run: run}}); err != nil {
		t.Fatal(err)
	}
	page := out.String()
	for _, want := range []string{
		"Two members &lt;and&gt; a client.", "What one costs in the other", "outage.p99 over hold and hello", "Distribution of outage",
		"hold=8s hello=1s, worst outage", "cablepull run pair --seed 7", "faults are moved by",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if n := strings.Count(page, `class="setting front"`); n != 5 {
		t.Errorf("got %d marks of the front, want one for each of 5 settings", n)
	}
	if n := strings.Count(page, `class="cell-`); n != 2*15 {
		t.Errorf("got %d cells in the maps, want one of each figure for 15 settings", n)
	}
	if strings.Contains(page, "Distribution of false-failovers") {
		t.Error("a figure without values of runs has a distribution")
	}
	var again strings.Builder
	if err := WriteSweep(&again, sampleSweep(), []Behind{{Point: 3, What: "worst outage", Run: run}}); err != nil || again.String() != page {
		t.Errorf("equal sweeps have different pages (%v)", err)
	}
}

func TestSweepPageWithoutKnobs(t *testing.T) {
	s := sampleSweep()
	s.Knobs, s.Front, s.Points = nil, nil, s.Points[:1]
	s.Points[0].Values = nil
	var out strings.Builder
	if err := WriteSweep(&out, s, nil); err != nil {
		t.Fatal(err)
	}
	for _, absent := range []string{`id="front"`, `id="map-1"`, `id="behind"`, `id="influences"`} {
		if strings.Contains(out.String(), absent) {
			t.Errorf("the page has %s, want none: there is nothing to show", absent)
		}
	}
}
