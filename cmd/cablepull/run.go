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
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/trial"
)

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
  cablepull run my.yaml --seeds 1..50 --out runs/y --keep failures
  cablepull run cable-pull --json
  cablepull run --all --seeds 1..50 --jobs 2
  cablepull run cable-pull --set 'nodes.*.standby.lan.hold=6s' --phase 250ms
  cablepull run --all --seeds 1..100 --shard 3/16 --out shard-3
  cablepull run cable-pull --noise busy-hypervisor --noise my-wifi.yaml
  cablepull run cable-pull --verify
  cablepull run cable-pull --world both`,
		ValidArgsFunction: completeScenarios,
		RunE: func(cmd *cobra.Command, names []string) error {
			if err := f.view.check(cmd.Flags().Changed, f.json, f.world == worldBoth); err != nil {
				return err
			}
			return f.run(cmd.Context(), args, names, streamsOf(cmd))
		},
	}
	f.register(cmd)
	completeFlags(cmd, append(worldNames(), worldBoth)...)
	return cmd
}

// run plays the scenarios that the names and flags choose. Args are the whole
// command line, with which enterNamespaces may start it again.
func (f *runFlags) run(ctx context.Context, args, names []string, std streams) error {
	f.complete(os.Getenv)
	trials, leftOut, err := f.prepare(names, &std)
	if err != nil {
		f.annotateError(std.err, err)
		return err
	}
	if f.matrix != 0 {
		return f.writeMatrix(trials, std)
	}
	trials, shard, err := f.divide(args, trials)
	if err != nil {
		return err
	}
	bare := len(trials) == len(f.worlds()) && !f.all && shard == nil
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
	s := session{ctx: ctx, flags: *f, stdout: std.out, stderr: std.err, bare: bare, view: view, shard: shard}
	if seeds, err := f.seedList(); err == nil && f.hint(seeds) != "" {
		s.note("%s", f.hint(seeds))
	}
	if leftOut > 0 {
		s.note("leaving out %s with real programs: use --world netns", counted(leftOut, "incident"))
	}
	if err := s.open(); err != nil {
		return err
	}
	defer s.close()
	if n := shard.count(); n > 0 {
		s.note("going on: %s of %d done", counted(n, "run"), len(trials))
	}
	if err := s.consent(trials, std.in); err != nil {
		return err
	}
	return s.run(trials)
}

// prepare finds everything that is wrong before anything runs, and returns the
// trials. What it has read from standard input it puts back.
func (f *runFlags) prepare(names []string, std *streams) (trials []trial.Trial, leftOut int, err error) {
	if err := f.check(); err != nil {
		return nil, 0, err
	}
	chosen, err := f.choose(names, std.in)
	if err != nil {
		return nil, 0, err
	}
	std.in = unread(chosen, std.in)
	if !slices.ContainsFunc(chosen, func(s trial.Source) bool { return s.File }) && f.allowExec {
		return nil, 0, errors.New("run: --allow-exec is for files; incidents of the library need no permission: drop it")
	}
	if warnings := warningsOf(chosen); f.strict && len(warnings) > 0 {
		return nil, 0, fmt.Errorf("run: --strict: got %s, want none:\n%s", counted(len(warnings), "warning"), strings.Join(warnings, "\n"))
	}
	return f.trials(chosen)
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
	plan := trial.Plan{Report: f.report != "", Worlds: f.worlds(), Variant: f.variant, Phase: f.phase, Out: f.out, Keep: trial.Keep(f.keep), Page: f.junit != "" || f.shard != "", Verify: f.verify, AllowExec: f.allowExec}
	if plan.Seeds, err = f.seedList(); err != nil {
		return nil, 0, err
	}
	if plan.Set, err = f.settings(); err != nil {
		return nil, 0, err
	}
	if plan.Noise, err = f.noises(); err != nil {
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
		return nil, 0, f.explained(err)
	}
	if err := fits(all); err != nil {
		return nil, 0, err
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

// explained says which flag a plan does not agree with.
func (f *runFlags) explained(err error) error {
	if _, invalid := scenarios.IsInvalid(err); !invalid {
		return fmt.Errorf("run: --out: %w", err)
	}
	var given []string
	if len(f.set) > 0 {
		given = append(given, "--set")
	}
	if f.phase != 0 {
		given = append(given, "--phase")
	}
	return fmt.Errorf("run: %s: %w", strings.Join(given, ", "), err)
}

// seedList returns the seeds of the flags, or nil for each scenario's own.
func (f *runFlags) seedList() ([]uint64, error) {
	if f.given("seed") {
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
	for _, x := range t.Set {
		words = append(words, "--set", x.String())
	}
	if t.Phase != 0 {
		words = append(words, "--phase", t.Phase.String())
	}
	for _, n := range t.Noise {
		words = append(words, "--noise", n.Word)
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
