package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/incidents"
)

// runFlags are the flags of the verb run.
type runFlags struct {
	all       bool
	slow      bool
	tags      []string
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

// The worlds in which a scenario can be played, and both of them.
const (
	worldVirtual = "virtual"
	worldNetns   = "netns"
	worldBoth    = "both"
)

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
			return f.run(cmd, args, names)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.all, "all", false, "run the whole library, without what is marked slow, and what is not possible in the world")
	flags.BoolVar(&f.slow, "slow", false, "with --all: slow incidents too")
	flags.StringSliceVar(&f.tags, "tag", nil, "with --all: only incidents with one of these tags")
	flags.Uint64Var(&f.seed, "seed", 0, "seed of all randomness (default: the scenario's own)")
	flags.StringVar(&f.seeds, "seeds", "", "several seeds, such as 1..50 or 3,7,12")
	flags.IntVar(&f.jobs, "jobs", 0, "worker processes side by side (default 1; in the netns world, which mostly waits, 4 per processor)")
	flags.StringVar(&f.out, "out", "", "directory for run.json, events.jsonl, capture.pcapng and junit.xml; with several runs, one each below it")
	flags.StringVar(&f.junit, "junit", "", "write one JUnit XML file for all runs")
	flags.BoolVar(&f.json, "json", false, "print what run.json holds, or with several runs {runs: [...]}, instead of text")
	flags.BoolVar(&f.verify, "verify", false, "run everything twice and compare digests")
	flags.StringVar(&f.world, "world", worldVirtual, "virtual: virtual time, one process; netns: real time, Linux network namespaces; both: side by side")
	flags.BoolVar(&f.plain, "plain", false, "plain ASCII without colour, as when the output is no terminal")
	flags.BoolVar(&f.allowExec, "allow-exec", false, "let scenario files run the real programs that they name")
	return cmd
}

// run makes the runs that the names and flags ask for. Args are the whole
// command line, to start it again where that takes namespaces.
func (f *runFlags) run(cmd *cobra.Command, args, names []string) error {
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
	if slices.ContainsFunc(trials, func(t trial) bool { return t.world == worldNetns && t.skip == "" }) {
		if err := enterNamespaces(cmd, args); err != nil {
			return err
		}
	}
	os.Setenv(insideVariable, "1") // for the processes that this one starts
	s := session{ctx: cmd.Context(), flags: *f, stdout: cmd.OutOrStdout(), stderr: cmd.ErrOrStderr()}
	s.bare = len(trials) == len(f.worlds()) && !f.all
	if leftOut > 0 {
		fmt.Fprintf(s.stderr, "cablepull: %s left out, for real programs need --world netns\n", incidentCount(leftOut))
	}
	return s.run(trials)
}

// worlds are those in which each scenario is played.
func (f *runFlags) worlds() []string {
	if f.world == worldBoth {
		return []string{worldVirtual, worldNetns}
	}
	return []string{f.world}
}

// jobsIn is how many runs are made side by side in a world. In virtual time a
// run takes all of a processor; in real time about a fortieth.
func (f *runFlags) jobsIn(world string) int {
	switch {
	case f.jobsGiven:
		return f.jobs
	case world == worldNetns:
		return 4 * runtime.NumCPU()
	}
	return 1
}

// check finds flags that make no sense, alone or together.
func (f *runFlags) check() error {
	switch {
	case !slices.Contains([]string{worldVirtual, worldNetns, worldBoth}, f.world):
		return fmt.Errorf("run: --world: got %q, want %s, %s or %s", f.world, worldVirtual, worldNetns, worldBoth)
	case f.world != worldVirtual && f.verify:
		return errors.New("run: --verify compares digests, which only the virtual world has")
	case f.jobsGiven && f.jobs < 1:
		return fmt.Errorf("run: --jobs: got %d, want 1 or more", f.jobs)
	case f.seeds != "" && f.seedGiven:
		return errors.New("run: --seed and --seeds exclude each other")
	}
	return nil
}

// source is a scenario and the word that names it on a command line.
type source struct {
	word     string
	scenario *scenarios.Scenario
	file     bool // the word is a path, not the name of an incident
}

// choose finds the scenarios that the names or --all mean.
func (f *runFlags) choose(names []string) ([]source, error) {
	switch {
	case f.all && len(names) > 0:
		return nil, fmt.Errorf("run: --all runs the whole library; leave out %s, or --all", strings.Join(names, " "))
	case f.all:
		return f.chooseAll()
	case len(names) == 0:
		return nil, errors.New("run: which one? name an incident (see cablepull list), a file, or --all")
	}
	var chosen []source
	for _, name := range names {
		s, err := open(name)
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
func (f *runFlags) chooseAll() ([]source, error) {
	library, err := incidents.All()
	if err != nil {
		return nil, benchError{err}
	}
	var chosen []source
	for _, s := range tagged(library, f.tags) {
		if !s.Slow || f.slow {
			chosen = append(chosen, source{word: s.Name, scenario: s})
		}
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("run: no incident has a tag of %v; see cablepull list", f.tags)
	}
	return chosen, nil
}

// open reads a scenario file, or finds an incident of the library. What looks
// like a path, or is a file, is one.
func open(word string) (source, error) {
	looksLikePath := strings.ContainsRune(word, filepath.Separator) || strings.HasSuffix(word, ".yaml") || strings.HasSuffix(word, ".yml")
	if _, err := os.Stat(word); err == nil || looksLikePath {
		s, err := scenarios.Load(word)
		if errors.Is(err, fs.ErrNotExist) {
			return source{}, fmt.Errorf("run: %s: there is no such file", word)
		}
		return source{word, s, true}, err
	}
	s, err := incidents.Find(word)
	return source{word, s, false}, err
}
