package trial

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cablepull/cablepull/sim/oracle"
)

// TestLine: of a trial that passes, a worker sends what the table of runs
// shows; of one that fails, the whole report.
func TestLine(t *testing.T) {
	p := newPool(t, 1, "plays", io.Discard)
	defer p.Close()
	passes, err := Open(write(t, quick+"timeline:\n  - 30s: pull b.lan\n").Word)
	if err != nil {
		t.Fatal(err)
	}
	played := Trial{Source: passes, Seed: 3, World: Virtual, Line: true}
	want, got := InProcess{Version: "v1"}.Play(t.Context(), played).Report, p.Play(t.Context(), played).Report
	if !want.Passed || len(want.Measures.Groups) == 0 || len(want.Expectations) == 0 {
		t.Fatalf("got %+v, want a run that passes and measures something", want)
	}
	if got.Wall <= 0 || !got.Passed || got.Digest != want.Digest || got.Name() != want.Name() || got.Version != want.Version || len(got.Expectations) != len(want.Expectations) || len(got.Failed()) != 0 ||
		got.Frames != want.Frames || got.Simulated != want.Simulated {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	shown := oracle.Measures{Outages: want.Measures.Outages, Takeovers: want.Measures.Takeovers, Connections: want.Measures.Connections}
	if diff := cmp.Diff(shown, got.Measures, cmpopts.EquateEmpty()); diff != "" || len(shown.Takeovers) != 1 {
		t.Errorf("(-shown +got):\n%s", diff)
	}

	fails, err := Open(write(t, strings.Replace(quick, "node: a", "node: b", 1)).Word)
	if err != nil {
		t.Fatal(err)
	}
	whole := p.Play(t.Context(), Trial{Source: fails, Seed: 3, World: Virtual, Line: true}).Report
	if whole.Passed || len(whole.Failed()) != 1 || len(whole.Measures.Groups) == 0 {
		t.Errorf("got %+v, want the whole report of a failure", whole)
	}
}
