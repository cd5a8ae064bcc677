package trial

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/scenarios"
)

const varied = `name: varied
about: One file, several runs.
duration: 30s
segments: {lan: {}}
nodes:
  a: {nics: {lan: 192.0.2.11/24}, standby: {lan: {vip: 192.0.2.100}}}
variants:
  nodes.*.standby.lan.profile: [datapower, ios]
  nodes.a.nics.lan.address: [192.0.2.11/24, 192.0.2.12/24]
expect:
  - moves: 0
  - becomes: {node: a, state: Active, at: 0s..}
    when: {profile: ios}
  - becomes: {node: a, state: Active, at: 29s..}
    when: {profile: datapower}
`

func variedFile(t *testing.T) Source {
	t.Helper()
	path := filepath.Join(t.TempDir(), "varied.yaml")
	if err := os.WriteFile(path, []byte(varied), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestVariantsAreTrials: each variant is a trial with a name and a directory of
// its own, which a worker finds again by word and name.
func TestVariantsAreTrials(t *testing.T) {
	out := t.TempDir()
	plan := Plan{Sources: []Source{variedFile(t)}, Worlds: []World{Virtual}, Out: out}
	trials, err := plan.Trials()
	if err != nil {
		t.Fatal(err)
	}
	if len(trials) != 4 {
		t.Fatalf("got %d trials, want 4", len(trials))
	}
	last := trials[3]
	if last.Variant != "profile=ios,address=192.0.2.12/24" || last.Name() != "varied profile=ios,address=192.0.2.12/24 seed 1" ||
		last.Dir != filepath.Join(out, "varied-profile=ios,address=192.0.2.12-24-seed-1") {
		t.Errorf("got variant %q, name %q, directory %q", last.Variant, last.Name(), last.Dir)
	}
	last.Scenario = nil // as in a worker
	for _, tr := range []Trial{trials[3], last} {
		tr.Dir = ""
		r := InProcess{}.Play(t.Context(), tr)
		if r.Err != nil || !r.Report.Passed || r.Report.Variant != last.Variant || len(r.Report.Expectations) != 2 {
			t.Errorf("got %+v", r)
		}
	}
	first := InProcess{}.Play(t.Context(), trials[0])
	if first.Report.Passed || !strings.Contains(first.Report.Expectations[1].Text, "at 29s..") {
		t.Errorf("what is expected of datapower only: got %+v", first.Report.Expectations)
	}
}

// TestOneVariant: a plan may be of one variant, and says which there are.
func TestOneVariant(t *testing.T) {
	plan := Plan{Sources: []Source{variedFile(t)}, Worlds: []World{Virtual}, Variant: "profile=ios,address=192.0.2.11/24"}
	if trials, err := plan.Trials(); err != nil || len(trials) != 1 || trials[0].Variant != plan.Variant {
		t.Errorf("got %v, %v", trials, err)
	}
	plan.Variant = "profile=ios"
	if _, err := plan.Trials(); err == nil || !strings.Contains(err.Error(), `scenario: varied has no variant "profile=ios", want profile=datapower,address=192.0.2.11/24, `) {
		t.Errorf("got %v", err)
	}
}

// TestVariantNotChosen: the scenario is to blame if a trial names no variant,
// or one that does not exist.
func TestVariantNotChosen(t *testing.T) {
	for _, variant := range []string{"", "profile=other"} {
		r := InProcess{}.Play(t.Context(), Trial{Source: variedFile(t), Seed: 1, World: Virtual, Variant: variant})
		if r.Blame != BlameScenario || variant == "" && !errors.Is(r.Err, scenarios.ErrVariants) {
			t.Errorf("%q: got %+v", variant, r)
		}
	}
}
