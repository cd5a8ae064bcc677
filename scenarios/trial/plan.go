package trial

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/cablepull/cablepull/scenarios"
)

// Plan says which trials to make: each scenario, or each of its variants, under
// each seed in each world.
type Plan struct {
	Sources   []Source
	Variant   string   // the one that is played; empty: all
	Seeds     []uint64 // nil: each scenario's own
	Worlds    []World
	Out       string // directory for artefacts; empty: none
	Verify    bool
	AllowExec bool
}

// Trials are those of the plan: the variants of one scenario and seed stand side
// by side, and so do the worlds of one of them. What this machine cannot play in the netns world has its reason in
// Skip. Two trials that would write to the same directory are an error.
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

// variant is a source of which one variant is played.
type variant struct {
	Source
	skip string // why not in the netns world
}

// variants are those of a source that are to be played.
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
		of.Scenario = v
		all = append(all, variant{of, p.obstacle(of)})
	}
	return all, nil
}

// trials are those of a variant under one seed.
func (p Plan) trials(v variant, seed uint64) []Trial {
	var all []Trial
	for _, world := range p.Worlds {
		t := Trial{Source: v.Source, Variant: v.Scenario.Variant, Seed: seed, World: world, Verify: p.Verify, AllowExec: p.AllowExec}
		if world == Netns {
			t.Skip = v.skip
		}
		all = append(all, t)
	}
	return all
}

// obstacle is what keeps a scenario from the worlds of the plan.
func (p Plan) obstacle(s Source) string {
	if !slices.Contains(p.Worlds, Netns) {
		return ""
	}
	return Obstacle(s.Scenario) // it looks at the machine, so once for all seeds
}

// place gives each trial its directory: of several, one below Out for each
// scenario, variant and seed, and of several worlds, one for each in there.
func (p Plan) place(trials []Trial) {
	if p.Out == "" {
		return
	}
	for i := range trials {
		t := &trials[i]
		t.Dir = p.Out
		if len(trials) > len(p.Worlds) {
			t.Dir = filepath.Join(t.Dir, t.Folder())
		}
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
			return fmt.Errorf("%s and %s, both called %s with seed %d, would write to %s: run them one by one, or give one another name",
				other.Word, t.Word, t.Scenario.Name, t.Seed, t.Dir)
		}
		first[t.Dir] = t
	}
	return nil
}
