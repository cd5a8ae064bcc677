package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/hunt"
	"github.com/cablepull/cablepull/scenarios/incidents"
	"github.com/cablepull/cablepull/scenarios/trial"
	"github.com/cablepull/cablepull/sim/topology"
)

// huntFlags are the flags of the verb hunt.
type huntFlags struct {
	limit     time.Duration
	schedules int
	seed      uint64
	jobs      int
	within    time.Duration
	window    time.Duration
	variant   string
	allow     string
	corpus    string
	out       string
	random    bool
	json      bool
	starter   bool
	given     func(flag string) bool
}

func newHunt() *cobra.Command {
	var f huntFlags
	cmd := &cobra.Command{
		Use:   "hunt [flags] NAME|FILE",
		Short: "Look for faults that break a cluster, and shrink what they are",
		Long: `Hunt plays the cluster of a scenario with faults that it draws by itself, again and
again, and looks for those after which an invariant does not hold, or after which
the cluster does not recover. It keeps the schedules that lead to states never
seen before, and changes them. What breaks the cluster is shrunk to the fewest
faults, nodes and digits, and written as a scenario that fails when it is run.

The timeline and the expectations of the scenario do not count, only its nodes.
Every fault that is drawn ends by itself; after that the cluster must recover
within a time that follows from its timers: each set of members that hear each
other has one owner of its virtual IP, and whoever asks is answered.

A hunt is repeatable: the same scenario, --seed and number of schedules find the
same, whatever --jobs is. What is known by design is named in an allow-file;
--print-allow prints one to begin with, about what DataPower is documented to do.

Exit status: 0 if nothing was found that is not allowed, 1 if something was; 2 if
the command line or the scenario is invalid; 3 if the bench itself failed.`,
		Example: `  cablepull hunt pair.yaml --for 10m
  cablepull hunt cable-pull --schedules 2000 --jobs 2
  cablepull hunt pair.yaml --for 1h --corpus corpus --out found
  cablepull hunt --print-allow > allow.yaml
  cablepull hunt pair.yaml --for 10m --allow allow.yaml --recover 90s
  cablepull run found/found-one-active-1f2e3d4c.yaml`,
		Args:              atMost(1, "NAME or FILE"),
		ValidArgsFunction: completeScenarios,
		RunE: func(cmd *cobra.Command, words []string) error {
			f.given = cmd.Flags().Changed
			return f.run(cmd.Context(), words, streamsOf(cmd))
		},
	}
	f.register(cmd)
	offer(cmd, "variant", completeVariants)
	return cmd
}

// register declares the flags.
func (f *huntFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.DurationVar(&f.limit, "for", time.Minute, "end after this time, such as 10m")
	flags.IntVar(&f.schedules, "schedules", 0, "end after so many schedules, instead of after a time")
	flags.Uint64Var(&f.seed, "seed", 1, "of everything that the hunt draws")
	flags.IntVarP(&f.jobs, "jobs", "j", runtime.NumCPU(), "how many schedules to play at once")
	flags.DurationVar(&f.within, "recover", 0, "the time in which the cluster must recover after the last fault (default: the sum of its timers, which is printed)")
	flags.DurationVar(&f.window, "window", 0, "faults begin and end in this time of the run (default: the length of the scenario)")
	flags.StringVar(&f.variant, "variant", "", "the variant of the scenario, such as profile=ios")
	flags.StringVar(&f.allow, "allow", "", "a file that says what is known by design")
	flags.StringVar(&f.corpus, "corpus", "", "a folder of schedules that led to new states: to begin with, and to add to")
	flags.StringVar(&f.out, "out", "found", "the folder for findings: a scenario and its timeline each")
	flags.BoolVar(&f.random, "random", false, "draw every schedule, and change none: to see what feedback is worth")
	flags.BoolVar(&f.json, "json", false, "print one JSON document when the hunt ends, and nothing else")
	flags.BoolVar(&f.starter, "print-allow", false, "print an allow-file to begin with")
}

