package scenarios

import (
	"context"
	"fmt"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/scenarios/expect"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/noise"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// RunOptions are the inputs of a run other than its scenario.
type RunOptions struct {
	Seed    uint64            // of all randomness; a scenario's own is Scenario.Seed
	Capture netfab.Observer   // sees every frame; may be nil
	Watch   func(event.Event) // sees every event as it happens; may be nil
	Follow  func(event.Event) // sees every event in order: see world.Options; may be nil
	// Sample sees what machines use: see world.Options. May be nil.
	Sample func(at time.Duration, node string, u world.Usage)
	// Noise is what disturbs the run besides faults: see world.Options.
	Noise []*noise.Model
	// Keep is the kinds of events that Outcome.Events has besides those that the
	// expectations and the twin read.
	Keep event.Set
	// Lab makes the lab in which the scenario is played; nil makes a virtual world.
	Lab func(topology.Topology, world.Options) (Lab, error)
}

// Lab is what a scenario is played in: world.World in virtual time, or
// testbed.Testbed in real time.
type Lab interface {
	At(at time.Duration, f fault.Fault) error
	Run(until time.Duration) error
	Finish() error
	Interrupt(err error)
	Record() event.Record
	Digest() string
	Now() time.Duration
	Frames() uint64
	Steps() uint64
	Usage() oracle.Usage  // what its machines say about themselves
	RealTime() bool       // its clock is that of the wall
	Noise() time.Duration // how far off its instants may be
	Close()
}

// virtualLab is a world in virtual time, whose end cannot fail.
type virtualLab struct{ *world.World }

// Finish implements Lab.
func (v virtualLab) Finish() error {
	v.World.Finish()
	return nil
}

// RealTime implements Lab.
func (virtualLab) RealTime() bool { return false }

// Noise implements Lab.
func (virtualLab) Noise() time.Duration { return 0 }

// open makes the lab of a run; nil stands for a virtual world.
func (r *Ready) open(lab func(topology.Topology, world.Options) (Lab, error), o world.Options) (Lab, error) {
	if lab != nil {
		return lab(r.scenario.Topology, o)
	}
	checked, err := r.checked()
	if err != nil {
		return nil, err
	}
	w, err := checked.Build(o)
	if err != nil {
		return nil, err
	}
	return virtualLab{w}, nil
}

// Outcome is what became of a run.
type Outcome struct {
	Seed         uint64
	Digest       string // of all frames, a hyphen, of all events
	Events       event.Record
	Measures     oracle.Measures
	Violations   []oracle.Violation // those that the scenario does not expect
	Expectations []expect.Verdict
	Simulated    time.Duration
	Frames       uint64
	Steps        uint64 // events of the loop
	// Noise is the longest time that a process of a run in real time waited for a
	// processor. Beyond Scenario.RealTime, the verdict says more about the machine
	// than about the cluster.
	Noise time.Duration
}

// GomegaString says in a message of Gomega's own which run it is.
func (o *Outcome) GomegaString() string {
	return fmt.Sprintf("the run with seed %d, %v long", o.Seed, o.Simulated)
}

// Passed reports whether all expectations and invariants held.
func (o *Outcome) Passed() bool {
	for _, v := range o.Expectations {
		if !v.Passed {
			return false
		}
	}
	return len(o.Violations) == 0
}

// Differs names the parts of the digest that two runs do not share: "frames",
// "events", "frames and events", or nothing.
func (o *Outcome) Differs(other *Outcome) string { return sim.DigestDifference(o.Digest, other.Digest) }

// Run plays the scenario and judges it. An error means that there is no
// verdict: the context ended before there was one, or the bench itself failed.
// In the former case the outcome holds what was measured until then, if that
// can still be found out; nothing of it is judged.
//
// Whoever runs the scenario more than once calls Ready first.
func (s *Scenario) Run(ctx context.Context, o RunOptions) (*Outcome, error) {
	return s.Ready().Run(ctx, o)
}

// Run is Scenario.Run.
func (r *Ready) Run(ctx context.Context, o RunOptions) (*Outcome, error) {
	s := r.scenario
	if len(s.Variants) > 0 {
		return nil, fmt.Errorf("scenarios: %s: %w: run each that Expand returns", s.Name, ErrVariants)
	}
	follower := r.newFollower(o.Noise)
	keep := follower.counts.Keep().Or(s.Twin.reads()).Or(o.Keep)
	w, err := r.open(o.Lab, world.Options{
		Seed: o.Seed, Capture: o.Capture, Watch: o.Watch, Follow: follower.follow(o.Follow), Sample: o.Sample, Noise: o.Noise,
		Forget: event.All().Without(keep),
	})
	if err != nil {
		return nil, fmt.Errorf("scenarios: %s: %w", s.Name, err)
	}
	defer w.Close()
	defer context.AfterFunc(ctx, func() { w.Interrupt(ctx.Err()) })()
	for _, step := range s.Timeline {
		for _, f := range step.Faults {
			if err := w.At(step.At, f); err != nil {
				return nil, s.located(fmt.Errorf("scenarios: %s: %w", s.Name, err))
			}
		}
	}
	if err := w.Run(s.Duration); err != nil {
		if ctx.Err() != nil {
			return follower.interrupted(ctx, w, o.Seed, keep), fmt.Errorf("scenarios: %s: seed %d: %w", s.Name, o.Seed, err)
		}
		return nil, s.located(fmt.Errorf("scenarios: %s: seed %d: %w", s.Name, o.Seed, err))
	}
	if err := w.Finish(); err != nil {
		return nil, fmt.Errorf("scenarios: %s: seed %d: %w", s.Name, o.Seed, err)
	}
	// The interrupt comes from another goroutine: a short run may end first, and a
	// long judgement is left.
	out, err := follower.judge(ctx, w, o.Seed, keep)
	if err != nil {
		return out, fmt.Errorf("scenarios: %s: seed %d: %w", s.Name, o.Seed, err)
	}
	return out, nil
}

// follower follows a run and holds it against what was expected.
type follower struct {
	scenario *Scenario
	clients  expect.Clients
	facts    oracle.Facts
	oracle   *oracle.Oracle
	counts   *expect.Counts
}

func (r *Ready) newFollower(models []*noise.Model) *follower {
	s, facts := r.scenario, r.facts
	facts.Noise = world.NoiseFacts(r.topology, models)
	return &follower{s, r.clients, facts, oracle.New(facts), expect.NewCounts(s.Expect, s.Duration)}
}

// Facts returns what is known of a run of the scenario before it starts.
func (s *Scenario) Facts() oracle.Facts { return s.Ready().Facts() }

// follow returns the function that gets every event in order: it passes them to
// the oracle, to what counts for expectations, and to also, unless that is nil.
func (f *follower) follow(also func(event.Event)) func(event.Event) {
	return func(e event.Event) {
		f.oracle.Observe(e)
		f.counts.Observe(e)
		if also != nil {
			also(e)
		}
	}
}

// interrupted is what is known of a run that was stopped, or nil if its nodes
// do not say what they know.
func (f *follower) interrupted(ctx context.Context, w Lab, seed uint64, keep event.Set) *Outcome {
	at := w.Now()
	if err := w.Finish(); err != nil {
		return nil
	}
	f.oracle.EndAt(at)
	f.oracle.Use(w.Usage())
	measures, _, _ := f.oracle.Finish(ctx) // it has ended, so nothing is judged
	return measured(w, seed, keep, measures, at)
}

// measured is the outcome of a run without a verdict, which was stopped at an
// instant.
func measured(w Lab, seed uint64, keep event.Set, m oracle.Measures, at time.Duration) *Outcome {
	return &Outcome{
		Seed: seed, Events: w.Record().Only(keep), Measures: m, Simulated: at, Frames: w.Frames(), Steps: w.Steps(), Noise: w.Noise(),
	}
}

// judge judges a finished run, of which the record keeps some kinds of events.
// If the context ends before, it returns the outcome without a verdict.
func (f *follower) judge(ctx context.Context, w Lab, seed uint64, keep event.Set) (*Outcome, error) {
	f.oracle.Use(w.Usage())
	measures, violations, err := f.oracle.Finish(ctx)
	if err != nil {
		return measured(w, seed, keep, measures, w.Now()), err
	}
	out := &Outcome{
		Seed: seed, Digest: w.Digest(), Events: w.Record().Only(keep), Measures: measures,
		Simulated: w.Now(), Frames: w.Frames(), Steps: w.Steps(), Noise: w.Noise(),
	}
	e := expect.Evidence{
		Events: w.Record(), Measures: measures, Violations: violations, Duration: f.scenario.Duration, Clients: f.clients, Facts: f.facts, Counts: f.counts,
	}
	if w.RealTime() { // the record has all events
		e.Tolerance, e.Counts = f.scenario.RealTime(), nil
	}
	out.Expectations, out.Violations = expect.Judge(f.scenario.Expect, e)
	if places := f.scenario.expectPlaces; len(places) == len(out.Expectations) { // not if a program has changed the list
		for i := range out.Expectations {
			out.Expectations[i].Place = places[i]
		}
	}
	return out, nil
}
