package hunt

import (
	"context"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
)

// playsMax is how many plays shrinking may take.
const playsMax = 400

// shrinker looks for the smallest case in which the same thing is wrong.
type shrinker struct {
	ctx   context.Context
	stage *stage
	want  key
	best  played
	plays int
}

// shrink returns the smallest case that it finds, and how many plays it took.
func (g *stage) shrink(ctx context.Context, p played, want key) (played, int) {
	s := &shrinker{ctx: ctx, stage: g, want: want, best: p}
	s.lines()
	s.nodes()
	s.seed()
	s.spans()
	s.instants()
	s.lines()
	return s.best, s.plays
}

// try plays a case, and keeps it if the same thing is wrong with it.
func (s *shrinker) try(c Case) bool {
	if s.plays >= playsMax || s.ctx.Err() != nil {
		return false
	}
	s.plays++
	if s.stage.staged(c).Validate() != nil {
		return false
	}
	p := s.stage.play(s.ctx, c)
	if !s.isWrong(p) {
		return false
	}
	s.best = p
	return true
}

func (s *shrinker) with(lines Schedule) Case {
	c := s.best.Case
	c.Schedule = lines
	return c
}

// lines leaves out lines.
func (s *shrinker) lines() {
	Minimise(s.best.Schedule, func(some []Line) bool { return s.try(s.with(sorted(some))) })
}

// nodes leaves out nodes that no line names.
func (s *shrinker) nodes() {
	var named []string
	for _, l := range s.best.Schedule {
		named = append(named, fault.Nodes(l.Fault)...)
	}
	for _, name := range topology.Names(s.stage.scenario.Nodes) {
		if slices.Contains(named, name) || slices.Contains(s.best.Without, name) {
			continue
		}
		c := s.best.Case
		c.Without = append(slices.Clone(c.Without), name)
		if s.stage.writable(c) && !s.alone(c) {
			s.try(c)
		}
	}
}

// alone reports whether the same thing is wrong without any fault: then it is
// the missing node that does it.
func (s *shrinker) alone(c Case) bool {
	if len(s.best.Schedule) == 0 {
		return false
	}
	c.Schedule = nil
	s.plays++
	return s.stage.staged(c).Validate() != nil || s.isWrong(s.stage.play(s.ctx, c))
}

func (s *shrinker) isWrong(p played) bool {
	return slices.ContainsFunc(p.wrong, func(w Wrong) bool { return w.key() == s.want })
}

// seed prefers the seed of everybody.
func (s *shrinker) seed() {
	if c := s.best.Case; c.Seed != 1 {
		c.Seed = 1
		s.try(c)
	}
}

// grains are the steps of round spans and instants, the roundest first.
var grains = []time.Duration{10 * time.Second, time.Second, 100 * time.Millisecond, 10 * time.Millisecond, time.Millisecond, time.Microsecond}

// spans shortens what lasts, to the shortest round time that still fails.
func (s *shrinker) spans() {
	for i := range s.best.Schedule {
		f, spanned := s.best.Schedule[i].Fault.(fault.For)
		if !spanned {
			continue
		}
		for _, grain := range grains {
			steps := int64(f.Span / grain)
			tried := func(n int64) bool { return s.try(s.with(s.spanned(i, time.Duration(n)*grain))) }
			if steps >= 1 && (f.Span%grain == 0 || tried(steps)) {
				shortest(1, steps, tried)
				break
			}
		}
	}
}

// spanned is the schedule with another span of a line.
func (s *shrinker) spanned(i int, span time.Duration) Schedule {
	lines := slices.Clone(s.best.Schedule)
	lines[i].Fault = fault.For{Fault: fault.Plain(lines[i].Fault), Span: span}
	return lines
}

// instants rounds when faults begin.
func (s *shrinker) instants() {
	for i := range s.best.Schedule {
		at := s.best.Schedule[i].At
		for _, grain := range grains {
			if at%grain == 0 || s.moved(i, at.Round(grain)) || s.moved(i, at.Truncate(grain)) || s.moved(i, at.Truncate(grain)+grain) {
				break
			}
		}
	}
}

// moved tries a line at another instant, if that keeps the order of the lines.
func (s *shrinker) moved(i int, at time.Duration) bool {
	lines := slices.Clone(s.best.Schedule)
	lines[i].At = at
	if !slices.IsSortedFunc(lines, func(a, b Line) int { return int(min(1, max(-1, a.At-b.At))) }) {
		return false
	}
	return s.try(s.with(lines))
}
