package main

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/text"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/incidents"
	"github.com/cablepull/cablepull/sim/event"
)

// TestHighlightsAreEnough: the timeline of a run, or of a part of it, is the
// same whether it is drawn from the highlights or from all events. If a
// timeline comes to read a kind that the highlights leave out, this fails.
func TestHighlightsAreEnough(t *testing.T) {
	library, err := incidents.All()
	if err != nil {
		t.Fatal(err)
	}
	fewer := 0
	for i, s := range library {
		if len(s.Variants) > 0 || len(s.Execs()) > 0 || i%6 != 0 && s.Name != "closed-loop" { // a sample: all take a while
			continue
		}
		var all []event.Event
		h := reports.NewHighlights(s.Facts())
		window := reports.Window{From: s.Duration / 3, To: s.Duration/3 + s.Duration/10}
		closer := reports.NewHighlightsWithin(s.Facts(), window)
		o, err := s.Run(t.Context(), scenarios.RunOptions{Seed: s.Seed, Follow: func(e event.Event) {
			all = append(all, e)
			h.Observe(e)
			closer.Observe(e)
		}})
		if err != nil {
			t.Fatal(err)
		}
		draw := func(events []event.Event, w reports.Window) string {
			var b bytes.Buffer
			r := reports.Result{Scenario: s.Name, Simulated: o.Simulated, Measures: o.Measures, Events: events}
			if err := text.WriteRun(&b, &r, text.Options{Width: 200, Lines: 1000, View: text.View{Window: w}}); err != nil {
				t.Fatal(err)
			}
			return b.String()
		}
		if diff := cmp.Diff(draw(all, reports.Window{}), draw(h.Events(), reports.Window{})); diff != "" {
			t.Errorf("%s (-all +highlights):\n%s", s.Name, diff)
		}
		if diff := cmp.Diff(draw(all, window), draw(closer.Events(), window)); diff != "" {
			t.Errorf("%s, %+v (-all +highlights):\n%s", s.Name, window, diff)
		}
		if len(h.Events()) < len(all)/2 {
			fewer++
		}
	}
	if fewer == 0 {
		t.Error("the highlights are nowhere less than half of the events")
	}
}
