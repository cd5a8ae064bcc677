package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/text"
	"github.com/cablepull/cablepull/scenarios/figure"
	"github.com/cablepull/cablepull/scenarios/job"
	"github.com/cablepull/cablepull/scenarios/sweep"
	"github.com/cablepull/cablepull/scenarios/trial"
)

func newSweep() *cobra.Command {
	var f sweepFlags
	cmd := &cobra.Command{
		Use:   "sweep [flags] NAME|FILE",
		Short: "Run a scenario under many settings and seeds, and say what the settings are worth",
		Long: `Sweep plays one scenario in virtual time under many settings and seeds. It prints,
for each setting, what its runs came to: quantiles, shares and means, each with
the interval that holds with 95 % confidence. Those of quantiles and shares are
exact, and so rather too wide than too narrow.

All settings have the same seeds, and so the same random numbers: what differs
is the setting. A figure is picked by a word, ID[.OF][.STATISTIC]: outage.p99,
outage.c1.max, false-failovers.per-year, violated. Paths are keys of the file
joined by dots, and * stands for all names.

With --out the results of the runs are kept, and the same command goes on after
an interruption. One sweep gives the same bytes of --csv on any number of
workers, in shards or whole.`,
		Example: `  cablepull sweep cable-pull --vary 'nodes.*.standby.lan.hold=6s..30s/2s' --vary 'nodes.*.standby.lan.hello=2s,3s' --seeds 1..200
  cablepull sweep pair.yaml --vary 'nodes.*.standby.lan.hold=6s..30s/4s' --noise busy.yaml --front outage.p99,false-failovers --html front.html
  cablepull sweep a.yaml --against b.yaml --seeds 1..300
  cablepull sweep pair.yaml --highest nodes.c1.client.rate --while outage.p99..10s
  cablepull sweep pair.yaml --seeds 1..5000 --until 'outage.p99±5%'
  cablepull sweep pair.yaml --vary 'nodes.*.standby.lan.hold=6s..30s' --optimise 'outage.p99,false-failovers*60s' --hold-out 1001..1100
  cablepull sweep pair.yaml --vary 'nodes.*.standby.lan.hold=6s..30s/2s' --shard 3/16 --out shard-3`,
		Args:              exactly(1, "incident or file"),
		ValidArgsFunction: completeOneIncident,
		RunE: func(cmd *cobra.Command, names []string) error {
			return f.run(cmd.Context(), names[0], streamsOf(cmd))
		},
	}
	f.register(cmd)
	return cmd
}

// sweeping is one invocation of the verb sweep, or the end of one from its
// folders.
type sweeping struct {
	ctx     context.Context
	flags   *sweepFlags
	std     streams
	plan    *sweep.Plan
	knobs   []sweep.Knob
	words   []figure.Word
	front   []figure.Word
	holdOut []uint64
	player  sweep.Player
	shard   job.Shard

	closeJournal func() error // nil: there is none
}

// run plays the sweep and prints what it came to.
func (f *sweepFlags) run(ctx context.Context, word string, std streams) error {
	if err := f.check(); err != nil {
		return err
	}
	source, err := openFor("sweep", word, std.in)
	if err != nil {
		return err
	}
	f.remember(source)
	s := &sweeping{ctx: ctx, flags: f, std: std}
	if err := s.prepare(source); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	if err := f.writable("sweep"); err != nil {
		return err
	}
	finish, err := s.open()
	defer finish()
	if err != nil {
		return err
	}
	if s.shard.Of > 0 {
		return s.playShard()
	}
	return s.play()
}

// note prints a line for people.
func (s *sweeping) note(format string, args ...any) {
	fmt.Fprintf(s.std.err, "cablepull: "+format+"\n", args...)
}

// play plays what the flags ask for.
func (s *sweeping) play() error {
	f := s.flags
	switch {
	case f.against != "":
		return s.playAgainst()
	case f.highest != "" || f.lowest != "":
		return s.playLimit()
	case f.optimise != "":
		return s.playOptimise()
	case f.sensitive:
		return s.playSensitivity()
	}
	return s.playTable()
}

// points are the settings of the sweep.
func (s *sweeping) points() ([]*sweep.Point, error) {
	settings, err := sweep.NewSettings(s.knobs, s.flags.design(), s.flags.Points, designSeed)
	if err != nil {
		return nil, fmt.Errorf("sweep: --vary: %w", err)
	}
	if runs := len(settings) * (len(s.plan.Seeds) + len(s.holdOut)); runs > sweepRunsMax {
		return nil, fmt.Errorf("sweep: got %d settings with %d seeds, which is %d runs, want at most %d", len(settings), len(s.plan.Seeds)+len(s.holdOut), runs, sweepRunsMax)
	}
	var points []*sweep.Point
	for _, setting := range settings {
		p, err := s.plan.Point(setting)
		if err != nil {
			return nil, fmt.Errorf("sweep: %w", err)
		}
		points = append(points, p)
	}
	return points, s.fits(points[0])
}

