package main

import (
	"errors"
	"io"
	"slices"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/page"
	"github.com/cablepull/cablepull/scenarios/sweep"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// leave writes the files and prints the report. Its error decides the exit
// status.
func (s *sweeping) leave(r *reports.Sweep, all, held []*sweep.Runs) error {
	f := s.flags
	sweep.JudgeSeeds(r, all)
	var errs []error
	if s.closeJournal != nil {
		errs = append(errs, s.closeJournal())
	}
	if f.csv != "" {
		errs = append(errs, reports.WriteFile(f.csv, func(w io.Writer) error {
			return sweep.WriteCSV(w, s.knobs, slices.Concat(s.words, s.front), all, held)
		}))
	}
	if f.jsonFile != "" {
		errs = append(errs, reports.WriteFile(f.jsonFile, r.WriteJSON))
	}
	if f.html != "" {
		behind, err := s.behind(r, all)
		if err != nil {
			return blame(err)
		}
		errs = append(errs, reports.WriteFile(f.html, func(w io.Writer) error { return page.WriteSweep(w, r, behind) }))
	}
	if err := blameWriting(errors.Join(append(errs, s.print(s.std.out, r))...)); err != nil {
		return err
	}
	if !r.Passed {
		return errFailed
	}
	return nil
}

// behindMax is for how many settings a page has the runs behind each.
const behindMax = 40

// behind plays the runs behind the settings once more, for their pictures:
// those of the front, or of all settings if there are not too many.
func (s *sweeping) behind(r *reports.Sweep, all []*sweep.Runs) ([]page.Behind, error) {
	var behind []page.Behind
	var trials []trial.Trial
	for i, p := range r.Points {
		if !p.OnFront && (len(r.Front) > 0 || len(r.Points) > behindMax) {
			continue
		}
		for _, x := range p.Examples {
			n := slices.IndexFunc(all[i].Trials, func(t trial.Trial) bool { return t.Seed == x.Seed })
			t := all[i].Trials[n]
			t.Report, t.Replay = true, x.Replay
			trials = append(trials, t)
			behind = append(behind, page.Behind{Point: i, What: x.What + " " + x.Value})
		}
	}
	series := trial.Series{Version: version(), Worker: []string{workerVerb}, Stderr: s.std.err, Jobs: func(trial.World) int { return s.flags.workers() }}
	err := series.Play(s.ctx, trials, func(i int, result trial.Result) {
		behind[i].Run, behind[i].Part = &result.Report, result.Part
	})
	return behind, err
}
