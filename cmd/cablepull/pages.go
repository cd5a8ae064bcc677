package main

import (
	"io"
	"path/filepath"

	"github.com/cablepull/cablepull/reports/page"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// reportOn returns what writes the page of --report: about a single run, or
// about many.
func (s *session) reportOn(trials []trial.Trial, results []trial.Result) func(io.Writer) error {
	if s.bare && len(results) == 1 {
		whole := results[0].Report
		whole.Events = results[0].Drawn
		return func(w io.Writer) error { return page.Write(w, results[0].Record, &whole, nil) }
	}
	if s.bare {
		for i := range results {
			s.addPage(i, trials[i], &results[i])
		}
	}
	s.library.OverSeeds = s.over
	return s.library.Write
}

// addPage adds a run to the page of --report about many, and forgets its
// pictures.
func (s *session) addPage(number int, t trial.Trial, r *trial.Result) {
	if s.flags.report == "" {
		return
	}
	own := ""
	if r.Kept {
		if path, err := filepath.Rel(filepath.Dir(s.flags.report), filepath.Join(t.Dir, page.File)); err == nil {
			own = filepath.ToSlash(path)
		}
	}
	report := r.Report
	s.library.Add(number, &report, r.Part, own)
	r.Part = page.Part{}
}
