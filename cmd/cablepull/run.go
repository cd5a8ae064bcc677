package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/scenarios"
)

// runFlags are the flags of the verb run.
type runFlags struct {
	all    bool
	slow   bool
	tags   []string
	seed   uint64
	seeds  string
	jobs   int
	out    string
	junit  string
	json   bool
	verify bool
	plain  bool
	world  string
}

func newRun() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run [flags] NAME|FILE...",
		Short: "Run incidents of the library, or scenario files, and judge them",
		Long: `Run plays scenarios in virtual time: incidents of the library by name, or YAML
files by path. One run prints its timeline, measures and verdict; several print
a table, and a replay command for each failure.`,
		Example: `  cablepull run cable-pull
  cablepull run my.yaml --seed 42 --out runs/x
  cablepull run cable-pull --json
  cablepull run --all --seeds 1..50 --jobs 2
  cablepull run cable-pull --verify`,
		RunE: func(cmd *cobra.Command, args []string) error {
			chosen, err := f.choose(args)
			if err != nil {
				return err
			}
			trials, err := f.trials(chosen, cmd.Flags().Changed("seed"))
			if err != nil {
				return err
			}
			s := session{
				ctx: cmd.Context(), flags: f, stdout: cmd.OutOrStdout(), stderr: cmd.ErrOrStderr(),
				bare: len(trials) == 1 && !f.all,
			}
			return s.run(trials)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.all, "all", false, "run the whole library, without what is marked slow")
	flags.BoolVar(&f.slow, "slow", false, "with --all: slow incidents too")
	flags.StringSliceVar(&f.tags, "tag", nil, "with --all: only incidents with one of these tags")
	flags.Uint64Var(&f.seed, "seed", 0, "seed of all randomness (default: the scenario's own)")
	flags.StringVar(&f.seeds, "seeds", "", "several seeds, such as 1..50 or 3,7,12")
	flags.IntVar(&f.jobs, "jobs", 1, "worker processes side by side")
	flags.StringVar(&f.out, "out", "", "directory for run.json, events.jsonl, capture.pcapng and junit.xml; with several runs, one each below it")
	flags.StringVar(&f.junit, "junit", "", "write one JUnit XML file for all runs")
	flags.BoolVar(&f.json, "json", false, "print what run.json holds, or with several runs {runs: [...]}, instead of text")
	flags.BoolVar(&f.verify, "verify", false, "run everything twice and compare digests")
	flags.StringVar(&f.world, "world", worldVirtual, "virtual: virtual time, one process; netns: real time, Linux network namespaces")
	flags.BoolVar(&f.plain, "plain", false, "plain ASCII without colour, as when the output is no terminal")
	return cmd
}

// choose finds the scenarios that the arguments name.
func (f *runFlags) choose(args []string) ([]source, error) {
	switch {
	case f.all && len(args) > 0:
		return nil, fmt.Errorf("run: --all runs the whole library; leave out %s, or --all", strings.Join(args, " "))
	case f.all:
		library, err := scenarios.Library()
		if err != nil {
			return nil, benchError{err}
		}
		var chosen []source
		for _, s := range tagged(library, f.tags) {
			if !s.Slow || f.slow {
				chosen = append(chosen, source{s.Name, s})
			}
		}
		if len(chosen) == 0 {
			return nil, fmt.Errorf("run: no incident has a tag of %v; see cablepull list", f.tags)
		}
		return chosen, nil
	case len(args) == 0:
		return nil, errors.New("run: which one? name an incident (see cablepull list), a file, or --all")
	}
	var chosen []source
	for _, arg := range args {
		s, err := open(arg)
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, source{arg, s})
	}
	return chosen, nil
}

// source is a scenario and the word that names it on a command line.
type source struct {
	word     string
	scenario *scenarios.Scenario
}

