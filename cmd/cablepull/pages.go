package main

import (
	"io"
	"path/filepath"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/page"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// report writes the page of --report about a single run, or about the runs of
// one scenario in both worlds, so far.
func (s *session) report(trials []trial.Trial, results []trial.Result) error {
	if s.flags.report == "" {
		return nil
	}
	last := &results[len(results)-1]
	if len(trials) > 1 {
		s.addPage(len(results)-1, trials[len(results)-1], last)
		return s.writeLibrary()
	}
	whole := last.Report
	whole.Events = last.Drawn
	return blameWriting(reports.WriteFile(s.flags.report, func(w io.Writer) error {
		return page.Write(w, last.Record, &whole, nil)
	}))
}

// addPage adds a run to the page of --report about many, and forgets its
// pictures.
func (s *session) addPage(number int, t trial.Trial, r *trial.Result) {
	if s.flags.report == "" {
		return
	}
	own := ""
	if t.Dir != "" && r.Err == nil && r.Report.Skipped == "" {
		if path, err := filepath.Rel(filepath.Dir(s.flags.report), filepath.Join(t.Dir, page.File)); err == nil {
			own = filepath.ToSlash(path)
		}
	}
	report := r.Report
	s.library.Add(number, &report, r.Part, own)
	r.Part = page.Part{}
}

// writeLibrary writes the page of --report about many runs, if it was given.
func (s *session) writeLibrary() error {
	if s.flags.report == "" {
		return nil
	}
	return blameWriting(reports.WriteFile(s.flags.report, s.library.Write))
}
