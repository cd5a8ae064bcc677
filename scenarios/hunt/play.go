package hunt

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// The judges of a hunt besides the invariants.
const (
	Recovers = "recovers" // the cluster recovers in time after the last fault
	Panic    = "panic"    // the bench itself does not fall over
	Error    = "error"    // nor fails
)

// Wrong is one thing that is wrong with a run.
type Wrong struct {
	Invariant string        `json:"invariant"` // or a judge of the hunt
	Role      string        `json:"role"`      // the detail without names and numbers: two with one role are alike
	Detail    string        `json:"detail"`
	At        time.Duration `json:"at"`
}

// key is what must stay the same while a schedule is shrunk.
type key struct{ invariant, role string }

func (w Wrong) key() key { return key{w.Invariant, w.Role} }

// Bench reports whether it is the bench that failed.
func (w Wrong) Bench() bool { return w.Invariant == Panic || w.Invariant == Error }

// played is what became of a case.
type played struct {
	Case  // as it could be played
	wrong []Wrong
	seen  []uint64        // states, in the order in which they were reached
	near  []time.Duration // when they were, each once
	ended bool            // false: the context ended first
}

// stage plays cases of one scenario.
type stage struct {
	scenario *scenarios.Scenario
	within   time.Duration // to recover
	space    *space
	roles    map[string]string // of nodes
	text     []byte            // of the scenario's file; nil: there is none
	values   scenarios.Variants
}

func newStage(s *scenarios.Scenario, within, window time.Duration) *stage {
	t := s.Topology.WithDefaults()
	return &stage{scenario: s, within: within, space: newSpace(t, window), roles: rolesOf(t)}
}

// staged returns the scenario of a case: without expectations, and long enough
// to recover.
func (g *stage) staged(c Case) *scenarios.Scenario {
	s := *g.scenario
	s.Expect, s.Twin, s.Timeline = nil, nil, c.Schedule.steps()
	if len(c.Without) > 0 {
		s.Nodes = map[string]topology.Node{}
		for name, n := range g.scenario.Nodes { // order: into a map
			if !slices.Contains(c.Without, name) {
				s.Nodes[name] = n
			}
		}
	}
	s.Duration = g.length(c)
	return &s
}

// length is how long a case is played: until all faults are over, all machines
// have booted, and all clients have begun; then until the cluster has
// recovered, and everybody has asked once more.
func (g *stage) length(c Case) time.Duration {
	var begin, boot, asks time.Duration
	for _, n := range g.space.topology.Nodes { // order: the longest counts
		boot = max(boot, n.Boot)
		begin = max(begin, n.Start+n.Boot)
		if n.Client != nil {
			begin = max(begin, n.Client.Start)
			if rate := n.Client.MeanRate(); rate > 0 {
				asks = max(asks, 3*rate.Interval())
			}
		}
	}
	length := max(begin, c.Schedule.End()+boot) + g.within + asks + time.Second
	return length.Truncate(time.Second) + time.Second
}

// play plays a case. A line that turns out to be impossible is left out.
func (g *stage) play(ctx context.Context, c Case) played {
	for {
		p, impossible := g.attempt(ctx, c)
		if impossible < 0 {
			return p
		}
		c.Schedule = slices.Delete(slices.Clone(c.Schedule), impossible, impossible+1)
	}
}

// attempt plays a case once. It returns the line that was impossible when its
// instant came, or -1.
func (g *stage) attempt(ctx context.Context, c Case) (p played, impossible int) {
	p.Case, impossible = c, -1
	s := g.staged(c)
	settling := oracle.NewSettling(s.Facts(), g.within)
	reached := newStates()
	follow := func(e event.Event) {
		settling.Observe(e)
		reached.observe(e)
	}
	outcome, err := g.run(ctx, s, scenarios.RunOptions{Seed: c.Seed, Follow: follow})
	p.seen, p.near = reached.seen, slices.Compact(reached.at)
	var failed *world.FaultError
	var fell *fallen
	var panicked *sim.PanicError
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return p, -1
	case errors.As(err, &panicked):
		what := fmt.Sprint(panicked.Value)
		role := normal(what+" in "+frameOf(string(panicked.Stack)), g.roles)
		p.wrong, p.ended = []Wrong{{Panic, role, panicked.Name + ": " + what, panicked.At}}, true
		return p, -1
	case errors.As(err, &fell):
		p.wrong, p.ended = []Wrong{{Panic, normal(fell.what+" in "+fell.where, g.roles), fell.Error(), 0}}, true
		return p, -1
	case errors.As(err, &failed) && fault.Mistake(err) != nil:
		return p, slices.IndexFunc(c.Schedule, func(l Line) bool { return l.At == failed.At && l.Fault.String() == failed.Fault.String() })
	default:
		p.wrong, p.ended = []Wrong{{Error, normal(err.Error(), g.roles), err.Error(), 0}}, true
		return p, -1
	}
	settling.Finish(s.Duration)
	p.wrong, p.ended = g.judge(outcome, settling, s.Duration), true
	return p, -1
}

// judge lists what is wrong with a run, each kind once.
func (g *stage) judge(o *scenarios.Outcome, settling *oracle.Settling, end time.Duration) (all []Wrong) {
	add := func(w Wrong) {
		w.Role = g.roleOf(w.Invariant, w.Detail)
		if !slices.ContainsFunc(all, func(other Wrong) bool { return other.key() == w.key() }) {
			all = append(all, w)
		}
	}
	for _, v := range o.Violations {
		add(Wrong{Invariant: v.Invariant, Detail: v.Detail, At: v.At})
	}
	for _, t := range settling.Troubles() {
		add(Wrong{Invariant: Recovers, Detail: t.Detail, At: t.At})
	}
	return all
}

// roleOf is the role of a detail. How many mistakes of which kinds a ledger
// shows is chance, so only the ledger counts.
func (g *stage) roleOf(invariant, detail string) string {
	if invariant == "linearizable" {
		detail, _, _ = strings.Cut(detail, ":")
	}
	return normal(detail, g.roles)
}

// fallen is a panic of a world.
type fallen struct{ what, where string }

// Error implements error. Whoever wants the stack plays the finding again.
func (f *fallen) Error() string { return f.what + " in " + f.where }

// run runs a scenario, and catches a panic.
func (g *stage) run(ctx context.Context, s *scenarios.Scenario, o scenarios.RunOptions) (out *scenarios.Outcome, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &fallen{fmt.Sprint(p), frameOf(string(debug.Stack()))}
		}
	}()
	return s.Run(ctx, o)
}

// frameOf returns the function that panicked: the first below the panic that is
// ours.
func frameOf(stack string) string {
	_, below, _ := strings.Cut(stack, "panic(")
	for line := range strings.Lines(below) {
		if name, _, called := strings.Cut(line, "("); called && strings.HasPrefix(name, "github.com/cablepull/") {
			return strings.TrimPrefix(name, "github.com/cablepull/cablepull/")
		}
	}
	return "an unknown function"
}