// open reads a scenario file, or finds an incident of the library. What looks
// like a path, or is a file, is one.
func open(word string) (*scenarios.Scenario, error) {
	looksLikePath := strings.ContainsRune(word, filepath.Separator) || strings.HasSuffix(word, ".yaml") || strings.HasSuffix(word, ".yml")
	if _, err := os.Stat(word); err == nil || looksLikePath {
		s, err := scenarios.Load(word)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("run: %s: there is no such file", word)
		}
		return s, err
	}
	return scenarios.Find(word)
}

// trial is one run to be made.
type trial struct {
	source
	seed  uint64
	world string // worldVirtual, worldNetns
	dir   string // for artefacts; empty: none
}

// name tells trials of one session apart.
func (t trial) name() string { return fmt.Sprintf("%s seed %d", t.scenario.Name, t.seed) }

// replay is the command that makes the same run again.
func (t trial) replay() string {
	command := "cablepull run " + quote([]string{t.word}) + " --seed " + strconv.FormatUint(t.seed, 10)
	if t.world != worldVirtual {
		command += " --world " + t.world
	}
	return command
}

// trials combines scenarios with seeds.
func (f *runFlags) trials(chosen []source, seedGiven bool) ([]trial, error) {
	if f.world != worldVirtual && f.world != worldNetns {
		return nil, fmt.Errorf("run: --world: got %q, want %s or %s", f.world, worldVirtual, worldNetns)
	}
	if f.world == worldNetns && f.verify {
		return nil, errors.New("run: --verify compares digests, which only the virtual world has")
	}
	if f.jobs < 1 {
		return nil, fmt.Errorf("run: --jobs: got %d, want 1 or more", f.jobs)
	}
	if f.seeds != "" && seedGiven {
		return nil, errors.New("run: --seed and --seeds exclude each other")
	}
	var seeds []uint64
	if f.seeds != "" {
		var err error
		if seeds, err = parseSeeds(f.seeds); err != nil {
			return nil, err
		}
	}
	var all []trial
	for _, s := range chosen {
		own := seeds
		switch {
		case seeds != nil:
		case seedGiven:
			own = []uint64{f.seed}
		default:
			own = []uint64{s.scenario.Seed}
		}
		for _, seed := range own {
			all = append(all, trial{source: s, seed: seed, world: f.world})
		}
	}
	if f.out != "" {
		for i := range all {
			all[i].dir = f.out
			if len(all) > 1 {
				all[i].dir = filepath.Join(f.out, fmt.Sprintf("%s-seed-%d", all[i].scenario.Name, all[i].seed))
			}
		}
	}
	return all, nil
}

// The worlds in which a scenario can be played.
const (
	worldVirtual = "virtual"
	worldNetns   = "netns"
)

// seedsMax bounds --seeds: a mistyped range shall not fill the memory.
const seedsMax = 1_000_000

// parseSeeds reads 1..50, or 3,7,12, or both: 1..3,7.
func parseSeeds(text string) ([]uint64, error) {
	var seeds []uint64
	bad := func(part string) error {
		return fmt.Errorf("run: --seeds: got %q, want a range such as 1..50 or a list such as 3,7,12", part)
	}
	for part := range strings.SplitSeq(text, ",") {
		first, last, ranged := strings.Cut(part, "..")
		if !ranged {
			last = first
		}
		from, err := strconv.ParseUint(first, 0, 64)
		if err != nil {
			return nil, bad(part)
		}
		to, err := strconv.ParseUint(last, 0, 64)
		if err != nil || to < from {
			return nil, bad(part)
		}
		if to-from >= seedsMax || len(seeds) > seedsMax {
			return nil, fmt.Errorf("run: --seeds: %q is more than %d seeds", part, seedsMax)
		}
		for s := from; ; s++ {
			seeds = append(seeds, s)
			if s == to {
				break
			}
		}
	}
	return seeds, nil
}

// session is one invocation of the verb run.
type session struct {
	ctx            context.Context
	flags          runFlags
	stdout, stderr io.Writer
	bare           bool // one run: print all about it
}
