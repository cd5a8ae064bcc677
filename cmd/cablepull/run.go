package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/scenarios/incidents"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// runFlags are the flags of the verb run.
type runFlags struct {
	all       bool
	slow      bool
	tags      []string
	variant   string
	seed      uint64
	seedGiven bool
	seeds     string
	jobs      int
	jobsGiven bool
	out       string
	junit     string
	json      bool
	verify    bool
	plain     bool
	world     string
	allowExec bool
}

// worldBoth is the word for both worlds.
const worldBoth = "both"

func newRun(args []string) *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run [flags] NAME|FILE...",
		Short: "Run incidents of the library, or scenario files, and judge them",
		Long: `Run plays scenarios: incidents of the library by name, or YAML files by path. One
run prints its timeline, measures and verdict; several print a table, and a
replay command for each failure.

In the virtual world a minute takes a fraction of a second and a seed gives the
same run on any machine. In the netns world it takes a minute: every node is a
process in a Linux network namespace of its own, and real programs can be nodes.
No privilege is needed where ordinary users may have user namespaces; see
cablepull doctor.`,
		Example: `  cablepull run cable-pull
  cablepull run my.yaml --seed 42 --out runs/x
  cablepull run cable-pull --json
  cablepull run --all --seeds 1..50 --jobs 2
  cablepull run cable-pull --verify
  cablepull run cable-pull --world both`,
		RunE: func(cmd *cobra.Command, names []string) error {
			f.seedGiven, f.jobsGiven = cmd.Flags().Changed("seed"), cmd.Flags().Changed("jobs")
			return f.run(cmd.Context(), args, names, streamsOf(cmd))
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.all, "all", false, "run the whole library, without what is marked slow, and what is not possible in the world")
	flags.BoolVar(&f.slow, "slow", false, "with --all: slow incidents too")
	flags.StringSliceVar(&f.tags, "tag", nil, "with --all: only incidents with one of these tags")
	flags.StringVar(&f.variant, "variant", "", "of a scenario with variants, only this one, such as profile=ios")
	flags.Uint64Var(&f.seed, "seed", 0, "seed of all randomness (default: the scenario's own)")
	flags.StringVar(&f.seeds, "seeds", "", "several seeds, such as 1..50 or 3,7,12")
	flags.IntVar(&f.jobs, "jobs", 0, "worker processes side by side (default 1; in the netns world, which mostly waits, 4 per processor)")
	flags.StringVar(&f.out, "out", "", "directory for run.json, events.jsonl, capture.pcapng and junit.xml; with several runs, one each below it")
	flags.StringVar(&f.junit, "junit", "", "write one JUnit XML file for all runs")
	flags.BoolVar(&f.json, "json", false, "print what run.json holds, or with several runs {runs: [...]}, instead of text")
	flags.BoolVar(&f.verify, "verify", false, "run everything twice and compare digests")
	flags.StringVar(&f.world, "world", string(trial.Virtual), "virtual: virtual time, one process; netns: real time, Linux network namespaces; both: side by side")
	flags.BoolVar(&f.plain, "plain", false, "plain ASCII without colour, as when the output is no terminal")
	flags.BoolVar(&f.allowExec, "allow-exec", false, "let scenario files run the real programs that they name")
	return cmd
}

// run makes the runs that the names and flags ask for. Args are the whole
// command line, to start it again where that takes namespaces.
func (f *runFlags) run(ctx context.Context, args, names []string, std streams) error {
	if err := f.check(); err != nil {
		return err
	}
	chosen, err := f.choose(names)
	if err != nil {
		return err
	}
	trials, leftOut, err := f.trials(chosen)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(trials, func(t trial.Trial) bool { return t.World == trial.Netns && t.Skip == "" }) {
		if err := enterNamespaces(args, std); err != nil {
			return err
		}
	}
	os.Setenv(insideVariable, "1") // for the processes that this one starts
	s := session{ctx: ctx, flags: *f, stdout: std.out, stderr: std.err}
	s.bare = len(trials) == len(f.worlds()) && !f.all
	if leftOut > 0 {
		fmt.Fprintf(s.stderr, "cablepull: %s left out, for real programs need --world netns\n", incidentCount(leftOut))
	}
	return s.run(trials)
}

// worlds are those in which each scenario is played.
func (f *runFlags) worlds() []trial.World {
	if f.world == worldBoth {
		return trial.AllWorlds
	}
	return []trial.World{trial.World(f.world)}
}

// jobsIn is how many trials are played side by side in a world.
func (f *runFlags) jobsIn(world trial.World) int {
	if f.jobsGiven {
		return f.jobs
	}
	return world.Jobs()
}

// check finds flags that make no sense, alone or together.
func (f *runFlags) check() error {
	switch {
	case f.world != worldBoth && !slices.Contains(trial.AllWorlds, trial.World(f.world)):
		return fmt.Errorf("run: --world: got %q, want %s, %s or %s", f.world, trial.Virtual, trial.Netns, worldBoth)
	case f.world != string(trial.Virtual) && f.verify:
		return errors.New("run: --verify compares digests, which only the virtual world has")
	case f.jobsGiven && f.jobs < 1:
		return fmt.Errorf("run: --jobs: got %d, want 1 or more", f.jobs)
	case f.all && f.variant != "":
		return errors.New("run: --variant is of one scenario; name it instead of --all")
	case f.seeds != "" && f.seedGiven:
		return errors.New("run: --seed and --seeds exclude each other")
	}
	return nil
}

