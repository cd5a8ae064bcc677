package trial

import (
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/cablepull/cablepull/scenarios"
)

// Plan says which trials to make: each scenario, or each of its variants, under
// each seed in each world.
type Plan struct {
	Sources   []Source
	Variant   string // the only one to play; empty: all
	Set       []Setting
	Phase     time.Duration
	Noise     []Noise
	Seeds     []uint64 // nil: each scenario's own
	Worlds    []World
	Out       string // directory for artefacts; empty: none
	Verify    bool
	Keep      Keep // which trials leave artefacts
	Page      bool // draw a page of each trial that fails
	Report    bool // draw its part of a page about many runs
	AllowExec bool
}

// Trials returns the trials of the plan. The variants of one scenario and seed
// are next to each other, and so are the worlds of one variant. If this machine
// cannot play a trial in the netns world, Skip says why. It fails if two trials
// would write to the same directory.
func (p Plan) Trials() ([]Trial, error) {
	var all []Trial
	for _, s := range p.Sources {
		variants, err := p.variants(s)
		if err != nil {
			return nil, err
		}
		if p.Seeds == nil {
			for _, v := range variants {
				all = append(all, p.trials(v, v.Scenario.Seed)...)
			}
		}
		for _, seed := range p.Seeds {
			for _, v := range variants {
				all = append(all, p.trials(v, seed)...)
			}
		}
	}
	p.place(all)
	return all, apart(all)
}

// variant is one variant of a source.
type variant struct {
	Source
	skip string // why not in the netns world
}

// variants returns the variants of a source that the plan includes.
func (p Plan) variants(s Source) ([]variant, error) {
	chosen, err := s.Scenario.Expand()
	if p.Variant != "" {
		var one *scenarios.Scenario
		one, err = s.Scenario.Pick(p.Variant)
		chosen = []*scenarios.Scenario{one}
	}
	if err != nil {
		return nil, err
	}
	var all []variant
	for _, v := range chosen {
		of := s
		if of.Scenario, err = at(v, p.Set, p.Phase); err != nil {
			return nil, err
		}
		all = append(all, variant{of, p.obstacle(of)})
	}
	return all, nil
}

// trials returns the trials of a variant with one seed, a trial for each world.
func (p Plan) trials(v variant, seed uint64) []Trial {
	var all []Trial
	for _, world := range p.Worlds {
		t := Trial{Source: v.Source, Variant: v.Scenario.Variant, Set: p.Set, Phase: p.Phase, Noise: p.Noise, Seed: seed, World: world, Verify: p.Verify, Keep: p.Keep, Page: p.Page, Report: p.Report, AllowExec: p.AllowExec}
		if world == Netns {
			t.Skip = v.skip
		}
		all = append(all, t)
	}
	return all
}

// obstacle says why a scenario cannot run in the worlds of the plan.
func (p Plan) obstacle(s Source) string {
	if !slices.Contains(p.Worlds, Netns) {
		return ""
	}
	return Obstacle(s.Scenario) // it probes the machine, so once for all seeds
}

// place gives each trial its directory: one below Out for each scenario,
// variant and seed. Several worlds get a subdirectory each.
func (p Plan) place(trials []Trial) {
	if p.Out == "" {
		return
	}
	for i := range trials {
		t := &trials[i]
		t.Dir = filepath.Join(p.Out, t.Folder())
		if len(p.Worlds) > 1 {
			t.Dir = filepath.Join(t.Dir, string(t.World))
		}
	}
}

// apart says which trials would write to the same directory.
func apart(trials []Trial) error {
	first := map[string]Trial{}
	for _, t := range trials {
		if t.Dir == "" {
			continue
		}
		if other, taken := first[t.Dir]; taken {
			return fmt.Errorf("%s and %s, both called %s with seed %d, would write to %s: run them one by one, or rename one",
				other.Label(), t.Label(), t.Scenario.Name, t.Seed, t.Dir)
		}
		first[t.Dir] = t
	}
	return nil
}
