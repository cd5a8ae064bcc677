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
	bare           bool         // one scenario and seed: print the whole run
	library        page.Library // for --report about many
	view           text.View
	over           []reports.OverSeeds // what runs with several seeds were judged by together
	output         *trial.Output       // of --out; nil: none
	shard          *shard              // of --shard; nil: none
	summary        *os.File            // of --summary; nil: none
	live           *reports.Reporter   // of the progress, in the directory of --out; nil: none
}

// note prints a line for people.
func (s *session) note(format string, args ...any) {
	fmt.Fprintf(s.stderr, "cablepull: "+format+"\n", args...)
}

// run plays the trials, leaves and prints their results. Its error decides the
// exit status.
func (s *session) run(trials []trial.Trial) error {
	s.warn(trials)
	err := s.begin(trials)
	if err != nil {
		return err
	}
	var results []trial.Result
	if s.bare {
		results = s.playBare(trials)
	} else {
		results, err = s.playMany(trials)
	}
	if s.over = trial.OverSeeds(trials, results); s.shard != nil && len(s.over) > 0 {
		s.note("over-seeds: not judged, a shard has only some of the runs")
		s.over = nil
	}
	var pairs []*reports.Comparison
	if s.flags.world == worldBoth && err == nil {
		pairs, err = s.compare(trials, results)
	}
	err = errors.Join(err, s.leave(trials, results), s.print(results, pairs), blameWriting(s.live.Close()))
	if err != nil {
		return err
	}
	return s.verdict(results)
}

// verdict is the error with which a command ends that has these results, and
// what was judged over their seeds.
func (s *session) verdict(results []trial.Result) error {
	if err := verdict(results); err != nil {
		return err
	}
	if slices.ContainsFunc(s.over, func(o reports.OverSeeds) bool { return !o.Passed() }) {
		return errFailed
	}
	return nil
}

// warn prints the warnings of scenarios that the user named. Those of the
// library are on purpose; run.json has them too.
func (s *session) warn(trials []trial.Trial) {
	if s.flags.all {
		return
	}
	var sources []trial.Source
	for _, t := range trials {
		sources = append(sources, t.Source)
	}
	for _, w := range warningsOf(sources) {
		s.note("warning: %s", w)
	}
}

// warningsOf lists the warnings of scenarios, each once, with its place and the
// line there.
func warningsOf(sources []trial.Source) []string {
	var all []string
	for _, s := range sources {
		for _, w := range s.Scenario.Warnings {
			if line := s.FileName() + ":" + w.String(); !slices.Contains(all, line) {
				all = append(all, line)
			}
		}
	}
	return all
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
		return r.Err
	case trial.Defect:
		return benchError{r.Err}
	}
	return r.Err
}

// playBare plays one scenario, in one world or both. It stops at a trial that
// has no verdict.
func (s *session) playBare(trials []trial.Trial) []trial.Result {
	var results []trial.Result
	if due := trial.Due(trials)[trial.Netns]; len(due) > 0 && trials[due[0]].Scenario.Duration >= announceMin {
		s.announce(trials, due)
	}
	for _, t := range trials {
		s.live.Running(liveName(t))
		t.Report = len(trials) > 1 && t.Report // else it has the page for itself
		player, finish := trial.InProcess{Version: version(), Timeline: true, Window: s.view.Window, Record: s.flags.report != ""}, func() {}
		if t.World == trial.Netns {
			player.Watch, finish = s.follow(t)
		}
		r := player.Play(s.ctx, t)
		finish()
		s.live.Done(liveName(t), r.Status() == trial.Passed, r.Report.Simulated)
		results = append(results, r)
		if r.Err != nil {
			break
		}
	}
	for _, t := range trials[len(results):] {
		results = append(results, t.NotPlayed(version(), "the run in the other world has no verdict"))
	}
	if s.flags.verify && results[0].Err == nil {
		s.note("both runs have equal digests: %s", results[0].Report.Digest)
	}
	return results
}

// print prints the results: all of them as JSON, the whole of a single run, or
// a table.
func (s *session) print(results []trial.Result, pairs []*reports.Comparison) error {
	runs := reportsOf(results)
	switch {
	case s.flags.json && s.flags.world == worldBoth:
		return s.printJSON(appendAll(nil, "comparisons", pairs))
	case s.flags.json:
		return s.printJSON(appendAll(nil, "runs", runs))
	case s.bare && slices.ContainsFunc(results, func(r trial.Result) bool { return r.Err != nil }):
		return s.printInterrupted(results)
	}
	var err error
	switch {
	case s.bare && len(pairs) == 1:
		err = text.WriteComparison(s.stdout, pairs[0], s.options())
	case s.bare:
		err = text.WriteRun(s.stdout, &runs[0], s.options())
	case areVariants(runs):
		err = text.WriteVariants(s.stdout, runs, s.options())
	case len(runs) > 0:
		err = text.WriteSummary(s.stdout, runs, s.options())
	}
	if err == nil && len(s.over) > 0 {
		err = text.WriteOverSeeds(s.stdout, s.over, s.options())
	}
	return blame(err)
}

