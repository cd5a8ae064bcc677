package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/github"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// open makes sure, before anything runs, that there is a place for everything
// that the flags ask for.
func (s *session) open() error {
	if s.flags.junit != "" {
		if err := reports.CheckWritable(s.flags.junit); err != nil {
			return blameWriting(fmt.Errorf("run: --junit: %w", err))
		}
	}
	if s.flags.report != "" {
		if err := reports.CheckWritable(s.flags.report); err != nil {
			return blameWriting(fmt.Errorf("run: --report: %w", err))
		}
	}
	if s.flags.summary != "" {
		file, err := openSummary(s.flags.summary)
		if err != nil {
			return blameWriting(fmt.Errorf("run: --summary: %w", err))
		}
		s.summary = file
	}
	if s.flags.out == "" {
		return nil
	}
	if s.shard.begun(s.flags) {
		s.output = trial.ContinueOutput(s.flags.out)
		return s.shard.open(s.flags)
	}
	output, err := trial.OpenOutput(s.flags.out, s.flags.force)
	switch {
	case errors.Is(err, trial.ErrEarlier):
		return fmt.Errorf("run: --out: %w: name another directory, or replace them with --force", err)
	case err != nil:
		return blameWriting(fmt.Errorf("run: --out: %w", err))
	}
	s.output = output
	return s.shard.open(s.flags)
}

// openSummary opens the file of --summary, to which others may have written and
// may write later. A folder that is missing is made.
func openSummary(path string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
}

// close ends what open has begun, and removes what nobody has filled.
func (s *session) close() {
	if s.summary != nil {
		s.summary.Close() // what was written has been checked
	}
	s.shard.close()
	if s.output != nil {
		s.output.Close()
	}
}

// leave writes what remains of all runs together. Runs that were skipped,
// broken off or never begun are among them.
func (s *session) leave(trials []trial.Trial, results []trial.Result) error {
	var errs []error
	runs := reportsOf(results)
	if s.flags.junit != "" {
		errs = append(errs, reports.WriteFile(s.flags.junit, func(w io.Writer) error { return reports.WriteJUnit(w, "cablepull", runs, s.over...) }))
	}
	if s.flags.report != "" {
		errs = append(errs, reports.WriteFile(s.flags.report, s.reportOn(trials, results)))
	}
	if s.flags.all { // warnings of the library are on purpose
		runs = slices.Clone(runs)
		for i := range runs {
			runs[i].Warnings = nil
		}
	}
	if s.summary != nil {
		errs = append(errs, writeSummary(s.summary, runs, s.over))
	}
	if s.flags.annotate != "" {
		errs = append(errs, github.Write(s.stderr, append(github.Of(runs), github.OfSeeds(s.over)...)))
	}
	if s.output != nil {
		errs = append(errs, s.output.WriteIndex(trials, results))
	}
	return blameWriting(errors.Join(errs...))
}

// writeSummary appends the table of runs, as far as there is room for it in the
// summary of a step.
func writeSummary(file *os.File, runs []reports.Result, over []reports.OverSeeds) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	room := int(max(github.SummaryMax-info.Size(), 0))
	return github.WriteSummary(file, runs, over, room)
}

// annotateError prints an error before the first run as workflow commands, if
// that is asked for: each problem of a scenario file at its place.
func (f *runFlags) annotateError(stderr io.Writer, err error) {
	if f.annotate == "" {
		return
	}
	all := []github.Annotation{{Level: github.Error, Title: "cablepull", Message: err.Error()}}
	if invalid, is := scenarios.IsInvalid(err); is {
		all = nil
		for _, p := range invalid.Problems {
			message := p
			message.Line, message.Excerpt = 0, ""
			all = append(all, github.Annotation{
				Level: github.Error, File: invalid.File, Line: p.Line, Column: p.Column, Title: "invalid scenario", Message: message.String(),
			})
		}
	}
	_ = github.Write(stderr, all) // the error itself is printed as well
}
