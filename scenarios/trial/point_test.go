package trial

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/scenarios"
)

// TestPoint: settings and phase are in the names of a trial and in its folder,
// whose name no file system refuses.
func TestPoint(t *testing.T) {
	out := t.TempDir()
	plan := Plan{Sources: []Source{variedFile(t)}, Variant: "profile=ios,address=192.0.2.12/24", Worlds: []World{Virtual}, Out: out,
		Set: []Setting{{Path: "nodes.*.standby.lan.hold", Value: "12s"}}}
	trials, err := plan.Trials()
	if err != nil || len(trials) != 1 {
		t.Fatalf("got %d trials, %v", len(trials), err)
	}
	one := trials[0]
	if one.Name() != "varied profile=ios,address=192.0.2.12/24,hold=12s seed 1" || one.Dir != filepath.Join(out, "varied-profile=ios,address=192.0.2.12-24,hold=12s-seed-1") {
		t.Errorf("got %q in %q", one.Name(), one.Dir)
	}
	one.Phase = time.Second
	if got, want := one.Point(), "profile=ios,address=192.0.2.12/24,hold=12s,phase=1s"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if err := one.Prepare(); err == nil || !strings.Contains(err.Error(), "other settings") {
		t.Errorf("a scenario of another point: got %v", err)
	}
	one.Set = []Setting{{Path: "a", Value: strings.Repeat("x", 300)}}
	long := one.Folder()
	one.Set[0].Value += "y"
	if len(long) > 255 || one.Folder() == long {
		t.Errorf("got folders %s and %s", long, one.Folder())
	}
}

// TestPointsInAWorker: a worker plays each point as this process does, whatever
// it has played before, and reads a file once.
func TestPointsInAWorker(t *testing.T) {
	source := write(t, quick+"timeline:\n  - 30s: pull a.lan\n")
	var last opened
	digests, known := map[string]string{}, map[*scenarios.Scenario]bool{}
	for range 2 {
		for _, set := range [][]Setting{nil, {{Path: "nodes.*.standby.lan.hold", Value: "12s"}}, {{Path: "nodes.*.standby.lan.hold", Value: "15s"}}} {
			for _, phase := range []time.Duration{0, 250 * time.Millisecond} {
				played := Trial{Source: source, Set: set, Phase: phase, Seed: 1, World: Virtual}
				want := InProcess{}.Play(t.Context(), played)
				sent := Trial{Source: Source{Word: source.Word}, Set: set, Phase: phase, Seed: 1, World: Virtual}
				brief := sent
				brief.Brief = true
				last.fill(&brief)
				last.fill(&sent)
				got := InProcess{}.Play(t.Context(), sent)
				if short := (InProcess{}).Play(t.Context(), brief); short.Brief == nil || short.Brief.Digest != want.Report.Digest || short.Report.Variant != played.Point() {
					t.Errorf("%s, in brief: got %+v, want %s", played.Name(), short.Brief, want.Report.Digest)
				}
				if got.Err != nil || got.Report.Digest != want.Report.Digest || got.Report.Variant != played.Point() {
					t.Errorf("%s: got %s %q, %v, want %s", played.Name(), got.Report.Digest, got.Report.Variant, got.Err, want.Report.Digest)
				}
				digests[got.Report.Digest], known[sent.Scenario] = played.Name(), true
			}
		}
	}
	if len(digests) != 6 || len(known) != 6 {
		t.Errorf("got %d digests of %d scenarios, want 6 of 6", len(digests), len(known))
	}
}
