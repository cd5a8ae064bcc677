package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/text"
)

// run makes the trials and prints what came of them. The error says how the
// command ends: nil, errFailed, the end of the context, or what broke.
func (s *session) run(trials []trial) error {
	if s.bare {
		return s.runOne(trials[0])
	}
	results, err := s.runMany(trials)
	if s.flags.junit != "" {
		err = errors.Join(err, writeFile(s.flags.junit, func(w io.Writer) error {
			return reports.WriteJUnit(w, "cablepull", results)
		}))
	}
	if s.flags.json {
		err = errors.Join(err, s.printJSON(results))
	} else {
		err = errors.Join(err, text.WriteSummary(s.stdout, results, s.options()))
	}
	if err != nil {
		return err
	}
	return verdict(results)
}

func verdict(results []reports.Result) error {
	for _, r := range results {
		if r.Error != "" {
			return benchError{errors.New(r.Error)}
		}
	}
	for _, r := range results {
		if !r.Passed {
			return errFailed
		}
	}
	return nil
}

func (s *session) runOne(t trial) error {
	for _, w := range t.scenario.Warnings {
		fmt.Fprintf(s.stderr, "cablepull: warning: %v\n", w)
	}
	r, err := t.play(s.ctx, s.flags.verify)
	if err != nil {
		return err
	}
	if s.flags.junit != "" {
		if err := writeFile(s.flags.junit, func(w io.Writer) error {
			return reports.WriteJUnit(w, "cablepull", []reports.Result{*r})
		}); err != nil {
			return err
		}
	}
	if s.flags.json {
		err = r.WriteJSON(s.stdout)
	} else {
		err = text.WriteRun(s.stdout, r, s.options())
	}
	if err != nil {
		return benchError{err}
	}
	if s.flags.verify {
		fmt.Fprintf(s.stderr, "cablepull: run twice, equal digests: %s\n", r.Digest)
	}
	return verdict([]reports.Result{*r})
}

// runMany makes the trials, in worker processes if there is more than one job,
// and tells of the progress on a terminal. Results are in the order of trials.
func (s *session) runMany(trials []trial) ([]reports.Result, error) {
	bar, finish := s.progress(len(trials))
	defer finish()
	if s.flags.jobs > 1 {
		return s.runWorkers(trials, bar)
	}
	results := make([]reports.Result, 0, len(trials))
	for _, t := range trials {
		r, err := t.play(s.ctx, s.flags.verify)
		if s.ctx.Err() != nil {
			return results, s.ctx.Err()
		}
		if err != nil {
			r = t.broken(err)
		}
		r.Events = nil // they would fill the memory; --out keeps them
		results = append(results, *r)
		bar()
	}
	return results, nil
}

// broken is the result of a trial in which the bench failed.
func (t trial) broken(err error) *reports.Result {
	return &reports.Result{
		Scenario: t.scenario.Name, About: t.scenario.About, Seed: t.seed, World: t.world,
		Version: version(), Replay: t.replay(), Error: err.Error(),
	}
}

// progress shows a bar on a terminal; elsewhere it shows nothing.
func (s *session) progress(total int) (step, finish func()) {
	file, ok := s.stderr.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return func() {}, func() {}
	}
	p := mpb.New(mpb.WithOutput(file), mpb.WithWidth(48))
	bar := p.AddBar(int64(total),
		mpb.PrependDecorators(decor.CountersNoUnit("%d / %d runs ")),
		mpb.AppendDecorators(decor.AverageETA(decor.ET_STYLE_GO)),
		mpb.BarRemoveOnComplete())
	return bar.Increment, func() {
		bar.Abort(true)
		p.Wait()
	}
}

// options are those of the terminal that stdout is, or of a plain file.
func (s *session) options() text.Options {
	if s.flags.plain {
		return text.Options{}
	}
	return text.OptionsFor(s.stdout, os.Getenv)
}

// printJSON prints {"runs": [...]}, each run as run.json holds it.
func (s *session) printJSON(results []reports.Result) error {
	runs := make([]json.RawMessage, len(results))
	for i := range results {
		var b bytes.Buffer
		if err := results[i].WriteJSON(&b); err != nil {
			return benchError{err}
		}
		runs[i] = b.Bytes()
	}
	e := json.NewEncoder(s.stdout)
	e.SetIndent("", "  ")
	if err := e.Encode(map[string]any{"runs": runs}); err != nil {
		return benchError{err}
	}
	return nil
}

// writeFile writes a file completely or not at all.
func writeFile(path string, write func(io.Writer) error) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), ".cablepull-*.tmp")
	if err != nil {
		return benchError{err}
	}
	err = errors.Join(write(temporary), temporary.Chmod(0o644), temporary.Sync(), temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		os.Remove(temporary.Name()) // what matters has gone wrong already
		return benchError{fmt.Errorf("%s: %w", path, err)}
	}
	return nil
}
