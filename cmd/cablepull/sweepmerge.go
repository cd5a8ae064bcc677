package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/job"
	"github.com/cablepull/cablepull/scenarios/sweep"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// onlyOf refuses flags of merge that what is merged has no use for.
func (f *runFlags) onlyOf(what string, useless ...string) error {
	if i := slices.IndexFunc(useless, f.given); i >= 0 {
		return fmt.Errorf("merge: --%s has no effect: the folders are those of %s", useless[i], what)
	}
	return nil
}

// mergeSweep prints what the shards of a sweep come to together.
func (s *session) mergeSweep(m *job.Merged, folders []string) error {
	if err := s.flags.onlyOf("a sweep", "out", "force", "report", "junit", "summary", "annotate"); err != nil {
		return err
	}
	missing, err := m.Missing(folders)
	switch {
	case err != nil:
		return fmt.Errorf("merge: %w", err)
	case missing != "":
		return fmt.Errorf("merge: %s", missing)
	case len(m.Plan.Runs) == 0:
		return fmt.Errorf("merge: %s: its runs depend on what earlier ones came to: start its command again instead: %s", folders[0], m.Plan.Words)
	}
	f := s.flags.swept
	if err := json.Unmarshal(m.Plan.Asked, &f.sweepPlan); err != nil {
		return fmt.Errorf("merge: %s: %s: %w", folders[0], job.PlanFile, err)
	}
	f.json, f.plain, f.quiet = s.flags.json, s.flags.plain, s.flags.view.quiet
	f.given = func(flag string) bool { return flag == "seeds" || flag == "figures" && len(f.Figures) > 0 }
	source, err := f.source()
	if err != nil {
		return fmt.Errorf("merge: %s: %w", folders[0], err)
	}
	whole := &sweeping{ctx: s.ctx, flags: &f, std: streams{out: s.stdout, err: s.stderr}, player: mergedPlayer{m}}
	if err := whole.prepare(source); err != nil {
		return fmt.Errorf("merge: %w", err)
	}
	if err := f.writable("merge"); err != nil {
		return err
	}
	return whole.play()
}

// source opens the scenario of a plan: the text that it has, or an incident of
// the library.
func (p *sweepPlan) source() (trial.Source, error) {
	if p.Text == "" {
		return trial.Open(p.Word)
	}
	parsed, err := scenarios.Parse(p.Word, []byte(p.Text))
	return trial.Source{Word: p.Word, Scenario: parsed, File: true}, err
}

// mergedPlayer plays nothing: it has the results.
type mergedPlayer struct{ merged *job.Merged }

// Play implements sweep.Player.
func (p mergedPlayer) Play(_ context.Context, trials []trial.Trial) ([]sweep.Run, error) {
	runs := make([]sweep.Run, len(trials))
	for i, t := range trials {
		r, known := p.merged.Result(job.Of(t, p.merged.Plan.Version).Digest())
		if !known {
			return nil, fmt.Errorf("merge: %s: there is no result: this version of cablepull reads the plan differently", t.Name())
		}
		runs[i] = runOf(r)
	}
	return runs, nil
}
