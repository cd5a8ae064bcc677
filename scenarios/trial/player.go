package trial

import (
	"context"
	"fmt"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/page"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/testbed"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// Player plays trials. Play never fails: what went wrong, and whose fault it
// is, are values of the result. When the context ends, Play returns soon, and
// the result blames the signal unless the trial had already ended.
//
// Several goroutines may call Play at once.
type Player interface {
	Play(ctx context.Context, t Trial) Result
}

// InProcess plays trials in this process, in virtual time and in network
// namespaces. The latter need the right to create them, and a program that
// passes testbed.Parts on to testbed.PartMain.
type InProcess struct {
	Version string            // of the bench, for reports
	Watch   func(event.Event) // sees each event as it happens; may be nil
	// Timeline says that a timeline will be drawn: results have the events that it
	// needs, and that of an interrupted trial has what is known until then.
	Timeline bool
	// Record says that report.html will be written: results have what it needs.
	Record bool
	Window reports.Window // the part of the run that the printed timeline will show
}

// Play implements Player. It opens the scenario if it is not open yet, and
// refuses to run programs that have not been allowed: the file may have changed
// since the user checked it.
func (p InProcess) Play(ctx context.Context, t Trial) Result {
	if t.Skip != "" {
		return t.skipped(p.Version)
	}
	if err := t.World.check(); err != nil {
		return t.without(p.Version, BlameBench, err)
	}
	if err := t.Prepare(); err != nil {
		return t.without(p.Version, BlameScenario, err)
	}
	if !t.AllowExec {
		if err := t.Permit(); err != nil {
			return t.without(p.Version, BlameScenario, err)
		}
	}
	started, ready := time.Now(), t.made()
	files, err := openArtefacts(t, p.Version)
	if err != nil {
		return t.without(p.Version, BlameForWriting(err), err)
	}
	defer files.Close()
	seen := p.seen(t, ready)
	files.draw(seen.record)
	options := p.options(t, files)
	options.Follow, options.Sample = files.follow(seen.observe()), seen.sample()
	outcome, err := ready.Run(ctx, options)
	interrupted := err != nil && outcome != nil && p.Timeline
	if err == nil && t.Verify {
		err = t.verify(ctx, ready, outcome)
	}
	var twin *reports.Twin
	if err == nil {
		twin, err = Twin(ctx, t.Scenario, outcome)
	}
	switch {
	case interrupted:
	case err != nil && ctx.Err() != nil:
		return t.without(p.Version, BlameSignal, ctx.Err())
	case err != nil:
		return t.without(p.Version, BlameFor(err), err)
	}
	result := t.judged(p.Version, outcome, time.Since(started))
	compare(&result.Report, twin)
	if interrupted {
		result.interrupt(outcome.Simulated)
	}
	seen.fill(&result)
	if err := t.leave(files, &result); err != nil {
		return t.without(p.Version, BlameForWriting(err), err)
	}
	if t.Report {
		result.Part = page.PartOf(seen.record, &result.Report)
	}
	seen.leave(&result, p)
	if t.Brief {
		result.Brief = BriefOf(t.Scenario.TextDigest(), &result.Report)
	}
	return result
}

// leave draws the page of a trial, if anybody reads it, and makes its artefacts
// appear.
func (t Trial) leave(files *artefacts, r *Result) (err error) {
	if (t.Page || t.Dir != "") && !r.Report.Passed {
		if r.Page, err = pageOf(&r.Report); err != nil {
			return err
		}
		r.Report.Page = r.Page
	}
	if t.Dir == "" || t.Keep == KeepFailures && r.Report.Passed {
		return nil
	}
	err = files.write(&r.Report)
	r.Kept = err == nil
	return err
}

// options are the options for running the scenario in the world of a trial.
func (p InProcess) options(t Trial, files *artefacts) scenarios.RunOptions {
	o := scenarios.RunOptions{Seed: t.Seed, Noise: t.models(), Watch: files.watch(p.Watch), Follow: files.follow(nil), Capture: files.observer()}
	if t.World == Netns {
		o.Lab = func(topo topology.Topology, o world.Options) (scenarios.Lab, error) {
			b, err := testbed.New(topo, testbed.Options{Options: o, Version: p.Version, Output: files.output()})
			if err != nil {
				return nil, err // not b: a nil *Testbed is a Lab
			}
			return b, nil
		}
	}
	return o
}

// verify plays the trial once more, without capture, and compares.
func (t Trial) verify(ctx context.Context, ready *scenarios.Ready, first *scenarios.Outcome) error {
	second, err := ready.Run(ctx, scenarios.RunOptions{Seed: t.Seed, Noise: t.models()})
	if err != nil {
		return err
	}
	if parts := first.Differs(second); parts != "" {
		return fmt.Errorf("%s: two runs differ in their %s: digests %s and %s", t.Name(), parts, first.Digest, second.Digest)
	}
	return nil
}

// judged is the result of a trial that was played to its end. Wall is how long
// that took.
func (t Trial) judged(version string, o *scenarios.Outcome, wall time.Duration) Result {
	result := t.blank(version)
	r := &result.Report
	r.Seed, r.Digest, r.Passed, r.Violations, r.Measures = o.Seed, o.Digest, o.Passed(), o.Violations, o.Measures
	r.Simulated, r.Wall, r.Frames = o.Simulated, wall, o.Frames
	r.Noise, r.Noisy = o.Noise, o.Noise > t.Scenario.NoiseMax()
	for _, v := range o.Expectations {
		r.Expectations = append(r.Expectations, reports.Expectation{
			Text: v.Text, Passed: v.Passed, Got: v.Got, File: r.File, Line: v.Place.Line, Column: v.Place.Column,
		})
	}
	return result
}
