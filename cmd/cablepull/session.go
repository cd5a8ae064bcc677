package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/text"
)

// session is one invocation of the verb run.
type session struct {
	ctx            context.Context
	flags          runFlags
	stdout, stderr io.Writer
	bare           bool // one scenario and seed: print all about it
}

// run makes the trials and prints what came of them. The error says how the
// command ends: nil, errFailed, the end of the context, or what broke.
func (s *session) run(trials []trial) error {
	if s.bare {
		return s.runBare(trials)
	}
	results, err := s.runMany(trials)
	var pairs []*reports.Comparison
	if s.flags.world == worldBoth && err == nil {
		pairs = compareAll(trials, results)
		err = s.keep(trials, pairs)
	}
	if s.flags.junit != "" {
		err = errors.Join(err, s.writeJUnit(results))
	}
	switch {
	case s.flags.json && s.flags.world == worldBoth:
		err = errors.Join(err, printJSON(s.stdout, "comparisons", pairs))
	case s.flags.json:
		runs := make([]*reports.Result, len(results))
		for i := range results {
			runs[i] = &results[i]
		}
		err = errors.Join(err, printJSON(s.stdout, "runs", runs))
	case len(results) > 0:
		err = errors.Join(err, text.WriteSummary(s.stdout, results, s.options()))
	}
	if err != nil {
		return err
	}
	return verdict(results)
}

// verdict says how a command ends with such results. A defect of the bench
// counts most; what was skipped does not count.
func verdict(results []reports.Result) error {
	for _, defect := range []bool{true, false} {
		for _, r := range results {
			switch {
			case r.Error == "" || r.Defect != defect:
			case defect:
				return benchError{errors.New(r.Error)}
			default:
				return errors.New(r.Error)
			}
		}
	}
	if slices.ContainsFunc(results, func(r reports.Result) bool { return !r.Passed && r.Skipped == "" }) {
		return errFailed
	}
	return nil
}

// runBare plays one scenario, in one world or in both, and prints all about it.
func (s *session) runBare(trials []trial) error {
	for _, w := range trials[0].scenario.Warnings {
		fmt.Fprintf(s.stderr, "cablepull: warning: %v\n", w)
	}
	var results []reports.Result
	for _, t := range trials {
		finish := func() {}
		if t.world == worldNetns {
			t.watch, finish = s.follow(t)
		}
		r, err := t.play(s.ctx, s.flags.verify)
		finish()
		if err != nil {
			return err
		}
		results = append(results, *r)
	}
	if s.flags.junit != "" {
		if err := s.writeJUnit(results); err != nil {
			return err
		}
	}
	if err := s.print(trials, results); err != nil {
		return err
	}
	if s.flags.verify {
		fmt.Fprintf(s.stderr, "cablepull: run twice, equal digests: %s\n", results[0].Digest)
	}
	return verdict(results)
}

// print prints one run, or the runs in both worlds side by side.
func (s *session) print(trials []trial, results []reports.Result) error {
	if s.flags.world == worldBoth {
		pairs := compareAll(trials, results)
		if err := s.keep(trials, pairs); err != nil {
			return err
		}
		if s.flags.json {
			return blame(pairs[0].WriteJSON(s.stdout))
		}
		return blame(text.WriteComparison(s.stdout, pairs[0], s.options()))
	}
	if s.flags.json {
		return blame(results[0].WriteJSON(s.stdout))
	}
	return blame(text.WriteRun(s.stdout, &results[0], s.options()))
}

// runMany makes the trials, world by world: what computes would disturb what
// keeps time. Results are in the order of trials. With an error come those that
// there are.
func (s *session) runMany(trials []trial) ([]reports.Result, error) {
	if _, err := os.Stat(s.flags.out); s.flags.out != "" && errors.Is(err, os.ErrNotExist) {
		defer os.Remove(s.flags.out) // if nothing came to lie in it
	}
	results := make([]reports.Result, len(trials))
	var due []int
	for i, t := range trials {
		if t.skip != "" {
			results[i] = *t.skipped()
			continue
		}
		due = append(due, i)
	}
	in := func(world string) []int {
		return slices.DeleteFunc(slices.Clone(due), func(i int) bool { return trials[i].world != world })
	}
	s.announce(trials, in(worldNetns))
	step, finish := s.progress(len(due))
	defer finish()
	for _, world := range s.flags.worlds() {
		batch := in(world)
		jobs := min(s.flags.jobsIn(world), len(batch))
		if err := s.runBatch(trials, batch, jobs, func(i int, r *reports.Result) {
			if s.ctx.Err() != nil {
				return // it was not made to its end
			}
			r.Events = nil // they would fill the memory; --out keeps them
			results[i] = *r
			step()
		}); err != nil {
			return slices.DeleteFunc(results, func(r reports.Result) bool { return r.Scenario == "" }), err
		}
	}
	return results, nil
}

// runBatch makes some of the trials, in worker processes if there is more than
// one job.
func (s *session) runBatch(trials []trial, batch []int, jobs int, done func(int, *reports.Result)) error {
	if jobs > 1 {
		return s.runWorkers(trials, batch, jobs, done)
	}
	for _, i := range batch {
		r, err := trials[i].play(s.ctx, s.flags.verify)
		if s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		if err != nil {
			r = trials[i].broken(err)
		}
		done(i, r)
	}
	return nil
}

// options are those of the terminal that stdout is, or of a plain file.
func (s *session) options() text.Options {
	if s.flags.plain {
		return text.Options{}
	}
	return text.OptionsFor(s.stdout, os.Getenv)
}

func (s *session) writeJUnit(results []reports.Result) error {
	return blameWriting(reports.WriteFile(s.flags.junit, func(w io.Writer) error { return reports.WriteJUnit(w, "cablepull", results) }))
}

// printJSON prints {"runs": [...]}, each run as run.json holds it, or
// {"comparisons": [...]}.
func printJSON[R interface{ WriteJSON(io.Writer) error }](w io.Writer, name string, all []R) error {
	forms := make([]json.RawMessage, len(all))
	for i, r := range all {
		var b bytes.Buffer
		if err := r.WriteJSON(&b); err != nil {
			return benchError{err}
		}
		forms[i] = b.Bytes()
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return blame(e.Encode(map[string]any{name: forms}))
}
