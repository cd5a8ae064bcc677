package trial

import (
	"fmt"
	"path/filepath"
	"slices"
)

// Plan says which trials to make: each scenario under each seed in each world.
type Plan struct {
	Sources   []Source
	Seeds     []uint64 // nil: each scenario's own
	Worlds    []World
	Out       string // directory for artefacts; empty: none
	Verify    bool
	AllowExec bool
}

// Trials are those of the plan; the worlds of one scenario and seed stand side
// by side. What this machine cannot play in the netns world has its reason in
// Skip. Two trials that would write to the same directory are an error.
func (p Plan) Trials() ([]Trial, error) {
	var all []Trial
	for _, s := range p.Sources {
		skip := p.obstacle(s)
		seeds := p.Seeds
		if seeds == nil {
			seeds = []uint64{s.Scenario.Seed}
		}
		for _, seed := range seeds {
			for _, world := range p.Worlds {
				t := Trial{Source: s, Seed: seed, World: world, Verify: p.Verify, AllowExec: p.AllowExec}
				if world == Netns {
					t.Skip = skip
				}
				all = append(all, t)
			}
		}
	}
	p.place(all)
	return all, apart(all)
}

// obstacle is what keeps a scenario from the worlds of the plan.
func (p Plan) obstacle(s Source) string {
	if !slices.Contains(p.Worlds, Netns) {
		return ""
	}
	return Obstacle(s.Scenario) // it looks at the machine, so once for all seeds
}

// place gives each trial its directory: of several, one below Out for each
// scenario and seed, and of several worlds, one for each in there.
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