// printInterrupted prints what is known of a run that was interrupted. Of any
// other run without a verdict the error says all.
func (s *session) printInterrupted(results []trial.Result) error {
	for i := range results {
		var interrupted *trial.InterruptedError
		if errors.As(results[i].Err, &interrupted) {
			return blame(text.WriteRun(s.stdout, &results[i].Report, s.options()))
		}
	}
	return nil
}

// compare compares the runs of each scenario and seed in the two worlds, and
// writes that next to their artefacts. Trials are pairs: virtual, then netns.
func (s *session) compare(trials []trial.Trial, results []trial.Result) ([]*reports.Comparison, error) {
	var pairs []*reports.Comparison
	var err error
	for i := 0; i+1 < len(results); i += 2 {
		pair := reports.Compare(&results[i].Report, &results[i+1].Report, replay(trials[i], worldBoth))
		pairs = append(pairs, pair)
		if err == nil && (results[i].Kept || results[i+1].Kept) {
			err = trial.WriteComparison(pair, trials[i])
		}
	}
	return pairs, blameWriting(err)
}

// onlyLines reports whether nothing but the table of runs is made of the trials
// that pass: nobody asks for their measures, and nothing is expected of all
// seeds together.
func (s *session) onlyLines(trials []trial.Trial) bool {
	f := s.flags
	if f.json || f.out != "" || f.report != "" || f.junit != "" || f.summary != "" || f.annotate != "" || f.world == worldBoth {
		return false
	}
	first := trials[0]
	return !slices.ContainsFunc(trials, func(t trial.Trial) bool { return len(t.Scenario.OverSeeds) > 0 }) &&
		slices.ContainsFunc(trials, func(t trial.Trial) bool { return t.Seed != first.Seed || t.Scenario.Name != first.Scenario.Name }) // else they may be variants
}

// playMany plays the trials. Results are in the order of trials. If it fails,
// it returns the results so far.
func (s *session) playMany(trials []trial.Trial) ([]trial.Result, error) {
	results := make([]trial.Result, len(trials))
	left, err := s.shard.left(trials, results)
	if err != nil {
		return results, err
	}
	for i := range results {
		if results[i].Report.Scenario != "" {
			s.addPage(i, trials[i], &results[i])
		}
	}
	some := make([]trial.Trial, len(left))
	lines := s.onlyLines(trials)
	for n, i := range left {
		some[n] = trials[i]
		some[n].Line = lines
	}
	due := trial.Due(some)
	s.announce(some, due[trial.Netns])
	step, finish := s.progress(len(due[trial.Virtual]) + len(due[trial.Netns]))
	defer finish()
	series := trial.Series{Version: version(), Worker: []string{workerVerb}, Stderr: s.stderr, Jobs: s.flags.jobsIn}
	series.Began = func(t trial.Trial) { s.live.Running(liveName(t)) }
	ctx, cancel := context.WithCancelCause(s.ctx)
	defer cancel(nil)
	err = series.Play(ctx, some, func(n int, r trial.Result) {
		i := left[n]
		if err := s.shard.keep(trials[i], r); err != nil {
			cancel(blameWriting(err))
		}
		s.addPage(i, trials[i], &r)
		results[i] = r
		if r.Report.Skipped == "" {
			s.live.Done(liveName(trials[i]), r.Status() == trial.Passed, r.Report.Simulated)
			step()
		}
	})
	if err != nil {
		err = blame(context.Cause(ctx))
		for i, r := range results {
			if r.Report.Scenario == "" {
				results[i] = trials[i].NotPlayed(version(), "interrupted before it had ended")
			}
		}
	}
	return results, err
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

// printJSON prints an object with a list of runs or comparisons, each run as in
// its run.json, and with what was judged over several seeds, if anything was.
func (s *session) printJSON(form []byte) error {
	if len(s.over) > 0 {
		form = appendAll(append(form, ','), "over_seeds", s.over)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, slices.Concat([]byte("{"), form, []byte("}\n")), "", "  "); err != nil {
		return benchError{err}
	}
	_, err := out.WriteTo(s.stdout)
	return blame(err)
}

// appendAll appends a member of an object that is a list.
func appendAll[R interface{ AppendJSON([]byte) []byte }](form []byte, name string, all []R) []byte {
	form = append(form, `"`+name+`":[`...)
	for i, r := range all {
		if i > 0 {
			form = append(form, ',')
		}
		form = r.AppendJSON(form)
	}
	return append(form, ']')
}

func printJSON(w io.Writer, value any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(value)
}