// choose finds the scenarios that the names or --all mean.
func (f *runFlags) choose(names []string) ([]trial.Source, error) {
	switch {
	case f.all && len(names) > 0:
		return nil, fmt.Errorf("run: --all runs the whole library; leave out %s, or --all", strings.Join(names, " "))
	case f.all:
		return f.chooseAll()
	case len(names) == 0:
		return nil, errors.New("run: which one? name an incident (see cablepull list), a file, or --all")
	}
	var chosen []trial.Source
	for _, name := range names {
		s, err := trial.Open(name)
		if errors.Is(err, trial.ErrNoFile) {
			return nil, fmt.Errorf("run: %w", err)
		}
		if err != nil {
			return nil, err
		}
		if err := f.permit(s); err != nil {
			return nil, err
		}
		chosen = append(chosen, s)
	}
	return chosen, nil
}

// chooseAll takes the library, without what is slow and was not asked for.
func (f *runFlags) chooseAll() ([]trial.Source, error) {
	library, err := incidents.Tagged(f.tags)
	if err != nil {
		return nil, benchError{err}
	}
	var chosen []trial.Source
	for _, s := range library {
		if !s.Slow || f.slow {
			chosen = append(chosen, trial.Incident(s))
		}
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("run: no incident has a tag of %v; see cablepull list", f.tags)
	}
	return chosen, nil
}

// permit keeps a scenario file from running real programs by surprise: who runs
// it must say so.
func (f *runFlags) permit(s trial.Source) error {
	var programs *trial.ProgramsError
	if f.allowExec || !errors.As(s.Permit(), &programs) {
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "run: %s would run programs on this machine; look at them, then say --allow-exec:", s.Word)
	for _, p := range programs.Programs {
		fmt.Fprintf(&b, "\n  %s:%d: node %s runs %s", s.Word, p.Line, p.Node, quote(p.Command))
	}
	return errors.New(b.String())
}

// trials combines scenarios with seeds and worlds. A scenario that is not
// possible in its world is an error if it was named. Of the library it is
// skipped, or, if it needs the other world, left out and counted.
func (f *runFlags) trials(chosen []trial.Source) (all []trial.Trial, leftOut int, err error) {
	plan := trial.Plan{Worlds: f.worlds(), Variant: f.variant, Out: f.out, Verify: f.verify, AllowExec: f.allowExec}
	if plan.Seeds, err = f.seedList(); err != nil {
		return nil, 0, err
	}
	for _, s := range chosen {
		if _, err := s.Scenario.Pick(f.variant); f.variant != "" && err != nil {
			return nil, 0, fmt.Errorf("run: --variant: %w", err)
		}
		reason := trial.NeedsNamespaces(s.Scenario)
		switch {
		case reason == "" || f.world == string(trial.Netns):
			plan.Sources = append(plan.Sources, s)
		case f.all:
			leftOut++
		default:
			return nil, 0, fmt.Errorf("run: %s %s, which only --world netns can do", s.Word, reason)
		}
	}
	if len(plan.Sources) == 0 {
		return nil, 0, fmt.Errorf("run: %s chosen, and real programs need --world netns", incidentCount(leftOut))
	}
	if all, err = plan.Trials(); err != nil {
		return nil, 0, fmt.Errorf("run: --out: %w", err)
	}
	for i, t := range all {
		if t.Skip != "" && !f.all {
			return nil, 0, fmt.Errorf("run: %s: %s", t.Word, t.Skip)
		}
		all[i].Replay = replay(t, string(t.World))
	}
	return all, leftOut, nil
}

// seedList returns the seeds that the flags ask for, or nil for the scenarios'
// own.
func (f *runFlags) seedList() ([]uint64, error) {
	switch {
	case f.seeds != "":
		seeds, err := trial.ParseSeeds(f.seeds)
		if err != nil {
			return nil, fmt.Errorf("run: --seeds: %w", err)
		}
		return seeds, nil
	case f.seedGiven:
		return []uint64{f.seed}, nil
	}
	return nil, nil
}

// replay is the command that plays a trial again, in its world or in both.
func replay(t trial.Trial, world string) string {
	command := "cablepull run " + quote([]string{t.Word})
	if t.Variant != "" {
		command += " --variant " + quote([]string{t.Variant})
	}
	command += " --seed " + strconv.FormatUint(t.Seed, 10)
	if world != string(trial.Virtual) {
		command += " --world " + world
	}
	if t.File && len(t.Scenario.Programs()) > 0 {
		command += " --allow-exec"
	}
	return command
}

// incidentCount counts incidents in words.
func incidentCount(n int) string {
	if n == 1 {
		return "1 incident that runs real programs is"
	}
	return fmt.Sprintf("%d incidents that run real programs are", n)
}
