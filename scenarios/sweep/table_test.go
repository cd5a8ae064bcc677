package sweep

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios/figure"
	"github.com/cablepull/cablepull/scenarios/trial"
)

func reportOf(t *testing.T, p *Plan, player Player, table Table, asked bool, texts ...string) (*reports.Sweep, error) {
	t.Helper()
	table.Knobs, table.Replay = knobs(t, texts...), func(x trial.Trial) string { return "replay " + x.Name() }
	all, err := p.Play(t.Context(), player, pointsOf(t, p, texts...), p.Seeds, 0, len(p.Seeds))
	if err != nil {
		t.Fatal(err)
	}
	return table.Report(p.Source.Scenario, all, asked)
}

func TestTable(t *testing.T) {
	p := planOf(t, 10)
	// Moves without a fault are the more, the shorter the hold time is.
	player := &fake{of: func(x trial.Trial) figure.Values {
		hold := spanOf(x, holdPath, 0)
		moves := int64(0)
		if hold < 8*time.Second && x.Seed%2 == 0 {
			moves = 1
		}
		return append(outageOf(hold-x.Phase), figure.Value{ID: "false-failovers", Of: "192.0.2.100", Whole: moves})
	}}
	table := Table{Figures: []figure.Word{word(t, "outage.p50"), word(t, "outage.max")}, Front: []figure.Word{word(t, "outage.max"), word(t, "false-failovers")}}
	r, err := reportOf(t, p, player, table, true, holdPath+"=6s,8s,10s", helloPath+"=3s")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(r.Figures, []string{"outage.p50", "outage.max", "false-failovers.mean"}) || r.Runs != 30 {
		t.Errorf("got %v of %d runs, want the figures of the front besides those that were asked for, of 30", r.Figures, r.Runs)
	}
	if r.Knobs[0].Name != "hold" || r.Knobs[1].Name != "hello" || !slices.Equal(r.Knobs[0].Values, []string{"6s", "8s", "10s"}) {
		t.Errorf("got the knobs %+v", r.Knobs)
	}
	for i, want := range []struct {
		max   float64
		moves float64
		front bool
	}{{6e9, 0.5, true}, {8e9, 0, true}, {10e9, 0, false}} { // 10 s costs an outage and saves nothing
		p := r.Points[i]
		if p.Figures[1].Value != want.max || p.Figures[2].Value != want.moves || p.OnFront != want.front || p.Broken != 0 {
			t.Errorf("point %v: got %v, %v, on the front %v, want %+v", p.Values, p.Figures[1].Value, p.Figures[2].Value, p.OnFront, want)
		}
		// The largest outage is that of phase 0, seed 1.
		if largest := p.Examples[1]; largest.Seed != 1 || !strings.Contains(largest.Replay, "seed 1") || largest.What != "largest outage" {
			t.Errorf("point %v: got the example %+v, want that of the largest outage", p.Values, largest)
		}
	}
}

func TestFiguresThatNobodyMeasured(t *testing.T) {
	p := planOf(t, 3)
	usual := Table{Figures: []figure.Word{word(t, "outage.p50"), word(t, "false-failovers")}}
	r, err := reportOf(t, p, outages(), usual, false)
	if err != nil || !slices.Equal(r.Figures, []string{"outage.p50"}) {
		t.Errorf("got %v, %v, want the usual figures without those that were not measured", r, err)
	}
	if _, err := reportOf(t, p, outages(), usual, true); err == nil || !strings.Contains(err.Error(), "not measured") {
		t.Errorf("got %v, want an error for a figure that was asked for", err)
	}
}

func TestRunsWithoutAVerdictAreSaid(t *testing.T) {
	p, player := planOf(t, 4), outages()
	player.broken = map[uint64]string{2: "the disk is full"}
	r, err := reportOf(t, p, player, Table{Figures: []figure.Word{word(t, "outage.p50")}}, true)
	if err != nil {
		t.Fatal(err)
	}
	if r.Points[0].Broken != 1 || r.Points[0].Figures[0].Measured != 3 || len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "1 of 4 runs of pair have no verdict: the disk is full") {
		t.Errorf("got %+v with the notes %q, want one broken run and the reason", r.Points[0], r.Notes)
	}
	player.broken = map[uint64]string{1: "x", 2: "x", 3: "x", 4: "x"}
	if _, err := reportOf(t, p, player, Table{Figures: []figure.Word{word(t, "outage.p50")}}, false); err == nil || !strings.Contains(err.Error(), "no run has a verdict: x") {
		t.Errorf("got %v, want an error with the reason", err)
	}
}
