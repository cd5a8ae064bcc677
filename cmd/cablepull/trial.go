package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/event"
)

// trial is one run to be made.
type trial struct {
	source
	seed      uint64
	world     string            // worldVirtual, worldNetns
	dir       string            // for artefacts; empty: none
	skip      string            // why it is not made; empty: it is
	allowExec bool              // real programs of a file may run
	watch     func(event.Event) // is told what happens; may be nil
}

// name tells trials of one session apart.
func (t trial) name() string { return fmt.Sprintf("%s seed %d", t.scenario.Name, t.seed) }

// replay is the command that makes the same run again.
func (t trial) replay() string { return t.replayIn(t.world) }

func (t trial) replayIn(world string) string {
	command := "cablepull run " + quote([]string{t.word}) + " --seed " + strconv.FormatUint(t.seed, 10)
	if world != worldVirtual {
		command += " --world " + world
	}
	if t.file && len(t.scenario.Programs()) > 0 {
		command += " --allow-exec"
	}
	return command
}

// trials combines scenarios with seeds and worlds; the worlds of one scenario
// and seed stand side by side. A scenario that is not possible in its world is
// an error if it was named. Of the library it is skipped, or, if it needs the
// other world, left out and counted.
func (f *runFlags) trials(chosen []source) (all []trial, leftOut int, err error) {
	seeds, err := f.seedList()
	if err != nil {
		return nil, 0, err
	}
	for _, s := range chosen {
		if reason := needsNamespaces(s.scenario); reason != "" && f.world != worldNetns {
			if !f.all {
				return nil, 0, fmt.Errorf("run: %s %s, which only --world netns can do", s.word, reason)
			}
			leftOut++
			continue
		}
		skip := ""
		if f.world != worldVirtual {
			skip = obstacle(s.scenario)
		}
		if skip != "" && !f.all {
			return nil, 0, fmt.Errorf("run: %s: %s", s.word, skip)
		}
		own := seeds
		if own == nil {
			own = []uint64{s.scenario.Seed}
		}
		for _, seed := range own {
			for _, world := range f.worlds() {
				t := trial{source: s, seed: seed, world: world, allowExec: f.allowExec}
				if world == worldNetns {
					t.skip = skip
				}
				all = append(all, t)
			}
		}
	}
	if len(all) == 0 {
		return nil, 0, fmt.Errorf("run: %s chosen, and real programs need --world netns", incidentCount(leftOut))
	}
	f.place(all)
	return all, leftOut, apart(all)
}

// seedList returns the seeds that the flags ask for, or nil for the scenarios'
// own.
func (f *runFlags) seedList() ([]uint64, error) {
	switch {
	case f.seeds != "":
		return parseSeeds(f.seeds)
	case f.seedGiven:
		return []uint64{f.seed}, nil
	}
	return nil, nil
}

// place gives each trial its directory: of several below --out one for each
// scenario and seed, and of both worlds one for each in there.
func (f *runFlags) place(trials []trial) {
	if f.out == "" {
		return
	}
	for i := range trials {
		t := &trials[i]
		t.dir = f.out
		if len(trials) > len(f.worlds()) {
			t.dir = filepath.Join(t.dir, fmt.Sprintf("%s-seed-%d", t.scenario.Name, t.seed))
		}
		if f.world == worldBoth {
			t.dir = filepath.Join(t.dir, t.world)
		}
	}
}

// apart says which trials would write to the same directory.
func apart(trials []trial) error {
	first := map[string]trial{}
	for _, t := range trials {
		if t.dir == "" {
			continue
		}
		if other, taken := first[t.dir]; taken {
			return fmt.Errorf("run: --out: %s and %s, both called %s with seed %d, would write to %s: run them one by one, or give one another name",
				other.word, t.word, t.scenario.Name, t.seed, t.dir)
		}
		first[t.dir] = t
	}
	return nil
}

// play makes one run, writes its artefacts, and returns what is known of it. An
// error is a failure of the bench, or what the machine lacks, or the end of the
// context.
func (t trial) play(ctx context.Context, verify bool) (*reports.Result, error) {
	started := time.Now()
	options := scenarios.RunOptions{Seed: t.seed, Watch: t.watch}
	var directory *reports.Directory
	if t.dir != "" {
		d, err := reports.OpenDirectory(t.dir)
		if err != nil {
			return nil, blameWriting(err)
		}
		defer d.Close()
		directory = d
		capture, err := d.Capture(version(), t.replay())
		if err != nil {
			return nil, blameWriting(err)
		}
		recorder := &recorder{writer: capture}
		options.Capture, options.Watch = recorder, func(e event.Event) {
			recorder.mark(e)
			if t.watch != nil {
				t.watch(e)
			}
		}
	}
	if t.world == worldNetns {
		options.Lab = netnsLab(programOutput(directory))
	}
	outcome, err := t.scenario.Run(ctx, options)
	if err != nil {
		return nil, failure(ctx, err)
	}
	if verify {
		if err := t.verify(ctx, outcome); err != nil {
			return nil, err
		}
	}
	result := t.result(outcome, time.Since(started))
	if directory != nil {
		if err := directory.Write(result); err != nil {
			return nil, blameWriting(err)
		}
	}
	return result, nil
}

// programOutput says where the output of real programs goes; nil: nowhere.
func programOutput(d *reports.Directory) func(name string) (io.Writer, error) {
	if d == nil {
		return nil
	}
	return func(name string) (io.Writer, error) {
		file, err := d.Program(name)
		if err != nil {
			return nil, err
		}
		return file, nil
	}
}

// verify runs once more, without capture, and compares.
func (t trial) verify(ctx context.Context, first *scenarios.Outcome) error {
	second, err := t.scenario.Run(ctx, scenarios.RunOptions{Seed: t.seed})
	if err != nil {
		return failure(ctx, err)
	}
	if parts := first.Differs(second); parts != "" {
		return benchError{fmt.Errorf("%s: two runs differ in their %s: digests %s and %s", t.name(), parts, first.Digest, second.Digest)}
	}
	return nil
}

// failure tells an interrupted run from one that failed.
func failure(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return blame(err)
}

func (t trial) result(o *scenarios.Outcome, wall time.Duration) *reports.Result {
	r := t.blank()
	r.Seed, r.Digest, r.Passed, r.Violations, r.Measures = o.Seed, o.Digest, o.Passed(), o.Violations, o.Measures
	r.Simulated, r.Wall, r.Frames, r.Events = o.Simulated, wall, o.Frames, o.Events
	r.Noise, r.Noisy = o.Noise, o.Noise > t.scenario.NoiseMax()
	for _, v := range o.Expectations {
		r.Expectations = append(r.Expectations, reports.Expectation{Text: v.Text, Passed: v.Passed, Got: v.Got})
	}
	return r
}

// broken is the result of a trial that came to no verdict.
func (t trial) broken(err error) *reports.Result {
	var bench benchError
	r := t.blank()
	r.Error, r.Defect = err.Error(), errors.As(err, &bench)
	return r
}

// skipped is the result of a trial that is not made.
func (t trial) skipped() *reports.Result {
	r := t.blank()
	r.Skipped = t.skip
	return r
}

// blank is the result of a trial of which nothing is known yet.
func (t trial) blank() *reports.Result {
	return &reports.Result{
		Scenario: t.scenario.Name, About: t.scenario.About, Seed: t.seed, World: t.world,
		Version: version(), Replay: t.replay(),
	}
}
