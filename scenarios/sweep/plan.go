package sweep

import (
	"errors"
	"fmt"
	"time"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// Plan says which trials a sweep makes: one scenario, under settings and seeds.
type Plan struct {
	Source  trial.Source
	Variant string
	Base    []trial.Setting // of all trials, before the knobs
	Phase   Phase
	World   trial.World
	Noise   []trial.Noise // what disturbs all trials
	Seeds   []uint64
	Allow   bool // a scenario file may run real programs

	points map[string]*Point // by setting
}

// Point is a setting that can be played.
type Point struct {
	Setting  Setting
	Scenario *scenarios.Scenario // with the setting
	hello    time.Duration       // 0: faults stay where they are
}

// ErrMany says that a scenario has variants, and the plan names none.
var ErrMany = errors.New("the scenario has variants: choose one with --variant")

// Point checks a setting and returns it. Each is checked once.
func (p *Plan) Point(s Setting) (*Point, error) {
	if known := p.points[s.String()]; known != nil {
		return known, nil
	}
	of, err := p.Source.Scenario.Pick(p.Variant)
	if err != nil {
		return nil, err
	}
	if len(of.Variants) > 0 {
		return nil, fmt.Errorf("%s: %w", p.Source.Label(), ErrMany)
	}
	point := &Point{Setting: s, Scenario: of}
	if set := p.settings(s); len(set) > 0 {
		if point.Scenario, err = of.With(set); err != nil {
			return nil, err
		}
	}
	if p.Phase == Even {
		point.hello = helloOf(point.Scenario)
	}
	if p.points == nil {
		p.points = map[string]*Point{}
	}
	p.points[s.String()] = point
	return point, nil
}

// settings are all settings of the trials at a point.
func (p *Plan) settings(s Setting) []trial.Setting {
	return append(p.Base[:len(p.Base):len(p.Base)], s...)
}

// Trials returns the trials at a point with seeds, of which the first has a
// number among so many: its faults and those of the others divide a hello time
// evenly.
func (p *Plan) Trials(at *Point, seeds []uint64, first, of int) []trial.Trial {
	all := make([]trial.Trial, len(seeds))
	for i, seed := range seeds {
		all[i] = trial.Trial{
			Source: p.Source, Variant: p.Variant, Set: p.settings(at.Setting), Seed: seed, World: p.World, AllowExec: p.Allow, Noise: p.Noise,
			Phase: phaseOf(at.hello, (first+i)%of, of),
		}
	}
	return all
}
