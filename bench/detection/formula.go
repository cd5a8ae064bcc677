package detection

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/statistic"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
)

// Formula says how a time is distributed.
type Formula struct {
	Name string // such as HSRP
	Says string // such as hold - age of the last hello
	// AtMost is the probability of a time of at most x, by the formula.
	AtMost func(x time.Duration) float64
	Quick  bool // a run takes a few milliseconds

	nodes  string        // of a scenario file, below its nodes
	fault  string        // a line
	from   time.Duration // the fault comes at any instant from here on
	within time.Duration // until this much later
	lasts  time.Duration // from the fault to the end
	keep   event.Set
	// took returns the time that one run took, from its events.
	took func(at time.Duration, events event.Record) (time.Duration, bool)
}

// Measure plays runs with the seeds 1, 2 and so on, each of which decides when
// the fault comes and how timers vary, and returns the time that each took.
func (f Formula) Measure(ctx context.Context, runs int) ([]time.Duration, error) {
	s, err := scenarios.Parse("detection.yaml", []byte("duration: 1h\nsegments: {lan: {}}\nnodes:\n"+f.nodes))
	if err != nil {
		return nil, fmt.Errorf("detection: %s: %w", f.Name, err)
	}
	line, err := fault.Parse(f.fault)
	if err != nil {
		return nil, fmt.Errorf("detection: %s: %w", f.Name, err)
	}
	var took []time.Duration
	for seed := uint64(1); seed <= uint64(runs); seed++ {
		phase := rand.New(rand.NewPCG(seed, 0)).Float64()
		at := f.from + time.Duration(phase*float64(f.within))
		one := *s
		one.Duration = at + f.lasts
		one.Timeline = []scenarios.Step{{At: at, Faults: []fault.Fault{line}}}
		o, err := one.Run(ctx, scenarios.RunOptions{Seed: seed, Keep: f.keep})
		if err != nil {
			return nil, fmt.Errorf("detection: %s: %w", f.Name, err)
		}
		t, seen := f.took(at, o.Events)
		if !seen {
			return nil, fmt.Errorf("detection: %s: seed %d: got no sign of the failure in %v after %s at %v", f.Name, seed, f.lasts, f.fault, at)
		}
		took = append(took, t)
	}
	return took, nil
}

// Test returns how probable times are that differ so much from the formula, if
// it is right.
func (f Formula) Test(took []time.Duration) statistic.Test {
	var values []float64
	for _, t := range took {
		values = append(values, float64(t))
	}
	return statistic.Kolmogorov(values, func(x float64) float64 { return f.AtMost(time.Duration(x)) })
}
