package main

import (
	"fmt"
	"slices"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios/figure"
	"github.com/cablepull/cablepull/scenarios/sweep"
)

// playLimit searches the highest or the lowest value for which a condition
// holds.
func (s *sweeping) playLimit() error {
	f := s.flags
	flag, text := "--highest", f.highest
	if f.lowest != "" {
		flag, text = "--lowest", f.lowest
	}
	c, err := figure.ParseCondition(f.while)
	if err != nil {
		return fmt.Errorf("sweep: --while: %w", err)
	}
	if !c.Limits.Given {
		return fmt.Errorf("sweep: --while: got %s, want limits, such as outage.p99..10s", c)
	}
	base, err := s.plan.Point(nil)
	if err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	if err := s.fits(base); err != nil {
		return err
	}
	limit, err := sweep.ParseLimit(text, f.lowest != "", base.Scenario.Value)
	if err != nil {
		return fmt.Errorf("sweep: %s: %w", flag, err)
	}
	if !f.given("figures") && !slices.Contains(s.words, c.Word) {
		s.words = append([]figure.Word{c.Word}, s.words...)
	}
	tried, err := s.plan.Search(s.ctx, s.player, limit, c)
	if err != nil {
		return blame(err)
	}
	s.knobs = []sweep.Knob{limit.Knob()}
	var all []*sweep.Runs
	var points []*sweep.Point
	for _, x := range tried {
		all, points = append(all, x.Runs), append(points, x.Runs.Point)
	}
	r, held, err := s.report(all, points)
	if err != nil {
		return err
	}
	for i, x := range tried {
		r.Points[i].OverSeed = []reports.Expectation{{Text: c.String(), Passed: x.Judgement.Passed(), Got: x.Judgement.Got}}
		if why := x.Judgement.Why(); why != "" {
			r.Points[i].OverSeed[0].Got += "; " + why
		}
	}
	r.Search = foundLimit(limit, c, tried)
	r.Passed = len(r.Search.Found) > 0
	return s.leave(r, all, held)
}

// foundLimit says what a search for a limit found.
func foundLimit(l *sweep.Limit, c figure.Condition, tried []sweep.Tried) *reports.Search {
	word := "highest"
	if l.Lowest {
		word = "lowest"
	}
	found := &reports.Search{Asked: fmt.Sprintf("the %s %s while %s", word, l.Path, c), Found: []string{}}
	holds, fails, err := l.Found()
	last := tried[len(tried)-1].Judgement
	switch {
	case err != nil && last.Outcome == figure.Undecided:
		found.Verdict = fmt.Sprintf("%s: nothing found for which %s holds; at %s the runs do not tell: %s", l.Path, c, fails, last.Why())
	case err != nil:
		found.Verdict = fmt.Sprintf("%s: nothing found for which %s holds; at %s it does not", l.Path, c, fails)
	case fails == nil:
		found.Found = []string{holds.String()}
		found.Verdict = fmt.Sprintf("%s: %s holds up to %s, where the search ended", l.Path, c, holds)
	default:
		found.Found = []string{holds.String()}
		found.Verdict = fmt.Sprintf("%s: %s is the %s value for which %s holds with 95 %% confidence; for %s it is not shown", l.Path, holds, word, c, fails)
	}
	return found
}

// playOptimise searches the best setting.
func (s *sweeping) playOptimise() error {
	goal, err := sweep.ParseGoal(s.flags.optimise)
	if err != nil {
		return fmt.Errorf("sweep: --optimise: %w", err)
	}
	if !s.flags.given("figures") {
		s.words = nil
		for _, t := range goal.Terms {
			s.words = append(s.words, t.Word)
		}
	}
	all, best, err := s.plan.Optimise(s.ctx, s.player, s.knobs, goal, s.flags.budget)
	if err != nil {
		return blame(fmt.Errorf("sweep: --optimise: %w", err))
	}
	var points []*sweep.Point
	for _, runs := range all {
		points = append(points, runs.Point)
	}
	held := s.holdOut
	s.holdOut = nil // only for the best: the others are no answer
	r, _, err := s.report(all, points)
	if err != nil {
		return err
	}
	r.Search = &reports.Search{Asked: "the smallest " + goal.Text, Found: points[best].Setting.Values()}
	r.Search.Verdict = fmt.Sprintf("%s: the best of %d settings, by %s, with seeds %s", points[best].Setting, len(all), goal.Text, s.flags.Seeds)
	var kept []*sweep.Runs
	if held != nil {
		if kept, err = s.plan.Play(s.ctx, s.player, points[best:best+1], held, 0, len(held)); err != nil {
			return blame(err)
		}
		for _, text := range r.Figures {
			w, err := figure.Parse(text)
			if err != nil {
				return benchError{err}
			}
			e := kept[0].Estimate(w)
			r.Points[best].HoldOut = append(r.Points[best].HoldOut, e)
			r.Search.Verdict += fmt.Sprintf("; %s: %s, and %s with the seeds that were held out", w, all[best].Estimate(w).Text, e.Text)
		}
		r.HoldOut, r.Runs = s.flags.HoldOut, r.Runs+len(held)
	} else {
		r.Notes = append(r.Notes, "The best setting was chosen by these seeds, and fits them better than others: --hold-out shows by how much.")
	}
	return s.leave(r, all, kept)
}

// playSensitivity says which knob the figures depend on.
func (s *sweeping) playSensitivity() error {
	all, influences, err := s.plan.Sensitivity(s.ctx, s.player, s.knobs, s.words, s.flags.Points)
	if err != nil {
		return blame(fmt.Errorf("sweep: --sensitivity: %w", err))
	}
	var points []*sweep.Point
	for _, runs := range all {
		points = append(points, runs.Point)
	}
	r, held, err := s.report(all, points)
	if err != nil {
		return err
	}
	r.Influences = influences
	r.Notes = append(r.Notes, "A knob's share is how much of a figure's variance it explains by itself; what is missing from all of them is due to several together, or to the seeds.")
	return s.leave(r, all, held)
}