// check finds what is wrong with the flags.
func (f *huntFlags) check(words []string) error {
	switch {
	case len(words) == 0:
		return errors.New("hunt: name an incident (see cablepull list), a file, or - for standard input")
	case f.given("schedules") && f.given("for"):
		return errors.New("hunt: got --for and --schedules, want one of them")
	case f.given("schedules") && f.schedules < 1:
		return fmt.Errorf("hunt: --schedules: got %d, want at least 1", f.schedules)
	case f.limit <= 0:
		return fmt.Errorf("hunt: --for: got %v, want more than 0s", f.limit)
	case f.jobs < 1:
		return fmt.Errorf("hunt: --jobs: got %d, want at least 1", f.jobs)
	case f.within < 0 || f.given("recover") && f.within == 0:
		return fmt.Errorf("hunt: --recover: got %v, want more than 0s", f.within)
	case f.window < 0 || f.given("window") && f.window == 0:
		return fmt.Errorf("hunt: --window: got %v, want more than 0s", f.window)
	}
	return nil
}

// run hunts.
func (f *huntFlags) run(ctx context.Context, words []string, std streams) error {
	if f.starter {
		return printAs(std.out, hunt.Starter)
	}
	if err := f.check(words); err != nil {
		return err
	}
	source, err := openFor("hunt", words[0], std.in)
	if err != nil {
		return err
	}
	options, err := f.options(&source)
	if err != nil {
		return err
	}
	return newHunter(ctx, f, std, source).run(options)
}

// pick replaces a scenario that has variants by the one to hunt in, and returns
// its values.
func (f *huntFlags) pick(source *trial.Source) (scenarios.Variants, error) {
	all := source.Scenario
	if len(all.Variants) > 0 && f.variant == "" {
		names, err := all.VariantNames()
		if err != nil {
			return nil, fmt.Errorf("hunt: %w", err)
		}
		return nil, fmt.Errorf("hunt: %s has variants, name one: --variant %s", source.Label(), topology.AnyOf("", names))
	}
	one, err := all.Pick(f.variant)
	if err != nil {
		return nil, fmt.Errorf("hunt: --variant: %w", err)
	}
	source.Scenario = one
	return all.Variants.Only(one.Variant), nil
}

// options are the inputs of the hunt.
func (f *huntFlags) options(source *trial.Source) (hunt.Options, error) {
	o := hunt.Options{Seed: f.seed, Schedules: f.schedules, Within: f.within, Window: f.window, Random: f.random, Jobs: f.jobs}
	label := source.Label()
	values, err := f.pick(source)
	o.Values = values
	switch {
	case err != nil:
		return o, err
	case trial.NeedsNamespaces(source.Scenario) != "":
		return o, fmt.Errorf("hunt: %s %s, and a hunt is in virtual time", label, trial.NeedsNamespaces(source.Scenario))
	}
	if err := checkFolder(f.corpus); err != nil {
		return o, fmt.Errorf("hunt: --corpus: %w", err)
	}
	if err := checkFolder(f.out); err != nil {
		return o, fmt.Errorf("hunt: --out: %w", err)
	}
	text, err := textOf(*source)
	if err != nil {
		return o, fmt.Errorf("hunt: %w", err)
	}
	o.Text = text
	if f.allow != "" {
		data, err := os.ReadFile(f.allow)
		if err != nil {
			return o, fmt.Errorf("hunt: --allow: %w", err)
		}
		if o.Allowed, err = hunt.ParseAllowed(f.allow, data); err != nil {
			return o, fmt.Errorf("hunt: --allow: %w", err)
		}
	}
	if f.corpus != "" {
		if o.Begin, err = (hunt.Corpus{Dir: f.corpus}).Load(); err != nil {
			return o, fmt.Errorf("hunt: --corpus: %w", err)
		}
	}
	return o, nil
}

// checkFolder makes sure, before anything is played, that a path is a folder or
// can become one.
func checkFolder(path string) error {
	for at := path; at != ""; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		switch {
		case err == nil && !info.IsDir():
			return fmt.Errorf("got %s, where %s is a file, want a folder", path, at)
		case err == nil || at == filepath.Dir(at):
			return nil
		}
	}
	return nil
}

// textOf returns the file of a scenario.
func textOf(source trial.Source) ([]byte, error) {
	switch {
	case source.Word == trial.Stdin:
		return source.Text, nil
	case source.File:
		return os.ReadFile(source.Word)
	}
	return incidents.Source(source.Word)
}
