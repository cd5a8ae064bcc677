package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/job"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// shard is the part of the runs that --shard chooses, and the journal in which
// their results are kept for cablepull merge. Nil is no part: all runs.
type shard struct {
	plan    job.Plan
	journal *job.Journal
}

// runAsked is what a merge needs to know of a call of run besides its jobs, and
// what two shards of one call must agree in.
type runAsked struct {
	All    bool `json:"all"`
	Verify bool `json:"verify"`
	Report bool `json:"report"`
}

// divide returns the trials that the flags choose of all. Args are the command
// line.
func (f *runFlags) divide(args []string, all []trial.Trial) ([]trial.Trial, *shard, error) {
	if f.shard == "" {
		return all, nil, nil
	}
	which, err := job.ParseShard(f.shard)
	if err != nil {
		return nil, nil, fmt.Errorf("run: --shard: %w", err)
	}
	var jobs []job.Job
	var some []trial.Trial
	for _, t := range all {
		j := job.Of(t, version())
		jobs = append(jobs, j)
		if which.Has(j.Digest()) {
			some = append(some, t)
		}
	}
	words := reports.Command(append([]string{"cablepull"}, args...)...)
	plan, err := job.NewPlan(job.Run, version(), words, runAsked{f.all, f.verify, f.report != ""}, jobs)
	if err != nil {
		return nil, nil, benchError{err}
	}
	plan.Shard = which
	return some, &shard{plan: plan}, nil
}

// begun reports whether the folder of --out has results to go on with.
func (d *shard) begun(f runFlags) bool { return d != nil && !f.force && job.Begun(f.out, d.plan) }

// open opens the journal.
func (d *shard) open(f runFlags) (err error) {
	if d == nil {
		return nil
	}
	d.journal, err = job.Open(f.out, d.plan, f.force)
	switch {
	case errors.Is(err, job.ErrOther):
		return fmt.Errorf("run: --out: %w: name another directory, or replace them with --force", err)
	case err != nil:
		return blamedJournal(fmt.Errorf("run: --out: %w", err))
	}
	return nil
}

// blamedJournal is blameWriting for a journal, whose folder another command may
// use, or somebody may have damaged. Two results of one job are a bug of the
// bench.
func blamedJournal(err error) error {
	if errors.Is(err, job.ErrBusy) || errors.Is(err, job.ErrDamaged) || errors.Is(err, job.ErrOther) {
		return err
	}
	return blameWriting(err)
}

func (d *shard) close() {
	if d != nil && d.journal != nil {
		_ = d.journal.Close() // each result has been written when it came
	}
}

// count is how many runs an earlier call has played.
func (d *shard) count() int {
	if d == nil {
		return 0
	}
	return d.journal.Count()
}

// left fills in the results of trials that an earlier call has played, and
// returns the numbers of those to play.
func (d *shard) left(trials []trial.Trial, results []trial.Result) ([]int, error) {
	var left []int
	for i, t := range trials {
		if d == nil {
			left = append(left, i)
			continue
		}
		r, known := d.journal.Known(job.Of(t, version()).Digest())
		if !known || !r.Final() {
			left = append(left, i)
			continue
		}
		var err error
		if results[i], err = trial.Decode(r.Whole); err != nil {
			return nil, benchError{err}
		}
	}
	return left, nil
}

// keep writes the result of a trial to the journal, unless a signal ended it.
func (d *shard) keep(t trial.Trial, r trial.Result) error {
	if d == nil || r.Blame == trial.BlameSignal {
		return nil
	}
	one, err := job.Whole(job.Of(t, version()), r)
	if err == nil {
		err = d.journal.Add(one)
	}
	return errors.Join(err, d.journal.Flush())
}

// matrixEntry is a job of a matrix of GitHub.
type matrixEntry struct {
	Shard string `json:"shard"` // for --shard
	Name  string `json:"name"`  // for artefacts, whose names have no slash
	Runs  int    `json:"runs"`
	About string `json:"about"` // how long they take
}

// writeMatrix prints the fewest shards of which each takes about the time that
// the flags say, as {"include": [...]}, which a workflow reads by fromJSON.
func (f *runFlags) writeMatrix(trials []trial.Trial, std streams) error {
	costs := f.costs(trials)
	var entries []matrixEntry
	var longest time.Duration
	for of := 1; of <= min(job.ShardsMax, len(trials)); of++ {
		entries, longest = shardsOf(costs, of)
		if longest <= f.matrix {
			break
		}
	}
	form, err := json.Marshal(map[string][]matrixEntry{"include": entries})
	if err != nil {
		return benchError{err}
	}
	fmt.Fprintf(std.err, "cablepull: %s in %s, of about %v at most\n", counted(len(trials), "run"), counted(len(entries), "shard"), longest.Round(time.Second))
	if longest > f.matrix {
		fmt.Fprintf(std.err, "cablepull: shorter shards are not possible: the longest run, or %d shards, takes longer than %v\n", job.ShardsMax, f.matrix)
	}
	_, err = fmt.Fprintf(std.out, "%s\n", form)
	return blame(err)
}

// cost is how long a job probably takes.
type cost struct {
	digest job.Digest
	time   time.Duration
}

// costs estimates the trials: in virtual time by what they compute, in real
// time by how long they last; jobs that are played side by side share it.
func (f *runFlags) costs(trials []trial.Trial) []cost {
	known := map[*scenarios.Scenario]time.Duration{}
	all := make([]cost, len(trials))
	for i, t := range trials {
		if _, is := known[t.Scenario]; !is {
			known[t.Scenario] = trial.EstimateOf(t.Scenario).Time
		}
		all[i] = cost{job.Of(t, version()).Digest(), known[t.Scenario]}
		if t.World == trial.Netns {
			all[i].time = t.Scenario.Duration
		}
		if f.verify {
			all[i].time *= 2
		}
		all[i].time /= time.Duration(f.jobsIn(t.World))
	}
	return all
}

// shardsOf divides jobs into so many shards, without empty ones.
func shardsOf(costs []cost, of int) (entries []matrixEntry, longest time.Duration) {
	times, runs := make([]time.Duration, of), make([]int, of)
	for _, c := range costs {
		number := job.Shard{Of: of}.Place(c.digest) - 1
		times[number] += c.time
		runs[number]++
	}
	longest = slices.Max(times)
	for i := range times {
		if runs[i] > 0 {
			s := job.Shard{Number: i + 1, Of: of}
			entries = append(entries, matrixEntry{s.String(), fmt.Sprintf("%d-of-%d", i+1, of), runs[i], times[i].Round(time.Second).String()})
		}
	}
	return entries, longest
}
