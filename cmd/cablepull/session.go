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
	"github.com/cablepull/cablepull/scenarios/trial"
)

// session is one invocation of the verb run.
type session struct {
	ctx            context.Context
	flags          runFlags
	stdout, stderr io.Writer
	bare           bool // one scenario and seed: print all about it
}

// run plays the trials and prints what came of them. The error says how the
// command ends: nil, errFailed, the end of the context, or what broke.
func (s *session) run(trials []trial.Trial) error {
	if s.bare {
		return s.runBare(trials)
	}
	results, err := s.runMany(trials)
	var pairs []*reports.Comparison
	if s.flags.world == worldBoth && err == nil {
		pairs, err = s.compare(trials, results)
	}
	runs := reportsOf(results)
	if s.flags.junit != "" {
		err = errors.Join(err, s.writeJUnit(runs))
	}
	switch {
	case s.flags.json && s.flags.world == worldBoth:
		err = errors.Join(err, printJSON(s.stdout, "comparisons", pairs))
	case s.flags.json:
		each := make([]*reports.Result, len(runs))
		for i := range runs {
			each[i] = &runs[i]
		}
		err = errors.Join(err, printJSON(s.stdout, "runs", each))
	case len(runs) > 0:
		err = errors.Join(err, text.WriteSummary(s.stdout, runs, s.options()))
	}
	if err != nil {
		return err
	}
	return verdict(results)
}

// reportsOf takes what is printed of results.
func reportsOf(results []trial.Result) []reports.Result {
	runs := make([]reports.Result, len(results))
	for i, r := range results {
		runs[i] = r.Report
	}
	return runs
}

// verdict is how a command ends with such results.
func verdict(results []trial.Result) error {
	r := trial.Decisive(results)
	switch r.Status() {
	case trial.Passed:
		return nil
	case trial.Failed:
		return errFailed
	case trial.Interrupted:
		return context.Canceled
	case trial.Defect:
		return benchError{r.Err}
	}
	return r.Err
}

// runBare plays one scenario, in one world or in both, and prints all about it.
func (s *session) runBare(trials []trial.Trial) error {
	for _, w := range trials[0].Scenario.Warnings {
		fmt.Fprintf(s.stderr, "cablepull: warning: %v\n", w)
	}
	var results []trial.Result
	for _, t := range trials {
		player, finish := trial.InProcess{Version: version()}, func() {}
		if t.World == trial.Netns {
			player.Watch, finish = s.follow(t)
		}
		r := player.Play(s.ctx, t)
		finish()
		results = append(results, r)
		if r.Err != nil {
			return verdict(results[len(results)-1:])
		}
	}
	runs := reportsOf(results)
	if s.flags.junit != "" {
		if err := s.writeJUnit(runs); err != nil {
			return err
		}
	}
	if err := s.print(trials, results); err != nil {
		return err
	}
	if s.flags.verify {
		fmt.Fprintf(s.stderr, "cablepull: run twice, equal digests: %s\n", runs[0].Digest)
	}
	return verdict(results)
}

// print prints one run, or the runs in both worlds side by side.
func (s *session) print(trials []trial.Trial, results []trial.Result) error {
	if s.flags.world == worldBoth {
		pairs, err := s.compare(trials, results)
		if err != nil {
			return err
		}
		if s.flags.json {
			return blame(pairs[0].WriteJSON(s.stdout))
		}
		return blame(text.WriteComparison(s.stdout, pairs[0], s.options()))
	}
	if s.flags.json {
		return blame(results[0].Report.WriteJSON(s.stdout))
	}
	return blame(text.WriteRun(s.stdout, &results[0].Report, s.options()))
}

// compare puts the runs of each scenario and seed in the two worlds side by
// side, and keeps that beside their directories. Trials are pairs: virtual, then
// netns.
func (s *session) compare(trials []trial.Trial, results []trial.Result) ([]*reports.Comparison, error) {
	var pairs []*reports.Comparison
	var err error
	for i := 0; i+1 < len(results); i += 2 {
		pair := reports.Compare(&results[i].Report, &results[i+1].Report, replay(trials[i], worldBoth))
		pairs = append(pairs, pair)
		if err == nil {
			err = trial.WriteComparison(pair, trials[i])
		}
	}
	return pairs, blameWriting(err)
}

// runMany plays the trials, world by world: what computes would disturb what
// keeps time. Results are in the order of trials. With an error come those that
// there are.
func (s *session) runMany(trials []trial.Trial) ([]trial.Result, error) {
	if _, err := os.Stat(s.flags.out); s.flags.out != "" && errors.Is(err, os.ErrNotExist) {
		defer os.Remove(s.flags.out) // if nothing came to lie in it
	}
	results := make([]trial.Result, len(trials))
	batches := map[trial.World][]int{} // trials to be played
	due := 0
	for i, t := range trials {
		if t.Skip != "" {
			results[i] = trial.InProcess{Version: version()}.Play(s.ctx, t)
			continue
		}
		batches[t.World] = append(batches[t.World], i)
		due++
	}
	s.announce(trials, batches[trial.Netns])
	step, finish := s.progress(due)
	defer finish()
	for _, world := range s.flags.worlds() {
		if err := s.runBatch(trials, batches[world], s.flags.jobsIn(world), func(i int, r trial.Result) {
			r.Report.Events = nil // they would fill the memory; --out keeps them
			results[i] = r
			step()
		}); err != nil {
			return slices.DeleteFunc(results, func(r trial.Result) bool { return r.Report.Scenario == "" }), err
		}
	}
	return results, nil
}

// runBatch plays some of the trials, in worker processes if there is more than
// one job. A worker that does not do its work is an error at the end.
func (s *session) runBatch(trials []trial.Trial, batch []int, jobs int, done func(int, trial.Result)) error {
	jobs = min(jobs, len(batch))
	var player trial.Player = trial.InProcess{Version: version()}
	if jobs > 1 {
		program, err := trial.ThisProgram()
		if err != nil {
			return benchError{err}
		}
		pool := trial.NewPool(jobs, version(), []string{program, workerVerb}, s.stderr)
		defer pool.Close()
		player = pool
	}
	some := make([]trial.Trial, len(batch))
	for n, i := range batch {
		some[n] = trials[i]
	}
	var lost []error
	err := trial.Each(s.ctx, player, some, jobs, func(n int, r trial.Result) {
		var worker *trial.WorkerError
		switch {
		case errors.Is(r.Err, trial.ErrNoWorker): // of those that are gone each has said why
		case errors.As(r.Err, &worker):
			lost = append(lost, r.Err)
		default:
			done(batch[n], r)
		}
	})
	if err == nil && len(lost) > 0 {
		err = benchError{errors.Join(lost...)}
	}
	return err
}

// options are those of the terminal that stdout is, or of a plain file.
func (s *session) options() text.Options {
	if s.flags.plain {
		return text.Options{}
	}
	return text.OptionsFor(s.stdout, os.Getenv)
}

func (s *session) writeJUnit(runs []reports.Result) error {
	return blameWriting(reports.WriteFile(s.flags.junit, func(w io.Writer) error { return reports.WriteJUnit(w, "cablepull", runs) }))
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
