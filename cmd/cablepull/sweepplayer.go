package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"

	"github.com/cablepull/cablepull/scenarios/figure"
	"github.com/cablepull/cablepull/scenarios/job"
	"github.com/cablepull/cablepull/scenarios/sweep"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// workers is how many processes play.
func (f *sweepFlags) workers() int {
	if f.jobs > 0 {
		return f.jobs
	}
	return runtime.NumCPU()
}

// jobPlayer plays the trials of a sweep as jobs, and keeps their results in a
// journal, if there is one.
type jobPlayer struct {
	options  job.Options
	progress *sweepProgress
}

// Play implements sweep.Player.
func (p *jobPlayer) Play(ctx context.Context, trials []trial.Trial) ([]sweep.Run, error) {
	runs := make([]sweep.Run, len(trials))
	o := p.options
	o.Ended = p.progress.begin(len(trials))
	err := job.Play(ctx, trials, o, func(i int, r job.Result) { runs[i] = runOf(r) })
	return runs, err
}

// runOf is what a sweep needs of a result.
func runOf(r job.Result) sweep.Run {
	run := sweep.Run{Values: figure.Values(r.Figures), Verdict: string(r.Verdict), Digest: r.Run}
	if r.Verdict == job.Error || r.Verdict == job.Skipped {
		run.Error = r.Text
	}
	return run
}

// open makes the player. What it returns ends it.
func (s *sweeping) open() (finish func(), err error) {
	os.Setenv(insideVariable, "1") // for the processes that this one starts
	f := s.flags
	player := &jobPlayer{progress: &sweepProgress{stderr: s.std.err}}
	s.player = player
	ends := []func(){player.progress.end}
	finish = func() {
		for _, end := range ends {
			end()
		}
	}
	series := trial.Series{Version: version(), Worker: []string{workerVerb}, Stderr: s.std.err}
	plays, places, end, err := series.Player(f.workers())
	if err != nil {
		return finish, err
	}
	ends = append(ends, end)
	player.options = job.Options{Player: plays, Jobs: places, Version: version(), Shard: s.shard}
	if f.out == "" {
		return finish, nil
	}
	journal, err := s.journal()
	if err != nil {
		return finish, err
	}
	player.options.Journal = journal
	var once sync.Once
	s.closeJournal = func() (err error) {
		once.Do(func() { err = blameWriting(journal.Close()) })
		return err
	}
	ends = append(ends, func() { _ = s.closeJournal() }) // leave has reported it
	return finish, nil
}

// journal opens the folder of --out.
func (s *sweeping) journal() (*job.Journal, error) {
	plan, err := s.jobPlan()
	if err != nil {
		return nil, fmt.Errorf("sweep: %w", err)
	}
	journal, err := job.Open(s.flags.out, plan, s.flags.force)
	switch {
	case errors.Is(err, job.ErrOther):
		return nil, fmt.Errorf("sweep: --out: %w: name another folder, or replace them with --force", err)
	case errors.Is(err, job.ErrBusy), errors.Is(err, job.ErrDamaged):
		return nil, fmt.Errorf("sweep: --out: %w", err)
	case err != nil:
		return nil, blameWriting(fmt.Errorf("sweep: --out: %w", err))
	}
	if n := journal.Count(); n > 0 {
		s.note("%s: going on after %s", s.flags.out, counted(n, "run"))
	}
	return journal, nil
}