// fits returns why the noise does not fit the scenario, or nil.
func (s *sweeping) fits(p *sweep.Point) error {
	one := trial.Trial{Source: s.plan.Source, World: trial.Virtual, Noise: s.plan.Noise}
	one.Scenario = p.Scenario
	if err := one.FitsNoise(); err != nil {
		return fmt.Errorf("sweep: --noise: %w", err)
	}
	return nil
}

const (
	sweepRunsMax = 10_000_000
	designSeed   = 1 // of the points of a design
)

// playShard plays a part of the runs. What they come to says cablepull merge.
func (s *sweeping) playShard() error {
	trials, err := s.trials()
	if err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	if _, err := s.player.Play(s.ctx, trials); err != nil {
		return blame(err)
	}
	if err := s.closeJournal(); err != nil {
		return err
	}
	s.note("shard %s is played: cablepull merge puts the folders of all shards together", s.shard)
	return nil
}

// playTable plays each setting with each seed.
func (s *sweeping) playTable() error {
	points, err := s.points()
	if err != nil {
		return err
	}
	var all []*sweep.Runs
	stopped := ""
	if s.flags.until != "" {
		rule, err := sweep.ParseUntil(s.flags.until)
		if err != nil {
			return fmt.Errorf("sweep: --until: %w", err)
		}
		if all, stopped, err = s.plan.PlayUntil(s.ctx, s.player, points, rule); err != nil {
			return blame(err)
		}
	} else if all, err = s.plan.Play(s.ctx, s.player, points, s.plan.Seeds, 0, len(s.plan.Seeds)); err != nil {
		return blame(err)
	}
	r, held, err := s.report(all, points)
	if err != nil {
		return err
	}
	if stopped != "" {
		r.Notes = append(r.Notes, stopped)
	}
	return s.leave(r, all, held)
}

// report says what the runs came to, and plays the seeds that are held out.
func (s *sweeping) report(all []*sweep.Runs, points []*sweep.Point) (r *reports.Sweep, held []*sweep.Runs, err error) {
	if s.holdOut != nil {
		if held, err = s.plan.Play(s.ctx, s.player, points, s.holdOut, 0, len(s.holdOut)); err != nil {
			return nil, nil, blame(err)
		}
	}
	table := sweep.Table{
		Knobs: s.knobs, Figures: s.words, Front: s.front, HoldOut: held,
		Replay: func(t trial.Trial) string { return replay(t, string(trial.Virtual)) },
	}
	of := s.plan.Source.Scenario
	if len(points) > 0 {
		of = points[0].Scenario
	}
	if r, err = table.Report(of, all, s.flags.given("figures")); err != nil {
		return nil, nil, fmt.Errorf("sweep: %w", err)
	}
	r.Seeds, r.HoldOut, r.Version, r.Replay = s.flags.Seeds, s.flags.HoldOut, version(), s.flags.command()
	r.Faults, r.Noise = s.plan.FaultsText(points), noiseTexts(s.plan.Noise)
	return r, held, nil
}

// noiseTexts names models, in a list that is never nil.
func noiseTexts(all []trial.Noise) []string {
	words := []string{}
	for _, n := range all {
		words = append(words, n.Word)
	}
	return words
}

// playAgainst plays two scenarios with the same seeds and settings.
func (s *sweeping) playAgainst() error {
	if err := checkStdin([]string{s.plan.Source.Word, s.flags.against}); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	source, err := openFor("sweep", s.flags.against, s.std.in)
	if err != nil {
		return err
	}
	other := *s
	if err := other.prepare(source); err != nil {
		return fmt.Errorf("sweep: --against: %w", err)
	}
	points, err := s.points()
	if err != nil {
		return err
	}
	theirPoints, err := other.points()
	if err != nil {
		return err
	}
	ours, err := s.plan.Play(s.ctx, s.player, points, s.plan.Seeds, 0, len(s.plan.Seeds))
	if err != nil {
		return blame(err)
	}
	theirs, err := other.plan.Play(s.ctx, s.player, theirPoints, s.plan.Seeds, 0, len(s.plan.Seeds))
	if err != nil {
		return blame(err)
	}
	r, held, err := s.report(ours, points)
	if err != nil {
		return err
	}
	r.Runs *= 2
	r.Difference = &reports.Difference{This: s.plan.Source.Scenario.Name, Other: source.Scenario.Name}
	if r.Difference.This == r.Difference.Other { // two files of one incident
		r.Difference.This, r.Difference.Other = s.plan.Source.Word, s.flags.against
	}
	for i := range ours {
		for _, text := range r.Figures {
			w, err := figure.Parse(text)
			if err != nil {
				return benchError{err}
			}
			row, err := sweep.Compare(ours[i], theirs[i], w)
			if err != nil {
				return fmt.Errorf("sweep: %w", err)
			}
			r.Difference.Rows = append(r.Difference.Rows, row)
		}
	}
	return s.leave(r, append(ours, theirs...), held)
}

// print prints the report.
func (s *sweeping) print(w io.Writer, r *reports.Sweep) error {
	if s.flags.json {
		return blameWriting(r.WriteJSON(w))
	}
	var o text.Options
	if !s.flags.plain {
		o = text.OptionsFor(w, os.Getenv)
	}
	o.Quiet = s.flags.quiet
	return blameWriting(text.WriteSweep(w, r, o))
}
