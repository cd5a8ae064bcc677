package main

import (
	"fmt"
	"slices"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/figure"
	"github.com/cablepull/cablepull/scenarios/job"
	"github.com/cablepull/cablepull/scenarios/sweep"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// writable makes sure, before anything runs, that the files can be written.
func (f *sweepFlags) writable(verb string) error {
	for _, path := range []string{f.csv, f.html, f.jsonFile} {
		if path == "" {
			continue
		}
		if err := reports.CheckWritable(path); err != nil {
			return blameWriting(fmt.Errorf("%s: %w", verb, err))
		}
	}
	return nil
}

// prepare finds what is wrong with the flags before anything runs.
func (s *sweeping) prepare(source trial.Source) error {
	f := s.flags
	if err := (&runFlags{allowExec: f.Exec}).permit(source); err != nil {
		return err
	}
	if reason := trial.NeedsNamespaces(source.Scenario); reason != "" {
		return fmt.Errorf("%s %s: a sweep is played in virtual time", source.Label(), reason)
	}
	s.plan = &sweep.Plan{Source: source, Variant: f.Variant, Phase: sweep.Phase(f.Phase), World: trial.Virtual, Allow: f.Exec}
	for _, text := range f.Set {
		x, err := scenarios.ParseSetting(text)
		if err != nil {
			return fmt.Errorf("--set: %w", err)
		}
		s.plan.Base = append(s.plan.Base, x)
	}
	for _, text := range f.Vary {
		k, err := sweep.ParseKnob(text)
		if err != nil {
			return fmt.Errorf("--vary: %w", err)
		}
		if slices.ContainsFunc(s.knobs, func(other sweep.Knob) bool { return other.Path == k.Path }) {
			return fmt.Errorf("--vary: got the path %s twice, want it once", k.Path)
		}
		s.knobs = append(s.knobs, k)
	}
	if err := f.readNoise(); err != nil {
		return err
	}
	s.plan.Noise = f.Noise
	if err := s.parseFigures(); err != nil {
		return err
	}
	if f.shard != "" {
		var err error
		if s.shard, err = job.ParseShard(f.shard); err != nil {
			return fmt.Errorf("--shard: %w", err)
		}
	}
	return s.parseSeeds()
}

// parseFigures reads the words of --figures and --front.
func (s *sweeping) parseFigures() (err error) {
	usual := sweep.Usual
	if s.flags.given("figures") {
		usual = s.flags.Figures
	}
	if s.words, err = parseWords("--figures", usual); err != nil {
		return err
	}
	s.front, err = parseWords("--front", s.flags.Front)
	return err
}

func parseWords(flag string, texts []string) ([]figure.Word, error) {
	var words []figure.Word
	for _, text := range texts {
		w, err := figure.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", flag, err)
		}
		if slices.Contains(words, w) {
			return nil, fmt.Errorf("%s: got %s twice, want it once", flag, w)
		}
		words = append(words, w)
	}
	return words, nil
}

// parseSeeds reads the seeds and those that are held out. Where a condition or
// a rule needs more than the usual number, and nobody says how many, there are
// as many as it needs.
func (s *sweeping) parseSeeds() (err error) {
	f := s.flags
	switch {
	case f.given("seeds"):
	case f.until != "":
		f.Seeds = fmt.Sprintf("1..%d", untilSeedsMax)
	case f.while != "":
		if c, err := figure.ParseCondition(f.while); err == nil {
			f.Seeds = fmt.Sprintf("1..%d", sweep.SeedsFor(c))
		}
	}
	if s.plan.Seeds, err = trial.ParseSeeds(f.Seeds); err != nil {
		return fmt.Errorf("--seeds: %w", err)
	}
	if f.HoldOut == "" {
		return nil
	}
	if s.holdOut, err = trial.ParseSeeds(f.HoldOut); err != nil {
		return fmt.Errorf("--hold-out: %w", err)
	}
	for _, seed := range s.holdOut {
		if slices.Contains(s.plan.Seeds, seed) {
			return fmt.Errorf("--hold-out: seed %d is one of --seeds: seeds that are held out must not choose", seed)
		}
	}
	return nil
}
