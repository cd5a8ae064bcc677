package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/page"
	"github.com/cablepull/cablepull/scenarios/incidents"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// runFlags are the flags of the verb run.
type runFlags struct {
	all, slow  bool
	tags, in   []string
	variant    string
	seed       uint64
	seedGiven  bool
	seeds      string
	jobs       int
	jobsGiven  bool
	out, junit string
	report     string // the file of --report
	json       bool
	verify     bool
	plain      bool
	world      string
	allowExec  bool
	view       viewFlags
}

// worldBoth is the word for both worlds.
const worldBoth = "both"

func newRun(args []string) *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run [flags] NAME|FILE...",
		Short: "Run library incidents or scenario files, and judge them",
		Long: `Run plays scenarios: incidents of the library by name, or YAML files by path. One
run prints its timeline, measures and verdict; several print a table, and a
replay command for each failure.

In the virtual world a minute takes a fraction of a second, and a seed gives the
same run on any machine. In the netns world a minute takes a minute: every node
is a process in its own Linux network namespace, and real programs can be nodes.
This needs no root privileges where ordinary users may create user namespaces;
see cablepull doctor.`,
		Example: `  cablepull run cable-pull
  cablepull run my.yaml --seed 42 --out runs/x
  cablepull run cable-pull --json
  cablepull run --all --seeds 1..50 --jobs 2
  cablepull run cable-pull --verify
  cablepull run cable-pull --world both`,
		RunE: func(cmd *cobra.Command, names []string) error {
			f.seedGiven, f.jobsGiven = cmd.Flags().Changed("seed"), cmd.Flags().Changed("jobs")
			if err := f.view.check(cmd.Flags().Changed, f.json, f.world == worldBoth); err != nil {
				return err
			}
			return f.run(cmd.Context(), args, names, streamsOf(cmd))
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.all, "all", false, "run all incidents of the library that are not slow and can run in the world")
	flags.BoolVar(&f.slow, "slow", false, "with --all: run slow incidents too")
	flags.StringSliceVar(&f.tags, "tag", nil, "with --all: run only incidents with one of these tags")
	flags.StringSliceVar(&f.in, "in", nil, "with --all: run only incidents in these folders: "+strings.Join(incidents.Folders(), ", "))
	flags.StringVar(&f.variant, "variant", "", "run only this variant of the scenario, such as profile=ios")
	flags.Uint64Var(&f.seed, "seed", 0, "the seed for everything random (default: the scenario's own)")
	flags.StringVar(&f.seeds, "seeds", "", "run once for each of these seeds, such as 1..50 or 3,7,12")
	flags.IntVar(&f.jobs, "jobs", 0, "worker processes to run in parallel (default 1; in the netns world, which mostly waits, 4 per processor)")
	flags.StringVar(&f.out, "out", "", "directory for report.html, run.json, events.jsonl, capture.pcapng and other files; several runs get a subdirectory each")
	flags.StringVar(&f.report, "report", "", "write a page for people about the run, or about all runs")
	flags.StringVar(&f.junit, "junit", "", "write one JUnit XML file for all runs")
	flags.BoolVar(&f.json, "json", false, "print JSON instead of text: the content of run.json, or {runs: [...]} for several runs")
	flags.BoolVar(&f.verify, "verify", false, "run everything twice and compare digests")
	flags.StringVar(&f.world, "world", string(trial.Virtual), "virtual: virtual time, one process; netns: real time, Linux network namespaces; both: compare the two")
	flags.BoolVar(&f.plain, "plain", false, "plain ASCII without colour, as when the output is not a terminal")
	f.view.register(cmd)
	flags.BoolVar(&f.allowExec, "allow-exec", false, "let scenario files run the real programs that they name")
	return cmd
}

// run plays the scenarios that the names and flags choose. Args are the whole
// command line, with which enterNamespaces may start it again.
func (f *runFlags) run(ctx context.Context, args, names []string, std streams) error {
	if err := f.check(); err != nil {
		return err
	}
	chosen, err := f.choose(names, std.in)
	if err != nil {
		return err
	}
	std.in = unread(chosen, std.in)
	trials, leftOut, err := f.trials(chosen)
	if err != nil {
		return err
	}
	bare := len(trials) == len(f.worlds()) && !f.all
	view, err := f.view.of(trials, bare)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(trials, func(t trial.Trial) bool { return t.World == trial.Netns && t.Skip == "" }) {
		if err := enterNamespaces(args, std); err != nil {
			return err
		}
	}
	os.Setenv(insideVariable, "1") // for the processes that this one starts
	s := session{ctx: ctx, flags: *f, stdout: std.out, stderr: std.err, bare: bare, view: view, library: &page.Library{}}
	if leftOut > 0 {
		fmt.Fprintf(s.stderr, "cablepull: leaving out %s with real programs: use --world netns\n", counted(leftOut, "incident"))
	}
	return s.run(trials)
}

// worlds are the worlds in which each scenario is played.
func (f *runFlags) worlds() []trial.World {
	if f.world == worldBoth {
		return trial.AllWorlds
	}
	return []trial.World{trial.World(f.world)}
}

// jobsIn is how many trials are played in parallel in a world.
func (f *runFlags) jobsIn(world trial.World) int {
	if f.jobsGiven {
		return f.jobs
	}
	return world.Jobs()
}

