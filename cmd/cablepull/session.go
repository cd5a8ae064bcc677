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
	"github.com/cablepull/cablepull/reports/page"
	"github.com/cablepull/cablepull/reports/text"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// session is one invocation of the verb run.
type session struct {
	ctx            context.Context
	flags          runFlags
	stdout, stderr io.Writer
	bare           bool // one scenario and seed: print the whole run
	library        *page.Library
	view           text.View
}

// run plays the trials and prints their results. Its error decides the exit
// status.
func (s *session) run(trials []trial.Trial) error {
	s.warn(trials)
	if s.bare {
		return s.runBare(trials)
	}
	results, err := s.runMany(trials)
	var pairs []*reports.Comparison
	if s.flags.world == worldBoth && err == nil {
		pairs, err = s.compare(trials, results)
	}
	runs := reportsOf(results)
	err = errors.Join(err, s.writeJUnit(runs), s.writeLibrary())
	switch {
	case s.flags.json && s.flags.world == worldBoth:
		err = errors.Join(err, printAll(s.stdout, "comparisons", pairs))
	case s.flags.json:
		err = errors.Join(err, printAll(s.stdout, "runs", runs))
	case areVariants(runs):
		err = errors.Join(err, text.WriteVariants(s.stdout, runs, s.options()))
	case len(runs) > 0:
		err = errors.Join(err, text.WriteSummary(s.stdout, runs, s.options()))
	}
	if err != nil {
		return err
	}
	return verdict(results)
}

// warn prints the warnings of scenarios that the user named, each once. Those
// of the library are on purpose; run.json has them too.
func (s *session) warn(trials []trial.Trial) {
	if s.flags.all {
		return
	}
	printed := map[string]bool{}
	for _, t := range trials {
		for _, w := range t.Scenario.Warnings {
			line := fmt.Sprintf("cablepull: warning: %s:%v\n", t.Label(), w)
			if !printed[line] {
				fmt.Fprint(s.stderr, line)
			}
			printed[line] = true
		}
	}
}

// areVariants says whether runs differ only in the variant of their scenario.
func areVariants(runs []reports.Result) bool {
	return len(runs) > 1 && !slices.ContainsFunc(runs, func(r reports.Result) bool {
		return r.Variant == "" || r.Scenario != runs[0].Scenario || r.Seed != runs[0].Seed || r.World != runs[0].World
	})
}

// reportsOf returns the reports of results.
func reportsOf(results []trial.Result) []reports.Result {
	var runs []reports.Result
	for _, r := range results {
		runs = append(runs, r.Report)
	}
	return runs
}

// verdict is the error with which a command that has these results ends.
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

// runBare plays one scenario, in one world or both, and prints the whole run.
func (s *session) runBare(trials []trial.Trial) (err error) {
	live, end, err := s.live(len(trials))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	var results []trial.Result
	for _, t := range trials {
		live.Running(liveName(t))
		t.Report = len(trials) > 1 && t.Report // else it has the page for itself
		player, finish := trial.InProcess{Version: version(), Timeline: true, Window: s.view.Window, Record: s.flags.report != ""}, func() {}
		if t.World == trial.Netns {
			player.Watch, finish = s.follow(t)
		}
		r := player.Play(s.ctx, t)
		finish()
		live.Done(liveName(t), r.Status() == trial.Passed, r.Report.Simulated)
		results = append(results, r)
		if err := s.report(trials, results); err != nil {
			return err
		}
		if r.Err != nil {
			return verdict(results[len(results)-1:])
		}
	}
	runs := reportsOf(results)
	if err := s.writeJUnit(runs); err != nil {
		return err
	}
	if err := s.print(trials, results); err != nil {
		return err
	}
	if s.flags.verify {
		fmt.Fprintf(s.stderr, "cablepull: both runs have equal digests: %s\n", runs[0].Digest)
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

// compare compares the runs of each scenario and seed in the two worlds, and
// writes that next to their directories. Trials are pairs: virtual, then netns.
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

// runMany plays the trials. Results are in the order of trials. If it fails, it
// returns the results so far.
func (s *session) runMany(trials []trial.Trial) (results []trial.Result, err error) {
	due := trial.Due(trials)
	live, end, err := s.live(len(due[trial.Virtual]) + len(due[trial.Netns]))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, end()) }()
	s.announce(trials, due[trial.Netns])
	step, finish := s.progress(len(due[trial.Virtual]) + len(due[trial.Netns]))
	defer finish()
	results = make([]trial.Result, len(trials))
	series := trial.Series{Version: version(), Worker: []string{workerVerb}, Stderr: s.stderr, Jobs: s.flags.jobsIn}
	series.Began = func(t trial.Trial) { live.Running(liveName(t)) }
	err = series.Play(s.ctx, trials, func(i int, r trial.Result) {
		s.addPage(i, trials[i], &r)
		results[i] = r
		if r.Report.Skipped == "" {
			live.Done(liveName(trials[i]), r.Status() == trial.Passed, r.Report.Simulated)
			step()
		}
	})
	if err != nil {
		results = slices.DeleteFunc(results, func(r trial.Result) bool { return r.Report.Scenario == "" })
	}
	return results, blame(err)
}

// options are those that fit stdout, a terminal or not.
func (s *session) options() text.Options {
	var o text.Options
	if !s.flags.plain {
		o = text.OptionsFor(s.stdout, os.Getenv)
	}
	o.View, o.Quiet = s.view, s.flags.view.quiet
	return o
}

// writeJUnit writes the runs to the file of --junit, if it was given.
func (s *session) writeJUnit(runs []reports.Result) error {
	if s.flags.junit == "" {
		return nil
	}
	return blameWriting(reports.WriteFile(s.flags.junit, func(w io.Writer) error { return reports.WriteJUnit(w, "cablepull", runs) }))
}

// printAll prints {"runs": [...]}, each run as in its run.json, or
// {"comparisons": [...]}.
func printAll[R interface{ AppendJSON([]byte) []byte }](w io.Writer, name string, all []R) error {
	form := []byte(`{"` + name + `":[`)
	for i, r := range all {
		if i > 0 {
			form = append(form, ',')
		}
		form = r.AppendJSON(form)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, append(form, "]}\n"...), "", "  "); err != nil {
		return benchError{err}
	}
	_, err := out.WriteTo(w)
	return blame(err)
}

func printJSON(w io.Writer, value any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(value)
}
