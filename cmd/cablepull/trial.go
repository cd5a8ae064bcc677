package main

import (
	"context"
	"fmt"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios"
)

// play makes one run, writes its artefacts, and returns what is known of it. An
// error is a failure of the bench, or the end of the context.
func (t trial) play(ctx context.Context, verify bool) (*reports.Result, error) {
	started := time.Now()
	options := scenarios.RunOptions{Seed: t.seed}
	programs := "" // folder for the output of real ones
	var directory *reports.Directory
	if t.dir != "" {
		d, err := reports.OpenDirectory(t.dir)
		if err != nil {
			return nil, benchError{err}
		}
		defer d.Close()
		directory = d
		capture, err := d.Capture(version(), t.replay())
		if err != nil {
			return nil, benchError{err}
		}
		recorder := &recorder{writer: capture}
		options.Capture, options.Watch = recorder, recorder.mark
		if programs, err = d.Programs(); err != nil {
			return nil, benchError{err}
		}
	}
	if t.world == worldNetns {
		options.Lab = netnsLab(programs)
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
			return nil, benchError{err}
		}
	}
	return result, nil
}

// verify runs once more, without capture, and compares.
func (t trial) verify(ctx context.Context, first *scenarios.Outcome) error {
	second, err := t.scenario.Run(ctx, scenarios.RunOptions{Seed: t.seed})
	if err != nil {
		return failure(ctx, err)
	}
	if first.Digest != second.Digest {
		return benchError{fmt.Errorf("%s: two runs differ: digests %s and %s", t.name(), first.Digest, second.Digest)}
	}
	return nil
}

// failure tells an interrupted run from a failure of the bench.
func failure(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return benchError{err}
}

func (t trial) result(o *scenarios.Outcome, wall time.Duration) *reports.Result {
	r := &reports.Result{
		Scenario: t.scenario.Name, About: t.scenario.About, Seed: o.Seed, World: t.world, Digest: o.Digest,
		Passed: o.Passed(), Violations: o.Violations, Measures: o.Measures, Simulated: o.Simulated, Wall: wall,
		Frames: o.Frames, Version: version(), Replay: t.replay(), Events: o.Events,
	}
	for _, v := range o.Expectations {
		r.Expectations = append(r.Expectations, reports.Expectation{Text: v.Text, Passed: v.Passed, Got: v.Got})
	}
	return r
}