// check finds invalid flags and combinations of flags.
func (f *runFlags) check() error {
	switch {
	case f.world != worldBoth && !slices.Contains(trial.AllWorlds, trial.World(f.world)):
		return fmt.Errorf("run: --world: got %q, want %s, %s or %s", f.world, trial.Virtual, trial.Netns, worldBoth)
	case f.world != string(trial.Virtual) && f.verify:
		return errors.New("run: --verify compares digests, which exist only in the virtual world")
	case f.jobsGiven && f.jobs < 1:
		return fmt.Errorf("run: --jobs: got %d, want 1 or more", f.jobs)
	case f.all && f.variant != "":
		return errors.New("run: --variant needs one scenario; name it instead of --all")
	case f.seeds != "" && f.seedGiven:
		return errors.New("run: got --seed and --seeds, want one of them: they exclude each other")
	}
	return nil
}

// choose finds the scenarios that the names or --all choose.
func (f *runFlags) choose(names []string, stdin io.Reader) ([]trial.Source, error) {
	switch {
	case f.all && len(names) > 0:
		return nil, fmt.Errorf("run: --all runs the whole library; drop either --all or %s", strings.Join(names, " "))
	case f.all:
		return f.chooseAll()
	case len(names) == 0:
		return nil, errors.New("run: name an incident (see cablepull list), a file, or - for standard input; or use --all")
	}
	if err := checkStdin(names); err != nil {
		return nil, fmt.Errorf("run: %w", err)
	}
	var chosen []trial.Source
	for _, name := range names {
		s, err := openFor("run", name, stdin)
		if err == nil {
			err = f.permit(s)
		}
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, s)
	}
	return chosen, nil
}

// chooseAll chooses the whole library, without slow incidents unless --slow.
func (f *runFlags) chooseAll() ([]trial.Source, error) {
	library, err := chosen(f.tags, f.in)
	if err != nil {
		return nil, fmt.Errorf("run: %w", err)
	}
	var all []trial.Source
	for _, s := range library {
		if !s.Slow || f.slow {
			all = append(all, trial.Incident(s))
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("run: no incident has a tag of %v in a folder of %v; see cablepull list", f.tags, f.in)
	}
	return all, nil
}

// permit prevents a scenario file from running real programs unless the user
// allows it.
func (f *runFlags) permit(s trial.Source) error {
	var programs *trial.ProgramsError
	if f.allowExec || !errors.As(s.Permit(), &programs) {
		return nil
	}
	text := fmt.Sprintf("run: %s would run programs on this machine; check them, then add --allow-exec:", s.Label())
	for _, p := range programs.Programs {
		text += fmt.Sprintf("\n  %s:%d: node %s runs %s", s.Label(), p.Line, p.Node, reports.Command(p.Command...))
	}
	return errors.New(text)
}

// trials combines scenarios with seeds and worlds. A scenario that cannot run
// in its world is an error if it was named. With --all it is skipped, or, if it
// needs the other world, only counted in leftOut.
func (f *runFlags) trials(chosen []trial.Source) (all []trial.Trial, leftOut int, err error) {
	plan := trial.Plan{Report: f.report != "", Worlds: f.worlds(), Variant: f.variant, Out: f.out, Verify: f.verify, AllowExec: f.allowExec}
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
			return nil, 0, fmt.Errorf("run: %s %s, which only --world netns can do", s.Label(), reason)
		}
	}
	if len(plan.Sources) == 0 {
		return nil, 0, fmt.Errorf("run: got only %s with real programs: use --world netns", counted(leftOut, "incident"))
	}
	if all, err = plan.Trials(); err != nil {
		return nil, 0, fmt.Errorf("run: --out: %w", err)
	}
	for i, t := range all {
		if t.Skip != "" && !f.all {
			return nil, 0, fmt.Errorf("run: %s: %s", t.Label(), t.Skip)
		}
		if long := t.Scenario.Duration; f.all && t.World == trial.Netns && t.Skip == "" && long > trial.TwinMax {
			all[i].Skip = fmt.Sprintf("lasts %v, in real time as well; name it to run it", long)
		}
		all[i].Replay = replay(t, string(t.World))
	}
	return all, leftOut, nil
}

// seedList returns the seeds of the flags, or nil for each scenario's own.
func (f *runFlags) seedList() ([]uint64, error) {
	if f.seedGiven {
		return []uint64{f.seed}, nil
	}
	if f.seeds == "" {
		return nil, nil
	}
	seeds, err := trial.ParseSeeds(f.seeds)
	if err != nil {
		return nil, fmt.Errorf("run: --seeds: %w", err)
	}
	return seeds, nil
}

// replay is the command that repeats a trial, in its world or in both. A file
// that begins with a dash would be a flag. What came from standard input has to
// come from there again.
func replay(t trial.Trial, world string) string {
	word := t.Word
	if word != trial.Stdin && strings.HasPrefix(word, "-") {
		word = "./" + word
	}
	words := []string{"cablepull", "run", word}
	if t.Variant != "" {
		words = append(words, "--variant", t.Variant)
	}
	words = append(words, "--seed", strconv.FormatUint(t.Seed, 10))
	if world != string(trial.Virtual) {
		words = append(words, "--world", world)
	}
	if t.File && len(t.Scenario.Programs()) > 0 {
		words = append(words, "--allow-exec")
	}
	return reports.Command(words...)
}

// counted puts a number of things into words: 1 run, 2 runs.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
